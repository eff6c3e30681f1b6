import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { SerialDisconnectedError, type SerialError } from "anyserial";
import type { PosixPlatform } from "#internal/posix/posix-platform.js";
import { PosixPort } from "#internal/posix/posix-port.js";
import { FakeLibc, fakePlatform, words } from "../../helpers/fake-libc.ts";
import { FakeReadiness, type FakeWatch } from "../../helpers/fake-readiness.ts";

const EAGAIN = -11;
const CRTSCTS = 0x8000_0000; // <asm-generic/termbits-common.h>
const SLOW = words(44, { 36: 300, 40: 300 });
const FAST = words(44, { 36: 0xffff_ffff, 40: 0xffff_ffff }); // a line that needs no time

interface SetUp {
  readonly libc: FakeLibc;
  readonly port: PosixPort;
  readonly watch: FakeWatch;
}

function setUp(changes: Partial<PosixPlatform> = {}, isPseudoTerminal = false): SetUp {
  const libc = new FakeLibc();
  libc.openFds.add(7);
  libc.termios = FAST.slice();
  const readiness = new FakeReadiness();
  const handle = { fd: 7, path: "/dev/ttyS4", isPseudoTerminal };
  const port = PosixPort.watch(fakePlatform(libc, changes), handle, readiness);
  return { libc, port, watch: readiness.watches[0] as FakeWatch };
}

/** Lets everything run that is ready to. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("PosixPort.read() answers at once when bytes are there", () => {
  const { libc, port, watch } = setUp();
  libc.input.push(1, 2);

  equal(port.read(new Uint8Array(8)), 2);
  deepEqual(watch.calls, []);
});

test("PosixPort.read() waits when there is nothing, and reads when it is woken", async () => {
  const { libc, port, watch } = setUp();
  const into = new Uint8Array(8);
  const reading = port.read(into);
  libc.input.push(5);
  watch.wakeReader();

  equal(await reading, 1);
  equal(into[0], 5);
});

test("PosixPort.read() waits on after a wake-up for nothing", async () => {
  const { libc, port, watch } = setUp();
  const reading = port.read(new Uint8Array(8));
  watch.wakeReader();
  await settled();
  ok(watch.isReaderWaiting);
  libc.input.push(5);
  watch.wakeReader();

  equal(await reading, 1);
  deepEqual(watch.calls, ["wait read", "wait read"]);
});

test("PosixPort.cancelRead() settles a waiting read to 0 without a system call", async () => {
  const { libc, port } = setUp();
  const reading = port.read(new Uint8Array(8));
  libc.calls.length = 0;
  libc.input.push(5);

  port.cancelRead();

  equal(await reading, 0);
  deepEqual(libc.calls, []);
  deepEqual(libc.input, [5]);
});

test("PosixPort.cancelRead() after the wake-up gives the bytes rather than losing them", async () => {
  const { libc, port, watch } = setUp();
  const into = new Uint8Array(8);
  const reading = port.read(into);
  libc.input.push(5);
  watch.wakeReader(); // its continuation has not run yet
  port.cancelRead();

  equal(await reading, 1);
  equal(into[0], 5);
});

test("PosixPort.cancelRead() after a wake-up for nothing ends the read", async () => {
  const { port, watch } = setUp();
  const reading = port.read(new Uint8Array(8));
  watch.wakeReader();
  port.cancelRead();

  equal(await reading, 0);
  equal(watch.isReaderWaiting, false);
});

test("PosixPort.cancelRead() does not end a later read", async () => {
  const { libc, port, watch } = setUp();
  port.cancelRead();
  const reading = port.read(new Uint8Array(8));
  watch.wakeReader();
  await settled();
  ok(watch.isReaderWaiting);
  libc.input.push(1);
  watch.wakeReader();

  equal(await reading, 1);
});

test("PosixPort.read() rejects when the device is found gone after the wake-up", async () => {
  const { libc, port, watch } = setUp();
  const reading = port.read(new Uint8Array(8));
  libc.fail("read", "EIO");
  watch.wakeReader();

  await rejects(reading as Promise<number>, { name: "SerialDisconnectedError", code: "EIO" });
});

test("PosixPort.write() answers with what the kernel took, in part", () => {
  const { libc, port, watch } = setUp();
  libc.writes.push(2);

  equal(port.write(Uint8Array.of(1, 2, 3)), 2);
  deepEqual(watch.calls, []);
});

test("PosixPort.write() waits while there is no room", async () => {
  const { libc, port, watch } = setUp();
  libc.writes.push(EAGAIN, EAGAIN, 3);
  const writing = port.write(Uint8Array.of(1, 2, 3, 4));
  watch.wakeWriter();
  await settled();
  watch.wakeWriter();

  equal(await writing, 3);
  deepEqual(libc.written, [1, 2, 3]);
});

test("PosixPort.cancelWrite() settles a waiting write to 0", async () => {
  const { libc, port } = setUp();
  libc.writes.push(EAGAIN);
  const writing = port.write(Uint8Array.of(1));

  port.cancelWrite();

  equal(await writing, 0);
  deepEqual(libc.written, []);
});

test("PosixPort.cancelWrite() after the wake-up tells what was written", async () => {
  const { libc, port, watch } = setUp();
  libc.writes.push(EAGAIN);
  const writing = port.write(Uint8Array.of(1, 2));
  watch.wakeWriter();
  port.cancelWrite();

  equal(await writing, 2);
  deepEqual(libc.written, [1, 2]);
});

test("PosixPort.cancelWrite() after a wake-up for nothing ends the write", async () => {
  const { libc, port, watch } = setUp();
  libc.writes.push(EAGAIN, EAGAIN);
  const writing = port.write(Uint8Array.of(1));
  watch.wakeWriter();
  port.cancelWrite();

  equal(await writing, 0);
  equal(watch.isWriterWaiting, false);
});

test("PosixPort.tryWrite() never waits", () => {
  const { libc, port, watch } = setUp();
  libc.writes.push(EAGAIN);

  equal(port.tryWrite(Uint8Array.of(1)), 0);
  deepEqual(watch.calls, []);
});

test("PosixPort counts its system calls for data", async () => {
  const { libc, port, watch } = setUp();
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
  const { port, watch } = setUp();
  const causes: SerialError[] = [];
  port.onDisconnect = (error) => causes.push(error);

  watch.idle.onHangup?.();

  ok(causes[0] instanceof SerialDisconnectedError);
  equal(causes[0].code, "ERR_SERIAL_DISCONNECTED");
});

/** Bytes left at each look. */
function queue(...left: number[]): () => number {
  return () => left.shift() ?? 0;
}

test("PosixPort.drain() looks until the output queue is empty", async () => {
  const { libc, port } = setUp();
  libc.outputQueue = queue(3, 1);

  await port.drain(false, new AbortController().signal);

  equal(libc.calls.filter((call) => call === "TIOCOUTQ").length, 3);
  equal(libc.calls.includes("TIOCSERGETLSR"), false);
});

test("PosixPort.drain() exactly waits for the transmitter too", async () => {
  const { libc, port } = setUp();
  libc.termios = SLOW.slice();
  libc.lineStatus = queue(1, 0, 0, 1); // asked once whether it can say, then until it is empty

  await port.drain(true, new AbortController().signal);

  equal(libc.calls.filter((call) => call === "TIOCSERGETLSR").length, 4);
});

test("PosixPort.drain() exactly asks no transmitter of a pty", async () => {
  const { libc, port } = setUp({}, true);

  await port.drain(true, new AbortController().signal);

  equal(libc.calls.includes("TIOCSERGETLSR"), false);
});

test("PosixPort.drain() rejects with the signal's reason", async () => {
  const { libc, port } = setUp();
  libc.outputQueue = () => 3;
  const controller = new AbortController();
  const reason = new Error("enough");

  const draining = port.drain(false, controller.signal);
  controller.abort(reason);

  await rejects(draining, (error) => error === reason);
});

test("PosixPort.drain() exactly rejects with the signal's reason while the transmitter is busy", async () => {
  const { libc, port } = setUp();
  libc.termios = SLOW.slice();
  libc.lineStatus = () => 0;
  const controller = new AbortController();
  const reason = new Error("enough");

  const draining = port.drain(true, controller.signal);
  await settled();
  controller.abort(reason);

  await rejects(draining, (error) => error === reason);
});

test("PosixPort.drain() exactly gives a transmitter up that is never empty", async () => {
  const { libc, port } = setUp();
  libc.lineStatus = () => 0;

  await port.drain(true, new AbortController().signal);

  ok(libc.calls.includes("TIOCSERGETLSR"));
});

test("PosixPort.drain() exactly waits on where flow control may hold the transmitter", async () => {
  const { libc, port } = setUp();
  libc.termios = words(44, { 8: CRTSCTS, 36: 0xffff_ffff, 40: 0xffff_ffff });
  libc.lineStatus = () => 0;
  const controller = new AbortController();

  const draining = port.drain(true, controller.signal);
  while (libc.calls.filter((call) => call === "TIOCSERGETLSR").length < 4) await settled();
  controller.abort("enough");

  await rejects(draining, (error) => error === "enough");
});

test("PosixPort.drain() exactly fails when the device goes while the transmitter is busy", async () => {
  const { libc, port } = setUp();
  libc.termios = SLOW.slice();
  libc.lineStatus = () => 0;

  const draining = port.drain(true, new AbortController().signal);
  await settled();
  libc.failAlways("TIOCSERGETLSR", "EIO");

  await rejects(draining, { name: "SerialDisconnectedError", operation: "drain" });
});

test("PosixPort.drain() fails when the device is gone", async () => {
  const { libc, port } = setUp();
  libc.fail("TIOCOUTQ", "EIO");

  await rejects(port.drain(false, new AbortController().signal), {
    name: "SerialDisconnectedError",
  });
});

test("PosixPort.waitModemLineChange() rejects with the signal's reason", async () => {
  const { port } = setUp();
  const controller = new AbortController();
  const waiting = port.waitModemLineChange(controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);

  await rejects(waiting, (error) => error === reason);
});

test("PosixPort.close() stops watching before it closes the descriptor", async () => {
  const { libc, port, watch } = setUp();
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
  const { libc, port } = setUp();
  libc.outputQueue = queue(3, 2, 1);

  equal(await port.close(), 0);
  equal(libc.calls.includes("TCFLSH 1"), false);
});

test("PosixPort.close() discards output that does not move, before close(2) would wait for it", async () => {
  const { libc, port } = setUp();
  libc.outputQueue = () => 100;

  equal(await port.close(), 100);
  deepEqual(libc.calls.slice(-2), ["TCFLSH 1", "close"]);
});

test("PosixPort.close() closes when the device is gone", async () => {
  const { libc, port } = setUp();
  libc.failAlways("TIOCOUTQ", "EIO");

  equal(await port.close(), 0);
  equal(libc.openFds.size, 0);
});

test("PosixPort.close() ends what still waits", async () => {
  const { port } = setUp();
  const reading = port.read(new Uint8Array(1));

  await port.close();

  equal(await reading, 0);
});

test("PosixPort.abandon() closes without looking at the queue", () => {
  const { libc, port, watch } = setUp();
  libc.outputQueue = () => 100;

  port.abandon();

  deepEqual(libc.calls, ["close"]);
  ok(watch.isClosed);
});
