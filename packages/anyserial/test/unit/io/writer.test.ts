import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { SerialDisconnectedError, type SerialError } from "anyserial";
import fc from "fast-check";
import type { PortCore } from "#internal/io/port-core.js";
import { Writer } from "#internal/io/writer.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

interface SetUp {
  readonly port: FakeBackendPort;
  readonly core: PortCore;
  readonly writer: Writer;
}

function setUp(room = Number.POSITIVE_INFINITY): SetUp {
  const { port, core } = openFakePort();
  port.room = room;
  return { port, core, writer: new Writer(core) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test("Writer.send() writes a view that fits with one call", async () => {
  const { port, writer } = setUp();

  await writer.send(bytes(1, 2, 3), undefined);

  deepEqual(port.written, [1, 2, 3]);
  deepEqual(port.calls, ["write"]);
  equal(writer.bytes, 3);
});

test("Writer.send() writes an empty view with no call", async () => {
  const { port, writer } = setUp();

  await writer.send(new Uint8Array(0), undefined);

  deepEqual(port.calls, []);
});

test("Writer.send() goes on after short writes", async () => {
  const { port, writer } = setUp();
  port.mostPerWrite = 2;

  await writer.send(bytes(1, 2, 3, 4, 5), undefined);

  deepEqual(port.written, [1, 2, 3, 4, 5]);
  equal(port.calls.length, 3);
});

test("Writer.send() waits for room", async () => {
  const { port, writer } = setUp(2);
  let isDone = false;
  const sending = writer.send(bytes(1, 2, 3, 4), undefined).then(() => {
    isDone = true;
  });
  await settled();
  equal(isDone, false);
  port.makeRoom(1);
  await settled();
  port.makeRoom(9);
  await sending;

  deepEqual(port.written, [1, 2, 3, 4]);
});

test("Writer.send() delivers every byte once, in order, however the kernel takes them", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (...[data, most, rooms]) => {
        const { port, writer } = setUp(0);
        port.mostPerWrite = most;
        const sending = writer.send(data, undefined);
        for (let turn = 0; port.written.length < data.length; turn++) {
          port.makeRoom(rooms[turn % rooms.length] ?? 1);
          await settled();
        }
        await sending;

        deepEqual(port.written, [...data]);
        equal(writer.bytes, data.length);
      },
    ),
    { numRuns: 30 },
  );
});

test("Writer.send() refuses a second writer, and lets the first go on", async () => {
  const { port, writer } = setUp(1);
  const first = writer.send(bytes(1, 2), undefined);

  await rejects(writer.send(bytes(9), undefined), {
    name: "SerialBusyError",
    code: "ERR_SERIAL_BUSY",
    operation: "send",
    path: "/dev/fake",
  });
  throws(() => writer.trySend(bytes(9)), { name: "SerialBusyError" });
  port.makeRoom(5);
  await first;

  deepEqual(port.written, [1, 2]);
  await writer.send(bytes(3), undefined);
});

test("Writer.send() rejects with the reason of an abort, which tells the bytes written", async () => {
  const { writer } = setUp(2);
  const controller = new AbortController();
  const reason: Error & { bytesWritten?: number } = new Error("enough");
  const sending = writer.send(bytes(1, 2, 3), controller.signal);

  controller.abort(reason);

  await rejects(sending, (error) => error === reason);
  equal(reason.bytesWritten, 2);
  equal(writer.bytes, 2);
});

test("Writer.send() tells the bytes written on a DOMException too", async () => {
  const { writer } = setUp(1);
  const controller = new AbortController();
  const sending = writer.send(bytes(1, 2), controller.signal);

  controller.abort();

  await rejects(sending, { name: "AbortError", bytesWritten: 1 });
});

for (const reason of ["enough", 7, null, Object.freeze(new Error("frozen"))]) {
  test(`Writer.send() rejects with the reason ${String(reason)} as it is`, async () => {
    const { writer } = setUp(1);
    const controller = new AbortController();
    const sending = writer.send(bytes(1, 2), controller.signal);

    controller.abort(reason);

    await rejects(sending, (error) => error === reason);
  });
}

test("Writer.send() resolves when the last byte was taken together with the abort", async () => {
  const { port, writer } = setUp(1);
  const controller = new AbortController();
  const sending = writer.send(bytes(1, 2), controller.signal);
  await settled();

  port.makeRoom(1); // its continuation has not run yet
  controller.abort();

  await sending;
  deepEqual(port.written, [1, 2]);
});

test("Writer.send() counts what the kernel took together with the abort", async () => {
  const { port, writer } = setUp(1);
  const controller = new AbortController();
  const sending = writer.send(bytes(1, 2, 3), controller.signal);
  await settled();

  port.makeRoom(1);
  controller.abort();

  await rejects(sending, { bytesWritten: 2 });
});

test("Writer.send() writes nothing when the signal was aborted before", async () => {
  const { port, writer } = setUp();

  await rejects(writer.send(bytes(1), AbortSignal.abort("enough")), (error) => error === "enough");
  deepEqual(port.calls, []);
});

test("Writer.send() leaves no listener on the signal", async () => {
  const { port, writer } = setUp(1);
  const { signal } = new AbortController();
  const sending = writer.send(bytes(1, 2), signal);
  equal(getEventListeners(signal, "abort").length, 1);
  port.makeRoom(1);
  await sending;

  equal(getEventListeners(signal, "abort").length, 0);
});

test("Writer.send() rejects when the port is closed meanwhile, with the bytes written", async () => {
  const { core, writer } = setUp(2);
  const sending = writer.send(bytes(1, 2, 3), undefined);

  void core.close();

  await rejects(sending, {
    name: "SerialClosedError",
    code: "ERR_SERIAL_CLOSED",
    operation: "send",
    bytesWritten: 2,
  });
});

test("Writer.send() rejects when the device goes away meanwhile, with the bytes written", async () => {
  const { port, core, writer } = setUp(2);
  const cause = new Error("underneath");
  const gone = new SerialDisconnectedError("unplugged", {
    code: "EIO",
    errno: 5,
    syscall: "write",
    path: "/dev/fake",
    operation: "send",
    cause,
  });
  const sending = writer.send(bytes(1, 2, 3), undefined);
  await settled();

  port.breakOff(gone);

  await rejects(sending, (error: SerialError) => {
    ok(error instanceof SerialDisconnectedError);
    deepEqual({ ...error }, { ...gone, bytesWritten: 2 });
    equal(error.message, "unplugged");
    equal(error.cause, cause);
    return true;
  });
  equal(await core.closed, gone);
});

test("Writer.send() tells 0 bytes written when the device is found gone at once", async () => {
  const { port, core, writer } = setUp();
  const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
  port.failures.set("write", gone);

  await rejects(writer.send(bytes(1), undefined), { code: "EIO", bytesWritten: 0 });
  equal(await core.closed, gone);
});

test("Writer.send() fails after close", async () => {
  const { core, writer } = setUp();
  await core.close();

  await rejects(writer.send(bytes(1), undefined), { name: "SerialClosedError" });
  throws(() => writer.trySend(bytes(1)), { name: "SerialClosedError" });
});

test("Writer.send() lets the event loop run after 32 writes that did not wait", async () => {
  const { writer } = setUp();
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });
  for (let count = 1; count < 32; count++) await writer.send(bytes(1), undefined);
  equal(hasRun, false);

  await writer.send(bytes(1), undefined);

  equal(hasRun, true);
});

test("Writer.trySend() tells how much the kernel took, 0 when it is full", () => {
  const { port, writer } = setUp(2);

  equal(writer.trySend(bytes(1, 2, 3)), 2);
  equal(writer.trySend(bytes(3)), 0);
  equal(writer.trySend(new Uint8Array(0)), 0);
  deepEqual(port.written, [1, 2]);
  equal(writer.bytes, 2);
});
