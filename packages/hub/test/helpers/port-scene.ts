// A hub with two applications that talk, and a third whose port fails.

import { deepEqual, equal } from "node:assert/strict";
import { closeSync, constants, openSync, readSync } from "node:fs";
import type { TestContext } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import type { SerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { BenchHub } from "./bench-hub.ts";
import { ERRNO_NAMES, FaultyCalls, NO_PAUSES } from "./faulty-calls.ts";

/** Calls on a port. */
export const DEEDS = [
  "create",
  "port.applicationOpen",
  "port.discardUnread",
  "port.subscribe",
  "port.trySend",
] as const;
/** Calls on a port that is not read. */
export const FULL_DEEDS = [
  "listening.pause",
  "listening.resume",
  "listening.notifyWritable",
  "port.close",
] as const;
/** Calls by which a hub only learns something. */
export const LOOKS = ["port.settings", "port.unreadBytes"] as const;
/** Properties that the library knows without asking the system. */
export const KNOWN = ["port.closed", "port.devicePath", "port.isOpen"] as const;

/** However slow the machine is: a member that waits long is asked whether it reads. */
const NEVER_STALLED = { stallAfterMs: 3_600_000 };
const OPEN = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
/** The first of two fits into a queue; senders wait when B's is full, the victim is hung up on before. */
const PART = "x".repeat(60);

/** The hub and its applications. */
export class PortScene {
  readonly calls = new FaultyCalls();
  readonly #callsOfB = new FaultyCalls();
  readonly bench = BenchHub.prepare();
  readonly #ports: SerialPort[] = [];

  static async start(t: TestContext): Promise<PortScene> {
    const scene = new PortScene();
    t.after(() => scene.bench[Symbol.asyncDispose]());
    const { bench, calls } = scene;
    const victim = { mode: 0o600, queue: 90, overflow: "disconnect" } as const;
    const b = { mode: 0o660, queue: 100, overflow: "backpressure" } as const;
    await bench.run(bench.config(["a", "b", "victim"], NEVER_STALLED, { b, victim }), {
      pauses: NO_PAUSES,
      createPty: async (access) => {
        if (access.mode === undefined) return createVirtualPort(access);
        if (access.mode === b.mode)
          return scene.#callsOfB.wrap("b", await createVirtualPort(access));
        calls.enter("create");
        return calls.wrap("port", await createVirtualPort(access));
      },
    });
    scene.#ports.push(await bench.open("a"), await bench.open("b"));
    return scene;
  }

  get errors(): readonly NodeJS.ErrnoException[] {
    return this.bench.told("member-error", "victim").map(({ error }) => error);
  }

  /**
   * Lets a call fail with one errno after the other; each is reported, and no other member is
   * affected.
   */
  async survive(call: string): Promise<void> {
    this.calls.failWithEach(call, ERRNO_NAMES);

    while (this.calls.left > 0) await this.useEverything();

    const reported = new Set(this.errors.map(({ code }) => code));
    reported.add("EBUSY"); // an application has taken the port: nothing to report
    deepEqual(reported, new Set(ERRNO_NAMES));
    await this.expectUsable();
  }

  /** All that a hub does with a port, once; the neighbours go on talking. */
  async useEverything(): Promise<void> {
    const visitor = this.#open();
    await this.talk("hello");
    equal(this.bench.hub.snapshot().networks[0]?.members.length, 3);
    if (visitor !== undefined) closeSync(visitor);
    await until("it has left", () => !this.bench.member("victim").applicationOpen);
    const sleeper = this.#open();
    await this.#fillUp(); // nothing is read: the victim is hung up on, the others wait
    if (sleeper !== undefined) closeSync(sleeper);
    await this.talk("goodbye");
  }

  /** The victim's next application receives bytes. */
  async expectUsable(): Promise<void> {
    for (let text: string | undefined; text !== "served"; ) {
      const fd = await until("it can be opened", () => this.#open());
      await until("it is seen", () => isHungUp(fd) || this.bench.member("victim").applicationOpen);
      await this.talk("served");
      text = await until("it is read", () => readNow(fd));
      closeSync(fd);
    }
  }

  /** The neighbours talk. */
  async talk(text: string): Promise<void> {
    const [a, b] = this.#ports;
    await a?.send(Buffer.from(text));
    if (b !== undefined) equal(await receiveText(b, text.length), text);
  }

  async #fillUp(): Promise<void> {
    const [a, b] = this.#ports;
    this.calls.isFull = this.#callsOfB.isFull = true;
    for (const length of [PART.length, 100]) {
      await a?.send(Buffer.from(PART));
      await until("it waits", () => this.bench.member("b").queuedBytes === length);
    }
    equal(this.bench.hub.snapshot().networks[0]?.paused, true);
    this.calls.isFull = this.#callsOfB.isFull = false;
    if (b !== undefined) equal(await receiveText(b, 2 * PART.length), PART + PART);
  }

  /** Opens the victim as an application does that asks for nothing. */
  openVictim(): number {
    return openSync(this.bench.path("victim"), OPEN);
  }

  #open(): number | undefined {
    try {
      return this.openVictim();
    } catch {
      return undefined; // between two ptys
    }
  }
}

/** The available bytes; none after a hang-up. */
function readNow(fd: number): string | undefined {
  const memory = Buffer.alloc(100);
  try {
    return memory.toString("latin1", 0, readSync(fd, memory));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EAGAIN" ? undefined : "";
  }
}

export function isHungUp(fd: number): boolean {
  return readNow(fd) === "";
}
