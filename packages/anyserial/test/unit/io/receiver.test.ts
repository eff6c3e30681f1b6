import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { type LineErrorCounts, type SerialConfigInput, UnsupportedFeatureError } from "anyserial";
import { createSerialConfig } from "../../../dist/config/config.js";
import type { PortLifecycle } from "../../../dist/io/port-lifecycle.js";
import { Receiver } from "../../../dist/io/receiver.js";
import { coreOf, FakeBackendPort } from "../../helpers/fake-backend-port.ts";

const NONE: LineErrorCounts = { framing: 0, parity: 0, overrun: 0, break: 0, bufferOverflow: 0 };

interface SetUp {
  readonly port: FakeBackendPort;
  readonly core: PortLifecycle;
  readonly receiver: Receiver;
}

function setUp(config: SerialConfigInput = {}): SetUp {
  const port = new FakeBackendPort();
  port.errors = NONE;
  port.marksErrors = config.lineErrors === "mark";
  const core = coreOf(port, config);
  return { port, core, receiver: new Receiver(core, port) };
}

/** Brings a configuration into force, as `configure()` does. */
function reconfigure({ port, core, receiver }: SetUp, config: SerialConfigInput): void {
  const next = createSerialConfig(config);
  void receiver.reconfigure(next, () => {
    core.config = next;
    port.marksErrors = next.lineErrors === "mark";
  });
}

test("Receiver.receive() gives at most the requested bytes, and leaves the rest in the kernel", async () => {
  const { port, receiver } = setUp();
  port.give(1, 2, 3);

  deepEqual([...(await receiver.receive(2))], [1, 2]);
  deepEqual(port.input, [3]);
});

test("Receiver.receive() gives results that later ones do not change", async () => {
  const { port, receiver } = setUp();
  const results: Uint8Array[] = [];
  for (let byte = 1; byte <= 3; byte++) {
    port.give(byte);
    results.push(await receiver.receive(100));
  }

  deepEqual(
    results.map((result) => [...result]),
    [[1], [2], [3]],
  );
});

test("Receiver.receive() called in the same turn as another one ends leaves the other's bytes alone", async () => {
  for (let hops = 0; hops < 8; hops++) {
    const { port, receiver } = setUp();
    const first = receiver.receive(100);
    port.give(1, 1);
    port.give(2, 2);

    for (let hop = 0; hop < hops; hop++) await undefined;
    const second = await Promise.resolve()
      .then(() => receiver.receive(100))
      .catch(() => undefined); // refused while the other one waits

    deepEqual([...(await first)], [1, 1]);
    if (second !== undefined) deepEqual([...second], [2, 2]);
  }
});

test("Receiver.receive() with marks called as another one ends loses and repeats nothing", async () => {
  for (let hops = 0; hops < 8; hops++) {
    const { port, receiver } = setUp({ lineErrors: "mark" });
    const first = receiver.receive(2);
    port.give(1, 1);
    port.give(2, 2);

    for (let hop = 0; hop < hops; hop++) await undefined;
    const second = receiver.receive(2);
    const results = await Promise.allSettled([first, second]);
    const received = results.flatMap((result) =>
      result.status === "fulfilled" ? [...(result.value as Uint8Array)] : [],
    );

    deepEqual(received.sort(), [1, 1, 2, 2].slice(0, received.length));
  }
});

test("Receiver.receive() keeps its memory over a change of readChunkSize", async () => {
  const port = setUp();
  const reading = port.receiver.receive(100);
  reconfigure(port, { readChunkSize: 64 });
  port.port.give(1, 2);

  deepEqual([...(await reading)], [1, 2]);
});

test("Receiver decodes marks out of a plain receive", async () => {
  const { port, receiver } = setUp({ lineErrors: "mark" });
  port.give(1, 0xff, 0xff, 0xff, 0, 0, 2);

  deepEqual([...(await receiver.receive(100))], [1, 0xff, 2]);
});

test("Receiver waits on when it received a mark and no data", async () => {
  const { port, receiver } = setUp({ lineErrors: "mark" });
  const reading = receiver.receive(100);
  port.give(0xff, 0, 0);
  await nextTask();
  port.give(5);

  deepEqual([...(await reading)], [5]);
});

test("Receiver.held counts decoded bytes that were not taken", async () => {
  const { port, receiver } = setUp({ lineErrors: "mark" });
  port.give(0xff, 0, 0, 1, 2, 3);

  equal((await receiver.receiveEvent()).kind, "break");

  equal(receiver.held, 3);
  receiver.cleared();
  equal(receiver.held, 0);
});

test("Receiver.receiveEvent() gives events in wire order, and the rest to a plain receive", async () => {
  const { port, receiver } = setUp({ lineErrors: "mark", parity: "even" });
  port.give(1, 0xff, 0, 65, 2, 3);

  deepEqual(await receiver.receiveEvent(), { kind: "data", data: Uint8Array.of(1) });
  deepEqual(await receiver.receiveEvent(), { kind: "parity", byte: 65 });

  deepEqual([...(await receiver.receive(1))], [2]);
  deepEqual([...(await receiver.receive(1))], [3]);
});

test("Receiver.receiveEvent() loses nothing when it is aborted", async () => {
  const { port, receiver } = setUp({ lineErrors: "mark" });
  const controller = new AbortController();
  const reading = receiver.receiveEvent(controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  await rejects(reading as Promise<unknown>, (error) => error === reason);
  port.give(7);

  deepEqual(await receiver.receiveEvent(), { kind: "data", data: Uint8Array.of(7) });
});

test("Receiver.receiveEvent() refuses a port that does not mark", async () => {
  const { receiver } = setUp();

  await rejects(async () => receiver.receiveEvent(), {
    name: "ConfigurationError",
    code: "ERR_SERIAL_NOT_MARKING",
  });
});

test("Receiver takes the bytes decoded after marks were turned off, then reads plainly", async () => {
  const port = setUp({ lineErrors: "mark" });
  port.port.give(0xff, 0, 0, 1, 0xff, 0xff);
  await port.receiver.receiveEvent();

  reconfigure(port, { lineErrors: "count" });
  port.port.give(0xff, 0, 0);

  deepEqual([...(await port.receiver.receive(100))], [1, 0xff]);
  deepEqual([...(await port.receiver.receive(100))], [0xff, 0, 0]);
});

test("Receiver decodes for a receive that was waiting when marks were turned on", async () => {
  const port = setUp();
  const reading = port.receiver.receive(100);

  reconfigure(port, { lineErrors: "mark" });
  await nextTask();
  port.port.give(0xff, 0xff, 0xff, 0, 0);

  deepEqual([...(await reading)], [0xff]);
});

test("Receiver.receiveInto() reads into the caller's memory without one of its own", async () => {
  const { port, receiver } = setUp();
  const into = new Uint8Array(4);
  port.give(1, 2);

  equal(await receiver.receiveInto(into, undefined), 2);
  deepEqual([...into], [1, 2, 0, 0]);
  equal(receiver.bytes, 2);
});

test("Receiver fails after close, also with decoded data left", async () => {
  const { port, core, receiver } = setUp({ lineErrors: "mark" });
  port.give(0xff, 0, 0, 1);
  await receiver.receiveEvent();
  ok(receiver.held > 0);
  await core.close();

  await rejects(async () => receiver.receive(1), { name: "SerialClosedError" });
});

test("Receiver.receiveEvent() gives data of a pty, which marks nothing, unchanged", async () => {
  const { port, receiver } = setUp({ lineErrors: "mark" });
  port.marksErrors = false;
  const pty = new Receiver(coreOf(port, { lineErrors: "mark" }), port);
  port.give(0xff, 0, 0xff, 0xff);

  const event = await pty.receiveEvent();

  deepEqual(event, { kind: "data", data: Uint8Array.of(0xff, 0, 0xff, 0xff) });
  equal(receiver.held, 0);
});

test("Receiver.receiveEvent() asks a driver that counts nothing only once", async () => {
  const { port } = setUp({ lineErrors: "mark" });
  let asked = 0;
  port.lineErrorCounts = () => {
    asked++;
    throw new UnsupportedFeatureError("it counts nothing", { code: "ENOTTY" });
  };
  const receiver = new Receiver(coreOf(port, { lineErrors: "mark" }), port);
  for (let byte = 1; byte <= 3; byte++) {
    port.give(byte);
    deepEqual(await receiver.receiveEvent(), { kind: "data", data: Uint8Array.of(byte) });
  }

  equal(asked, 1);
});
