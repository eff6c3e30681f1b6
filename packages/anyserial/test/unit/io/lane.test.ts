import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { SerialDisconnectedError, SerialError } from "anyserial";
import { READ } from "../../../dist/backend/channel.js";
import type { PortLifecycle } from "../../../dist/io/port-lifecycle.js";
import { Receiver } from "../../../dist/io/receiver.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

interface SetUp {
  readonly port: FakeBackendPort;
  readonly core: PortLifecycle;
  readonly receiver: Receiver;
  readonly into: Uint8Array;
}

function setUp(): SetUp {
  const { port, core } = openFakePort();
  return { port, core, receiver: new Receiver(core, port), into: new Uint8Array(8) };
}

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

test("Lane.run() answers at once when bytes are there", () => {
  const { port, receiver, into } = setUp();
  port.give(1, 2, 3);

  equal(receiver.receiveInto(into, undefined), 3);
  deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
  equal(receiver.bytes, 3);
});

test("Lane.run() waits when there is nothing", async () => {
  const { port, receiver, into } = setUp();

  const reading = receiver.receiveInto(into, undefined);
  port.give(9);

  equal(await reading, 1);
  equal(receiver.bytes, 1);
});

test("Lane.run() refuses a second reader, and lets the first go on", async () => {
  const { port, receiver, into } = setUp();
  const first = receiver.receiveInto(into, undefined);

  throws(() => receiver.receiveInto(new Uint8Array(8), undefined), {
    name: "SerialConcurrencyError",
    code: "ERR_SERIAL_CONCURRENT",
    operation: "receive",
    path: "/dev/fake",
  });
  port.give(1);

  equal(await first, 1);
});

test("Lane.run() may be called again after the first has ended", async () => {
  const { port, receiver, into } = setUp();
  const first = receiver.receiveInto(into, undefined);
  port.give(1);
  await first;
  port.give(2);

  equal(receiver.receiveInto(into, undefined), 1);
});

test("Lane.run() rejects with the reason of an abort, and loses no byte", async () => {
  const { port, receiver, into } = setUp();
  const controller = new AbortController();
  const reason = new Error("enough");
  const reading = receiver.receiveInto(into, controller.signal);

  controller.abort(reason);

  await rejects(reading as Promise<number>, (error) => error === reason);
  port.give(4);
  equal(receiver.receiveInto(into, undefined), 1);
});

test("Lane.run() gives bytes that came together with the abort", async () => {
  const { port, receiver, into } = setUp();
  const controller = new AbortController();
  const reading = receiver.receiveInto(into, controller.signal);

  port.give(7); // its continuation has not run yet
  controller.abort();

  equal(await reading, 1);
  equal(into[0], 7);
});

test("Lane.run() throws the reason of a signal that was aborted before, without a call", () => {
  const { port, receiver, into } = setUp();
  port.give(1);

  throws(
    () => receiver.receiveInto(into, AbortSignal.abort("enough")),
    (reason) => reason === "enough",
  );
  deepEqual(port.calls, []);
});

test("Lane.run() leaves no listener on the signal", async () => {
  const { port, receiver, into } = setUp();
  const { signal } = new AbortController();
  const reading = receiver.receiveInto(into, signal);
  equal(getEventListeners(signal, "abort").length, 1);
  port.give(1);
  await reading;

  equal(getEventListeners(signal, "abort").length, 0);
});

test("Lane.run() rejects when the port is closed meanwhile", async () => {
  const { core, receiver, into } = setUp();
  const reading = receiver.receiveInto(into, undefined) as Promise<number>;

  void core.close();

  await rejects(reading, {
    name: "SerialClosedError",
    code: "ERR_SERIAL_CLOSED",
    message: 'Cannot read from port "/dev/fake": the port is closed',
  });
});

test("Lane.run() rejects with the close even when the signal is aborted by it", async () => {
  const { core, receiver, into } = setUp();
  const controller = new AbortController();
  const reading = receiver.receiveInto(into, controller.signal) as Promise<number>;

  void core.close();
  controller.abort();

  await rejects(reading, { name: "SerialClosedError" });
});

test("Lane.run() rejects when the device goes away meanwhile, and the port ends", async () => {
  const { port, core, receiver, into } = setUp();
  const reading = receiver.receiveInto(into, undefined) as Promise<number>;

  port.breakOff(gone);

  await rejects(reading, (error) => error === gone);
  equal(core.isOpen, false);
  equal(await core.closed, gone);
});

test("Lane.run() throws when the device is found gone at once, and the port ends", async () => {
  const { port, core, receiver, into } = setUp();
  port.failures.set("read", gone);

  throws(
    () => receiver.receiveInto(into, undefined),
    (error) => error === gone,
  );
  equal(await core.closed, gone);
});

test("Lane.run() fails after close", async () => {
  const { core, receiver, into } = setUp();
  await core.close();

  throws(() => receiver.receiveInto(into, undefined), { name: "SerialClosedError" });
});

test("Lane.run() rejects with the disconnect when the other side hung up", async () => {
  const { port, receiver, into } = setUp();
  const reading = receiver.receiveInto(into, undefined) as Promise<number>;

  port.onFailed?.(gone);

  await rejects(reading, { name: "SerialDisconnectedError", code: "EIO", cause: gone });
});

test("Lane.run() lets the event loop run after 32 reads that did not wait", async () => {
  const { port, receiver } = setUp();
  const into = new Uint8Array(1);
  port.give(...new Array(40).fill(1));
  for (let count = 1; count < 32; count++) equal(receiver.receiveInto(into, undefined), 1);
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });

  const yielding = receiver.receiveInto(into, undefined);
  ok(yielding instanceof Promise);
  throws(() => receiver.receiveInto(into, undefined), { name: "SerialConcurrencyError" });

  equal(await yielding, 1);
  equal(hasRun, true);
  equal(receiver.receiveInto(into, undefined), 1);
});

test("Lane.run() counts reads that waited as turns of the event loop", async () => {
  const { port, receiver } = setUp();
  const into = new Uint8Array(1);
  port.give(...new Array(31).fill(1));
  for (let count = 1; count <= 31; count++) equal(receiver.receiveInto(into, undefined), 1);
  const waiting = receiver.receiveInto(into, undefined);
  port.give(1);
  await waiting;
  port.give(1);

  equal(receiver.receiveInto(into, undefined), 1);
});

test("Lane.tryAgain() repeats the attempt of a waiting operation", async () => {
  const { port, core, receiver, into } = setUp();
  const reading = receiver.receiveInto(into, undefined);
  port.input.push(7); // without an event

  core.reading.tryAgain();

  equal(await reading, 1);
});

test("Lane.tryAgain() does nothing when nothing waits", () => {
  const { port, core } = setUp();

  core.reading.tryAgain();

  deepEqual(port.calls, []);
});

test("Lane.run() arms the channel anew after an event for nothing", async () => {
  const { port, receiver, into } = setUp();
  const reading = receiver.receiveInto(into, undefined);
  port.wake(READ);
  equal(port.armed, READ);
  port.give(1);

  equal(await reading, 1);
  equal(port.counters.waits, 2);
});

test("Lane.run() rejects when the system cannot wait, and the port stays open", async () => {
  const { port, core, receiver, into } = setUp();
  const broken = new SerialError("no descriptors", { code: "EMFILE" });
  port.failures.set("arm", broken);

  await rejects(
    receiver.receiveInto(into, undefined) as Promise<number>,
    (error) => error === broken,
  );

  equal(core.isOpen, true);
});

test("Lane.run() rejects when the system stops to wait, and the port stays open", async () => {
  const { port, core, receiver, into } = setUp();
  const broken = new SerialError("the thread ended", { code: "ERR_SERIAL_READINESS" });
  const reading = receiver.receiveInto(into, undefined) as Promise<number>;

  port.onFailed?.(broken);

  await rejects(reading, (error) => error === broken);
  equal(core.isOpen, true);
});

test("Lane.run() ignores readiness after its operation was canceled", async () => {
  const { port, receiver, into } = setUp();
  const controller = new AbortController();
  const reading = receiver.receiveInto(into, controller.signal) as Promise<number>;
  controller.abort();
  await rejects(reading);

  port.give(1);

  deepEqual(port.input, [1]);
});

test("Lane.run() that was canceled leaves a disconnect to be noticed", async () => {
  const { port, core, receiver, into } = setUp();
  const controller = new AbortController();
  const reading = receiver.receiveInto(into, controller.signal) as Promise<number>;
  controller.abort();
  await rejects(reading);

  port.onFailed?.(gone);

  equal(await core.closed, gone);
});
