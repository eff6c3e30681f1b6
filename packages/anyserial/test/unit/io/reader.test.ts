import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { SerialDisconnectedError } from "anyserial";
import type { PortCore } from "#internal/io/port-core.js";
import { Reader } from "#internal/io/reader.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

interface SetUp {
  readonly port: FakeBackendPort;
  readonly core: PortCore;
  readonly reader: Reader;
  readonly into: Uint8Array;
}

function setUp(): SetUp {
  const { port, core } = openFakePort();
  return { port, core, reader: new Reader(core), into: new Uint8Array(8) };
}

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

test("Reader.read() answers at once when bytes are there", () => {
  const { port, reader, into } = setUp();
  port.give(1, 2, 3);

  equal(reader.read(into, undefined), 3);
  deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
  equal(reader.bytes, 3);
});

test("Reader.read() waits when there is nothing", async () => {
  const { port, reader, into } = setUp();

  const reading = reader.read(into, undefined);
  port.give(9);

  equal(await reading, 1);
  equal(reader.bytes, 1);
});

test("Reader.read() refuses a second reader, and lets the first go on", async () => {
  const { port, reader, into } = setUp();
  const first = reader.read(into, undefined);

  throws(() => reader.read(new Uint8Array(8), undefined), {
    name: "SerialBusyError",
    code: "ERR_SERIAL_BUSY",
    operation: "receive",
    path: "/dev/fake",
  });
  port.give(1);

  equal(await first, 1);
});

test("Reader.read() may be called again after the first has ended", async () => {
  const { port, reader, into } = setUp();
  const first = reader.read(into, undefined);
  port.give(1);
  await first;
  port.give(2);

  equal(reader.read(into, undefined), 1);
});

test("Reader.read() rejects with the reason of an abort, and loses no byte", async () => {
  const { port, reader, into } = setUp();
  const controller = new AbortController();
  const reason = new Error("enough");
  const reading = reader.read(into, controller.signal);

  controller.abort(reason);

  await rejects(reading as Promise<number>, (error) => error === reason);
  port.give(4);
  equal(reader.read(into, undefined), 1);
});

test("Reader.read() gives bytes that came together with the abort", async () => {
  const { port, reader, into } = setUp();
  const controller = new AbortController();
  const reading = reader.read(into, controller.signal);

  port.give(7); // its continuation has not run yet
  controller.abort();

  equal(await reading, 1);
  equal(into[0], 7);
});

test("Reader.read() throws the reason of a signal that was aborted before, without a call", () => {
  const { port, reader, into } = setUp();
  port.give(1);

  throws(
    () => reader.read(into, AbortSignal.abort("enough")),
    (reason) => reason === "enough",
  );
  deepEqual(port.calls, []);
});

test("Reader.read() leaves no listener on the signal", async () => {
  const { port, reader, into } = setUp();
  const { signal } = new AbortController();
  const reading = reader.read(into, signal);
  equal(getEventListeners(signal, "abort").length, 1);
  port.give(1);
  await reading;

  equal(getEventListeners(signal, "abort").length, 0);
});

test("Reader.read() rejects when the port is closed meanwhile", async () => {
  const { core, reader, into } = setUp();
  const reading = reader.read(into, undefined) as Promise<number>;

  void core.close();

  await rejects(reading, {
    name: "SerialClosedError",
    code: "ERR_SERIAL_CLOSED",
    message: 'Cannot read from port "/dev/fake": the port is closed',
  });
});

test("Reader.read() rejects with the close even when the signal is aborted by it", async () => {
  const { core, reader, into } = setUp();
  const controller = new AbortController();
  const reading = reader.read(into, controller.signal) as Promise<number>;

  void core.close();
  controller.abort();

  await rejects(reading, { name: "SerialClosedError" });
});

test("Reader.read() rejects when the device goes away meanwhile, and the port ends", async () => {
  const { port, core, reader, into } = setUp();
  const reading = reader.read(into, undefined) as Promise<number>;

  port.breakOff(gone);

  await rejects(reading, (error) => error === gone);
  equal(core.isOpen, false);
  equal(await core.closed, gone);
});

test("Reader.read() throws when the device is found gone at once, and the port ends", async () => {
  const { port, core, reader, into } = setUp();
  port.failures.set("read", gone);

  throws(
    () => reader.read(into, undefined),
    (error) => error === gone,
  );
  equal(await core.closed, gone);
});

test("Reader.read() fails after close", async () => {
  const { core, reader, into } = setUp();
  await core.close();

  throws(() => reader.read(into, undefined), { name: "SerialClosedError" });
});

test("Reader.read() rejects with the disconnect when the other side hung up", async () => {
  const { port, reader, into } = setUp();
  const reading = reader.read(into, undefined) as Promise<number>;

  port.onDisconnect?.(gone);

  await rejects(reading, { name: "SerialDisconnectedError", code: "EIO", cause: gone });
});

test("Reader.read() lets the event loop run after 32 reads that did not wait", async () => {
  const { port, reader } = setUp();
  const into = new Uint8Array(1);
  port.give(...new Array(40).fill(1));
  for (let count = 1; count < 32; count++) equal(reader.read(into, undefined), 1);
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });

  const yielding = reader.read(into, undefined);
  ok(yielding instanceof Promise);
  throws(() => reader.read(into, undefined), { name: "SerialBusyError" });

  equal(await yielding, 1);
  equal(hasRun, true);
  equal(reader.read(into, undefined), 1);
});

test("Reader.read() counts reads that waited as turns of the event loop", async () => {
  const { port, reader } = setUp();
  const into = new Uint8Array(1);
  port.give(...new Array(31).fill(1));
  for (let count = 1; count <= 31; count++) equal(reader.read(into, undefined), 1);
  const waiting = reader.read(into, undefined);
  port.give(1);
  await waiting;
  port.give(1);

  equal(reader.read(into, undefined), 1);
});

test("Reader.restart() ends a waiting read with 0 bytes", async () => {
  const { port, reader, into } = setUp();
  const reading = reader.read(into, undefined);

  reader.restart();

  equal(await reading, 0);
  port.give(1);
  equal(reader.read(into, undefined), 1);
});

test("Reader.restart() does nothing when nobody reads", () => {
  const { port, reader } = setUp();

  reader.restart();

  deepEqual(port.calls, []);
});
