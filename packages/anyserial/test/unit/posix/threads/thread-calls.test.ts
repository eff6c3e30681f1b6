import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { drain } from "../../../../dist/io/drain.js";
import { PosixPort } from "../../../../dist/posix/posix-port.js";
import {
  closeInThread,
  tcdrainInNativeThread,
} from "../../../../dist/posix/threads/thread-calls.js";
import { FakeLibc, fakePlatform, words } from "../../../helpers/fake-libc.ts";
import { FakeReadiness } from "../../../helpers/fake-readiness.ts";
import { FakeThreads } from "../../../helpers/fake-threads.ts";

const POLLNVAL = 0x20;
const FAST = words(44, { 36: 0xffff_ffff, 40: 0xffff_ffff }); // a line that needs no time

function openPort(threads: FakeThreads, isPseudoTerminal = false): [FakeLibc, PosixPort] {
  const libc = new FakeLibc();
  libc.openFds.add(7);
  libc.termios = FAST.slice();
  const handle = { fd: 7, path: "/dev/ttyUSB0", isPseudoTerminal };
  const port = new PosixPort(fakePlatform(libc, { threads }), handle, new FakeReadiness());
  return [libc, port];
}

test("PosixPort.close() closes in a thread, since a driver may wait for a chip that stalls", async () => {
  const threads = new FakeThreads();
  const [libc, port] = openPort(threads);
  const closing = port.close(0);
  await new Promise((resolve) => setImmediate(resolve));
  deepEqual(threads.calls, ["close 7"]);
  threads.isDone = true;

  await closing;
  equal(libc.calls.includes("close"), false);
});

test("PosixPort.close() ends the wait of a driver that cannot discard its output", async () => {
  const threads = new FakeThreads();
  const [libc, port] = openPort(threads);
  libc.polls.push(...Array.from({ length: 100 }, () => POLLNVAL));

  await port.close(100);

  deepEqual(threads.calls, ["close 7", "cancel"]);
});

test("PosixPort.close() closes a pty where it is: nothing waits there", async () => {
  const threads = new FakeThreads();
  const [libc, port] = openPort(threads, true);

  await port.close(0);

  deepEqual(threads.calls, []);
  equal(libc.openFds.size, 0);
});

test("closeInThread() never cancels a close that has not begun", async () => {
  const threads = new FakeThreads();
  const libc = new FakeLibc();
  libc.polls.push(0, 0, POLLNVAL); // twice the descriptor is still open

  await closeInThread(threads, libc, { fd: 7, graceMs: 0 });

  deepEqual(libc.calls, ["poll 0 0", "poll 0 0", "poll 0 0"]);
  deepEqual(threads.calls, ["close 7", "cancel"]);
});

test("closeInThread() closes at once when there is no thread", async () => {
  const threads = new FakeThreads();
  threads.isExhausted = true;
  const libc = new FakeLibc();
  libc.openFds.add(7);

  await closeInThread(threads, libc, { fd: 7, graceMs: 0 });

  equal(libc.openFds.size, 0);
});

test("tcdrainInNativeThread() cancels the wait when it is aborted", async () => {
  const threads = new FakeThreads();
  const controller = new AbortController();
  const reason = new Error("enough");
  const draining = tcdrainInNativeThread(threads, 7, controller.signal);
  controller.abort(reason);

  await rejects(draining, (error) => error === reason);
  deepEqual(threads.calls, ["tcdrain 7", "cancel"]);
});

test("PosixPort.drain() exactly asks the chip, since a driver may know an old state only", async () => {
  const threads = new FakeThreads();
  const [libc, port] = openPort(threads);
  libc.lineStatus = () => 1; // TIOCSER_TEMT
  const draining = drain(port, true, new AbortController().signal);
  await until("a thread waits", () => threads.calls.includes("tcdrain 7"));
  let isDrained = false;
  void draining.then(() => {
    isDrained = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  equal(isDrained, false);
  threads.isDone = true;

  await draining;
});

test("PosixPort.drain() exactly asks the chip also when the driver never calls it empty", async () => {
  const threads = new FakeThreads();
  const [libc, port] = openPort(threads);
  libc.lineStatus = () => 0;
  threads.isDone = true;

  await drain(port, true, new AbortController().signal);

  deepEqual(threads.calls, ["tcdrain 7"]);
});

for (const request of ["TIOCOUTQ", "TIOCMGET"]) {
  test(`PosixPort.drain() exactly reports that the device went away, by ${request}`, async () => {
    const threads = new FakeThreads();
    const [libc, port] = openPort(threads);
    const draining = drain(port, true, new AbortController().signal);
    libc.failAlways(request, "EIO");
    threads.isDone = true;

    await rejects(draining, { name: "SerialDisconnectedError" });
  });
}

test("PosixPort.drain() exactly needs no modem lines", async () => {
  const threads = new FakeThreads();
  const [libc, port] = openPort(threads);
  libc.modemBits = undefined;
  threads.isDone = true;

  await drain(port, true, new AbortController().signal);
});
