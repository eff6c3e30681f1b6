import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { SerialDisconnectedError, type SerialError } from "anyserial";
import { letOutputGo } from "../../../dist/io/drain.js";
import { READABLE } from "../../../dist/posix/readiness/readiness.js";
import { readInto, writeSome } from "../../helpers/channel.ts";
import { queue } from "../../helpers/fake-libc.ts";
import { setUpPort } from "../../helpers/fake-port.ts";

const EAGAIN = -11;

test("PosixPort.tryRead() takes the available bytes", () => {
  const { libc, port, watch } = setUpPort();
  libc.input.push(1, 2);

  equal(port.tryRead(new Uint8Array(8)), 2);
  equal(port.tryRead(new Uint8Array(8)), 0);
  deepEqual(watch.calls, []);
});

test("PosixPort.arm() reports the wake-up, after which a read finds the bytes", async () => {
  const { libc, port, watch } = setUpPort();
  const into = new Uint8Array(8);
  const reading = readInto(port, into);
  libc.input.push(5);
  watch.wakeReader();

  equal(await reading, 1);
  equal(into[0], 5);
});

test("PosixPort.arm() may be called again after a wake-up for nothing", async () => {
  const { libc, port, watch } = setUpPort();
  const reading = readInto(port, new Uint8Array(8));
  watch.wakeReader();
  equal(watch.armed, READABLE);
  libc.input.push(5);
  watch.wakeReader();

  equal(await reading, 1);
  deepEqual(watch.calls, ["arm read", "arm read"]);
});

test("PosixPort reports to its watch whether a read found bytes", () => {
  const { libc, port, watch } = setUpPort();
  port.tryRead(new Uint8Array(8));
  equal(watch.found, false);
  libc.input.push(1);

  port.tryRead(new Uint8Array(8));

  equal(watch.found, true);
});

test("PosixPort.tryRead() throws when the device is found gone after the wake-up", async () => {
  const { libc, port, watch } = setUpPort();
  const reading = readInto(port, new Uint8Array(8));
  libc.fail("read", "EIO");
  watch.wakeReader();

  await rejects(reading, { name: "SerialDisconnectedError", code: "EIO" });
});

test("PosixPort.tryWrite() returns the number of bytes that the kernel took, in part", () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(2);

  equal(port.tryWrite(Uint8Array.of(1, 2, 3)), 2);
  deepEqual(watch.calls, []);
});

test("PosixPort.arm() reports room, after which a write is taken", async () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN, EAGAIN, 3);
  const writing = writeSome(port, Uint8Array.of(1, 2, 3, 4));
  watch.wakeWriter();
  watch.wakeWriter();

  equal(await writing, 3);
  deepEqual(libc.written, [1, 2, 3]);
});

test("PosixPort.tryWrite() never waits", () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN);

  equal(port.tryWrite(Uint8Array.of(1)), 0);
  deepEqual(watch.calls, []);
});

test("PosixPort over a pty looks for room that has no event", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { libc, port, watch } = setUpPort({}, true);
  libc.writes.push(EAGAIN, 1);
  const writing = writeSome(port, Uint8Array.of(1));

  t.mock.timers.tick(100);

  equal(await writing, 1);
  equal(watch.armed, 0);
});

test("PosixPort counts its system calls for data", async () => {
  const { libc, port, watch } = setUpPort();
  libc.writes.push(EAGAIN);
  const reading = readInto(port, new Uint8Array(8));
  const writing = writeSome(port, Uint8Array.of(1));
  libc.input.push(1);
  watch.wakeReader();
  watch.wakeWriter();
  await Promise.all([reading, writing]);

  deepEqual(port.counters, { readCalls: 2, writeCalls: 2, wouldBlock: 2, waits: 0 });
});

test("PosixPort reports a hang-up without a pending call", () => {
  const { port, watch } = setUpPort();
  const causes: SerialError[] = [];
  port.onFailed = (error) => causes.push(error);

  watch.listener.onHangup?.();

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

  await port.close(0);

  deepEqual(order, ["closed, watch ended"]);
  equal(libc.openFds.size, 0);
});

test("letOutputGo() lets output go that the line needs time for", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = queue(3, 2, 1);

  equal(await letOutputGo(port), 0);
  equal(libc.calls.includes("TCFLSH 1"), false);
});

test("PosixPort.close() discards output that is left, for which close(2) would wait", async () => {
  const { libc, port } = setUpPort();
  libc.outputQueue = () => 100;

  await port.close(100);

  deepEqual(libc.calls.slice(-2), ["TCFLSH 1", "close"]);
});

test("letOutputGo() waits for nothing when the device is gone", async () => {
  const { libc, port } = setUpPort();
  libc.failAlways("TIOCOUTQ", "EIO");

  equal(await letOutputGo(port), 0);
});

test("PosixPort.abandon() closes without looking at the queue", () => {
  const { libc, port, watch } = setUpPort();
  libc.outputQueue = () => 100;

  port.abandon();

  deepEqual(libc.calls, ["close"]);
  ok(watch.isClosed);
});
