import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { SendAbortedError, SerialDisconnectedError, type SerialError } from "anyserial";
import fc from "fast-check";
import { WRITE } from "../../../dist/backend/channel.js";
import type { PortLifecycle } from "../../../dist/io/port-lifecycle.js";
import { Writer } from "../../../dist/io/writer.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";
import { LOSSES, resizableBuffer } from "../../helpers/lost-memory.ts";

interface SetUp {
  readonly port: FakeBackendPort;
  readonly core: PortLifecycle;
  readonly writer: Writer;
}

function setUp(room = Number.POSITIVE_INFINITY): SetUp {
  const { port, core } = openFakePort();
  port.room = room;
  return { port, core, writer: new Writer(core) };
}

test("Writer.send() writes a view that fits with one call", async () => {
  const { port, writer } = setUp();

  await writer.send(Uint8Array.of(1, 2, 3), undefined);

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

  await writer.send(Uint8Array.of(1, 2, 3, 4, 5), undefined);

  deepEqual(port.written, [1, 2, 3, 4, 5]);
  equal(port.calls.length, 3);
});

test("Writer.send() waits for room", async () => {
  const { port, writer } = setUp(2);
  let isDone = false;
  const sending = writer.send(Uint8Array.of(1, 2, 3, 4), undefined).then(() => {
    isDone = true;
  });
  await nextTask();
  equal(isDone, false);
  port.makeRoom(1);
  await nextTask();
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
          await nextTask();
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
  const first = writer.send(Uint8Array.of(1, 2), undefined);

  await rejects(writer.send(Uint8Array.of(9), undefined), {
    name: "SerialConcurrencyError",
    code: "ERR_SERIAL_CONCURRENT",
    operation: "send",
    path: "/dev/fake",
  });
  throws(() => writer.trySend(Uint8Array.of(9)), { name: "SerialConcurrencyError" });
  port.makeRoom(5);
  await first;

  deepEqual(port.written, [1, 2]);
  await writer.send(Uint8Array.of(3), undefined);
});

const REASONS: readonly (readonly [string, unknown])[] = [
  ["an error", new Error("enough")],
  ["a frozen error", Object.freeze(new Error("frozen"))],
  ["a DOMException", AbortSignal.abort().reason],
  ["a text", "enough"],
  ["a number", 7],
  ["null", null],
];
for (const [what, reason] of REASONS) {
  test(`Writer.send() aborted with ${what} rejects with the bytes written, and leaves the reason alone`, async () => {
    const { writer } = setUp(2);
    const controller = new AbortController();
    const sending = writer.send(Uint8Array.of(1, 2, 3), controller.signal);

    controller.abort(reason);

    await rejects(sending, (error: SerialError) => {
      ok(error instanceof SendAbortedError);
      equal(error.cause, reason);
      equal(error.name, "AbortError");
      equal(error.bytesWritten, 2);
      equal(error.path, "/dev/fake");
      return true;
    });
    equal(Object.hasOwn(Object(reason), "bytesWritten"), false);
    equal(writer.bytes, 2);
  });
}

test("Writer.send() under a signal that stops another send too reports the bytes of its own", async () => {
  const [first, second] = [setUp(1), setUp(2)];
  const controller = new AbortController();
  const sending = [first, second].map(({ writer }) =>
    writer
      .send(Uint8Array.of(1, 2, 3), controller.signal)
      .catch((error: SendAbortedError) => error),
  );

  controller.abort();
  const errors = await Promise.all(sending);
  await rejects(first.writer.send(Uint8Array.of(1), controller.signal), { bytesWritten: 0 });

  deepEqual(
    errors.map((error) => error?.bytesWritten),
    [1, 2],
  );
});

test("Writer.send() aborted by a time limit rejects with a TimeoutError", async () => {
  const { writer } = setUp(1);

  await rejects(writer.send(Uint8Array.of(1, 2), AbortSignal.timeout(1)), {
    name: "TimeoutError",
    bytesWritten: 1,
  });
});

test("Writer.send() aborted is nothing for the diagnostics", async () => {
  const { writer } = setUp(1);
  const published: unknown[] = [];
  const onError = (message: unknown): void => void published.push(message);
  subscribe("anyserial:error", onError);
  const controller = new AbortController();
  const sending = writer.send(Uint8Array.of(1, 2), controller.signal);
  controller.abort();
  await rejects(sending);
  unsubscribe("anyserial:error", onError);

  deepEqual(published, []);
});

for (const [what, make] of LOSSES) {
  test(`Writer.send() whose memory is ${what} while it waits rejects with the bytes written, and the port lives`, async () => {
    const { port, core, writer } = setUp(2);
    const { view, lose } = make(3);
    const sending = writer.send(view, undefined);
    await nextTask();

    lose();
    port.wake(WRITE);

    await rejects(sending, {
      name: "ConfigurationError",
      code: "ERR_SERIAL_MEMORY",
      operation: "send",
      bytesWritten: 2,
    });
    equal(core.isOpen, true);
    port.makeRoom(1);
    await writer.send(Uint8Array.of(9), undefined);
    deepEqual(port.written, [0, 0, 9]);
  });
}

test("Writer.send() sends no more than the view had when it was called", async () => {
  const { port, writer } = setUp(2);
  const memory = resizableBuffer(3, 8);
  const sending = writer.send(new Uint8Array(memory), undefined);

  memory.resize(8);
  port.makeRoom(9);
  await sending;

  equal(port.written.length, 3);
});

test("Writer.send() resolves when the last byte was taken together with the abort", async () => {
  const { port, writer } = setUp(1);
  const controller = new AbortController();
  const sending = writer.send(Uint8Array.of(1, 2), controller.signal);
  await nextTask();

  port.makeRoom(1); // its continuation has not run yet
  controller.abort();

  await sending;
  deepEqual(port.written, [1, 2]);
});

test("Writer.send() counts the bytes that the kernel took together with the abort", async () => {
  const { port, writer } = setUp(1);
  const controller = new AbortController();
  const sending = writer.send(Uint8Array.of(1, 2, 3), controller.signal);
  await nextTask();

  port.makeRoom(1);
  controller.abort();

  await rejects(sending, { bytesWritten: 2 });
});

test("Writer.send() writes nothing when the signal was aborted before", async () => {
  const { port, writer } = setUp();

  await rejects(writer.send(Uint8Array.of(1), AbortSignal.abort("enough")), {
    name: "AbortError",
    cause: "enough",
    bytesWritten: 0,
  });
  deepEqual(port.calls, []);
});

test("Writer.send() leaves no listener on the signal", async () => {
  const { port, writer } = setUp(1);
  const { signal } = new AbortController();
  const sending = writer.send(Uint8Array.of(1, 2), signal);
  equal(getEventListeners(signal, "abort").length, 1);
  port.makeRoom(1);
  await sending;

  equal(getEventListeners(signal, "abort").length, 0);
});

test("Writer.send() rejects when the port is closed meanwhile, with the bytes written", async () => {
  const { core, writer } = setUp(2);
  const sending = writer.send(Uint8Array.of(1, 2, 3), undefined);

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
  const sending = writer.send(Uint8Array.of(1, 2, 3), undefined);
  await nextTask();

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

test("Writer.send() reports 0 bytes written when the device is found gone at once", async () => {
  const { port, core, writer } = setUp();
  const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
  port.failures.set("write", gone);

  await rejects(writer.send(Uint8Array.of(1), undefined), { code: "EIO", bytesWritten: 0 });
  equal(await core.closed, gone);
});

test("Writer.send() fails after close", async () => {
  const { core, writer } = setUp();
  await core.close();

  await rejects(writer.send(Uint8Array.of(1), undefined), { name: "SerialClosedError" });
  throws(() => writer.trySend(Uint8Array.of(1)), { name: "SerialClosedError" });
});

test("Writer.send() lets the event loop run after 32 writes that did not wait", async () => {
  const { writer } = setUp();
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });
  for (let count = 1; count < 32; count++) await writer.send(Uint8Array.of(1), undefined);
  equal(hasRun, false);

  await writer.send(Uint8Array.of(1), undefined);

  equal(hasRun, true);
});

test("Writer.trySend() returns how much the kernel took, 0 when it is full", () => {
  const { port, writer } = setUp(2);

  equal(writer.trySend(Uint8Array.of(1, 2, 3)), 2);
  equal(writer.trySend(Uint8Array.of(3)), 0);
  equal(writer.trySend(new Uint8Array(0)), 0);
  deepEqual(port.written, [1, 2]);
  equal(writer.bytes, 2);
});
