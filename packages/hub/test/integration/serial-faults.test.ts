// Every call that a hub makes on a real port fails, with every errno: it is that member's affair.

import { deepEqual, equal } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialPort, serialSessions } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import type { SerialOpener } from "../../dist/members/serial-port.js";
import { BenchHub } from "../helpers/bench-hub.ts";
import { ERRNO_NAMES, FaultyCalls, NO_PAUSES } from "../helpers/faulty-calls.ts";

/** Calls on a port. */
const DEEDS = ["open", "sessions", "port.receiveInto", "port.trySend", "port.send"] as const;
/**
 * Properties that the library knows without asking the system, and calls that promise never to
 * fail.
 */
const KNOWN = ["port.isOpen", "port.fd", "port.config", "port.close"] as const;

/** A hub with two applications that talk, and a real port that fails. */
class Scene {
  readonly calls = new FaultyCalls();
  readonly bench: BenchHub;
  readonly #device: VirtualPort;
  readonly #ports: SerialPort[] = [];

  private constructor(bench: BenchHub, device: VirtualPort) {
    this.bench = bench;
    this.#device = device;
  }

  static async start(t: TestContext): Promise<Scene> {
    const [bench, device] = [BenchHub.prepare(), await createVirtualPort()];
    const scene = new Scene(bench, device);
    t.after(() => device.close());
    t.after(() => bench[Symbol.asyncDispose]());
    const { net } = bench.config(["a", "b"]).networks;
    const line = { serial: device.path, overflow: "drop-oldest" } as const;
    const config = { networks: { net: { members: { ...net?.members, line } } } };
    await bench.run(config, { pauses: NO_PAUSES, serialOpener: scene.#opener() });
    scene.#ports.push(await bench.open("a"), await bench.open("b"));
    return scene;
  }

  /** All that a hub does with a real port; the neighbours go on talking. */
  async useEverything(): Promise<void> {
    await this.#talk("to the line");
    this.#device.trySend(Buffer.from("from the line"));
    equal(this.bench.hub.snapshot().networks[0]?.members.length, 3);
    this.calls.isFull = true; // then the port is handed the rest
    await this.#talk("more than there is room for");
    this.calls.isFull = false;
  }

  /** A member tries to open its port at once when it is made, and then by events. */
  async replaceLine(): Promise<void> {
    const { hub } = this.bench;
    const { config } = hub;
    const { line: _line, ...members } = config.networks["net"]?.members ?? {};
    await hub.reload({ networks: { net: { members } } });
    await hub.reload(config);
  }

  async expectUsable(): Promise<void> {
    const { bench } = this;
    await until("it is open", () => bench.member("line").applicationOpen);
    const before = bench.member("line").in.bytes;
    await until("it is received", () => {
      this.#device.trySend(Buffer.from("!"));
      return bench.member("line").in.bytes > before;
    });
    let text = "";
    const ending = new AbortController();
    const receiving = (async () => {
      for (;;) text += Buffer.from(await this.#device.receive(ending)).toString();
    })().catch(() => undefined);
    // The port may still be the one that has failed and is being closed: bytes sent to it then are
    // lost.
    while (!text.endsWith("served")) await this.#talk("served");
    ending.abort();
    await receiving;
  }

  async #talk(text: string): Promise<void> {
    const [a, b] = this.#ports;
    await a?.send(Buffer.from(text));
    let heard = "";
    while (b !== undefined && !heard.includes(text)) heard += await receiveText(b, 1);
  }

  #opener(): SerialOpener {
    const { calls } = this;
    return {
      open: async (...args) => {
        calls.enter("open");
        return calls.wrap("port", await openSerialPort(...args));
      },
      sessions: async function* (...args) {
        calls.enter("sessions");
        for await (const port of serialSessions(...args)) yield calls.wrap("port", port);
        return undefined;
      },
    };
  }
}

test("the calls that fail here are all that a hub makes on a real port", async (t) => {
  const scene = await Scene.start(t);

  await scene.expectUsable();
  await scene.useEverything();
  scene.calls.failWithEach("port.receiveInto", ["EIO"]);
  while (!scene.calls.made.has("sessions")) await scene.useEverything();
  await scene.expectUsable();

  scene.calls.made.delete("port.outputWaiting"); // looked at while it stalls, which is not here
  deepEqual(scene.calls.made, new Set([...DEEDS, ...KNOWN]));
});

for (const call of DEEDS) {
  test(`a hub survives every errno of ${call} on a real port, and serves it again`, async (t) => {
    const scene = await Scene.start(t);
    const { calls, bench } = scene;
    calls.failWithEach(call, ERRNO_NAMES);
    if (call === "sessions") {
      calls.broken.add("open"); // else there is no need to wait for the port
      await scene.replaceLine();
    }

    while (calls.left > 0) {
      await scene.useEverything();
      if (call === "open") await scene.replaceLine();
    }

    calls.broken.clear();
    const codes = (): Set<string | undefined> =>
      new Set(
        bench
          .told("member-error", "line")
          .map(({ error }) => (error as NodeJS.ErrnoException).code),
      );
    await until("the last one is reported", () => codes().size >= ERRNO_NAMES.length);
    deepEqual(codes(), new Set(ERRNO_NAMES));
    await scene.expectUsable();
  });
}
