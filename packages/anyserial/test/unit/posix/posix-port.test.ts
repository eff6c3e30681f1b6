import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { SerialDisconnectedError, type SerialError } from "anyserial";
import { queue } from "../../helpers/fake-libc.ts";
import { setUpPort } from "../../helpers/fake-port.ts";
import { nextTask } from "../../helpers/memory.ts";

const EAGAIN = -11;

test("PosixPort.read() answers at once when bytes are there", () => {
  const { libc, port, watch } = setUpPort();
  libc.input.push(1, 2);

  equal(port.read(new Uint8Array(8)), 2);
  deepEqual(watch.calls, []);
});

test("PosixPort.read() waits when there is nothing, and reads when it is woken", async () => {
  const { libc, port, watch } = setUpPort();
  const into = new Uint8Array(8);
  const reading = port.read(into);
  libc.input.push(5);
  watch.wakeReader();

  equal(await reading, 1);
  equal(into[0], 5);
});

test("PosixPort.read() waits on after a wake-up for nothing", async () => {
  const { libc, port, watch } = setUpPort();
  const reading = port.read(new Uint8Array(8));
  watch.wakeReader();
  await nextTask();
  ok(watch.isReaderWaiting);
  libc.input.push(5);
  watch.wakeReader();

  equal(await reading, 1);
  deepEqual(watch.calls, ["wait read", "wait read"]);
});

test("PosixPort.cancelRead() settles a waiting read to 0 without a system call", async () => {
  const { libc, port } = setUpPort();
  const reading = port.read(new Uint8Array(8));
  libc.calls.length = 0;
  libc.input.push(5);

  port.cancelRead();

  equal(await reading, 0);
  deepEqual(libc.calls, []);
  deepEqual(libc.input, [5]);
});

test("PosixPort.cancelRead() after the wake-up gives the bytes rather than losing them", async () => {
  const { libc, port, watch } = setUpPort();
  const into = new Uint8Array(8);
  const reading = port.read(into);
  libc.input.push(5);
  watch.wakeReader(); // its continuation has not run yet
  port.cancelRead();

  equal(await reading, 1);
  equal(into[0], 5);
});

test("PosixPort.cancelRead() after a wake-up for nothing ends the read", async () => {
  const { port, watch } = setUpPort();
  const reading = port.read(new Uint8Array(8));
  watch.wakeReader();
  port.cancelRead();

  equal(await reading, 0);
  equal(watch.isReaderWaiting, false);
});

test("PosixPort.cancelRead() does not end a later read", async () => {
  const { libc, port, watch } = setUpPort();
  port.cancelRead();
  const reading = port.read(new Uint8Array(8));
  watch.wakeReader();
  await nextTask();
  ok(watch.isReaderWaiting);
  libc.input.push(1);
  watch.wakeReader();

  equal(await reading, 1);
});

test("PosixPort.read() rejects when the device is found gone after the wake-up", async () => {
  const { libc, port, watch } = setUpPort();
  const reading = port.read(new Uint8Array(8));
  libc.fail("read", "EIO");
  watch.wakeReader();

  await rejects(reading as Promise<number>, { name: "SerialDisconnectedError", code: "EIO" });
});

test("PosixPort.write() answers with what the kernel took, in part", () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(2);

  equal(port.write(Uint8Array.of(1, 2, 3)), 2);
  deepEqual(watch.calls, []);
});

test("PosixPort.write() waits while there is no room", async () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN, EAGAIN, 3);
  const writing = port.write(Uint8Array.of(1, 2, 3, 4));
  watch.wakeWriter();
  await nextTask();
  watch.wakeWriter();

  equal(await writing, 3);
  deepEqual(libc.written, [1, 2, 3]);
});

test("PosixPort.cancelWrite() settles a waiting write to 0", async () => {
  const { libc, port } = setUpPort();
  libc.writes.push(EAGAIN);
  const writing = port.write(Uint8Array.of(1));

  port.cancelWrite();

  equal(await writing, 0);
  deepEqual(libc.written, []);
});

test("PosixPort.cancelWrite() after the wake-up tells what was written", async () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN);
  const writing = port.write(Uint8Array.of(1, 2));
  watch.wakeWriter();
  port.cancelWrite();

  equal(await writing, 2);
  deepEqual(libc.written, [1, 2]);
});

test("PosixPort.cancelWrite() after a wake-up for nothing ends the write", async () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN, EAGAIN);
  const writing = port.write(Uint8Array.of(1));
  watch.wakeWriter();
  port.cancelWrite();

  equal(await writing, 0);
  equal(watch.isWriterWaiting, false);
});

test("PosixPort.tryWrite() never waits", () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN);

  equal(port.tryWrite(Uint8Array.of(1)), 0);
  deepEqual(watch.calls, []);
});

test("PosixPort counts its system calls for data", async () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN);
  const reading = port.read(new Uint8Array(8));
  const writing = port.write(Uint8Array.of(1));
  libc.input.push(1);
  watch.wakeReader();
  watch.wakeWriter();
  await Promise.all([reading, writing]);

  deepEqual(port.counters, { readCalls: 2, writeCalls: 2, wouldBlock: 2, waits: 2 });
});

test("PosixPort tells of a hang-up while nobody waits", () => {
  const { port, watch } = setUpPort();
  const causes: SerialError[] = [];
  port.onDisconnect = (error) => causes.push(error);

  watch.idle.onHangup?.();

  ok(causes[0] instanceof SerialDisconnectedError);
  equal(causes[0].code, "ERR_SERIAL_DISCONNECTED");
});

test("PosixPort.waitModemLineChange() rejects with the signal's reason", async () => {
  const { port } = setUpPort();
  const controller = new AbortController();
  const waiting = port.waitModemLineChange(controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);

  await rejects(waiting, (error) => error === reason);
});

test("PosixPort.close() stops watching before it closes the descriptor", async () => {
  const { libc, port, watch } = setUpPort();
  const order: string[] = [];
  const close = libc.close.bind(libc);
  libc.close = (fd) => {
    order.push(`closed, watch ${watch.isClosed ? "ended" : "alive"}`);
    return close(fd);
  };

  equal(await port.close(), 0);

  deepEqual(order, ["closed, watch ended"]);
  equal(libc.openFds.size, 0);
});

test("PosixPort.close() lets output go that the line needs time for", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = queue(3, 2, 1);

  equal(await port.close(), 0);
  equal(libc.calls.includes("TCFLSH 1"), false);
});

test("PosixPort.close() discards output that does not move, before close(2) would wait for it", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = () => 100;

  equal(await port.close(), 100);
  deepEqual(libc.calls.slice(-2), ["TCFLSH 1", "close"]);
});

test("PosixPort.close() closes when the device is gone", async () => {
  const { libc, port } = setUpPort();
  libc.failAlways("TIOCOUTQ", "EIO");

  equal(await port.close(), 0);
  equal(libc.openFds.size, 0);
});

test("PosixPort.close() ends what still waits", async () => {
  const { port } = setUpPort();
  const reading = port.read(new Uint8Array(1));

  await port.close();

  equal(await reading, 0);
});

test("PosixPort.abandon() closes without looking at the queue", () => {
  const { libc, port, watch } = setUpPort();
  libc.outputQueue = () => 100;

  port.abandon();

  deepEqual(libc.calls, ["close"]);
  ok(watch.isClosed);
});
