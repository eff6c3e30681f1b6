import { deepEqual, equal, match, throws } from "node:assert/strict";
import { test } from "node:test";
import { drainBlocking } from "../../../dist/io/blocking.js";
import type { PosixPlatform } from "../../../dist/posix/posix-platform.js";
import { PosixPort } from "../../../dist/posix/posix-port.js";
import { readBlocking, writeBlocking } from "../../helpers/channel.ts";
import { configOf, FakeLibc, fakePlatform, queue, words } from "../../helpers/fake-libc.ts";

const EAGAIN = -11;
const EINTR = -4;
const POLLIN = 1;
const POLLIN_POLLHUP = 0x11;
const DISCONNECTED = { name: "SerialDisconnectedError" };

function setUp(changes: Partial<PosixPlatform> = {}): { libc: FakeLibc; device: PosixPort } {
  const libc = new FakeLibc();
  const platform = fakePlatform(libc, changes);
  const handle = { fd: 7, path: "/dev/ttyS4", isPseudoTerminal: false };
  return { libc, device: new PosixPort(platform, handle, undefined) };
}

function pty(): { libc: FakeLibc; device: PosixPort } {
  const libc = new FakeLibc();
  libc.modemBits = undefined;
  const handle = { fd: 7, path: "/dev/pts/3", isPseudoTerminal: true };
  return { libc, device: new PosixPort(fakePlatform(libc), handle, undefined) };
}

test("PosixPort read blocking reads the available bytes with one call", () => {
  const { libc, device } = setUp();
  libc.reads.push([1, 2, 3]);
  const into = new Uint8Array(8);

  equal(readBlocking(device, into, 0), 3);
  deepEqual([...into], [1, 2, 3, 0, 0, 0, 0, 0]);
  deepEqual(libc.calls, ["read"]);
});

test("PosixPort read blocking answers 0 when nothing is there and the time is over", () => {
  const { libc, device } = setUp();

  equal(readBlocking(device, new Uint8Array(8), 0), 0);
  deepEqual(libc.calls, ["read"]);
});

test("PosixPort read blocking waits in poll(2), for ever if asked", () => {
  const { libc, device } = setUp();
  libc.reads.push(EAGAIN, [9]);

  equal(readBlocking(device, new Uint8Array(8), Number.POSITIVE_INFINITY), 1);
  deepEqual(libc.calls, ["read", "poll 1 -1", "read"]);
});

test("PosixPort read blocking waits no longer than poll(2) can count", () => {
  const { libc, device } = setUp();
  libc.reads.push(EAGAIN, [9]);

  readBlocking(device, new Uint8Array(8), 1e15);

  equal(libc.calls[1], "poll 1 2147483647");
});

test("PosixPort read blocking reads again after EINTR", () => {
  const { libc, device } = setUp();
  libc.reads.push(EINTR, EINTR, [5]);

  equal(readBlocking(device, new Uint8Array(8), 0), 1);
  deepEqual(libc.calls, ["read", "read", "read"]);
});

/** Errors of read(2), and what they mean. */
const READ_ERRORS: readonly (readonly [string, string])[] = [
  ["EIO", "SerialDisconnectedError"],
  ["ENXIO", "SerialDisconnectedError"],
  ["ENODEV", "SerialDisconnectedError"],
  ["EBADF", "SerialClosedError"],
  ["EFAULT", "SerialError"],
];
for (const [errno, name] of READ_ERRORS) {
  test(`PosixPort read blocking makes ${name} of ${errno}`, () => {
    const { libc, device } = setUp();
    libc.fail("read", errno);

    throws(() => readBlocking(device, new Uint8Array(8), 0), {
      name,
      code: errno,
      syscall: "read",
      operation: "receive",
      path: "/dev/ttyS4",
    });
  });

  test(`PosixPort written blocking makes ${name} of ${errno}`, () => {
    const { libc, device } = setUp();
    libc.fail("write", errno);

    throws(() => writeBlocking(device, new Uint8Array(8), 0), {
      name,
      code: errno,
      syscall: "write",
      operation: "send",
    });
  });
}

test("PosixPort read blocking takes an empty read of a line that hung up for a disconnect", () => {
  const { libc, device } = setUp();
  libc.reads.push(0);
  libc.polls.push(POLLIN_POLLHUP);

  throws(() => readBlocking(device, new Uint8Array(8), 0), {
    ...DISCONNECTED,
    code: "ERR_SERIAL_DISCONNECTED",
    message: 'Cannot read from port "/dev/ttyS4": the device is gone',
  });
});

test("PosixPort read blocking takes an empty read with POLLERR for a disconnect", () => {
  const { libc, device } = setUp();
  libc.reads.push(0);
  libc.polls.push(0x8);

  throws(() => readBlocking(device, new Uint8Array(8), 0), DISCONNECTED);
});

test("PosixPort read blocking takes an empty read with VMIN 0 for nothing there", () => {
  const { libc, device } = setUp();
  libc.reads.push(0); // another program set VMIN to 0: the kernel answers 0 in place of EAGAIN
  libc.polls.push(0);

  equal(readBlocking(device, new Uint8Array(8), 0), 0);
  deepEqual(libc.calls, ["read", "poll 1 0"]);
});

test("PosixPort read blocking reads bytes that came right after an empty read", () => {
  const { libc, device } = setUp();
  libc.reads.push(0, [7]);
  libc.polls.push(POLLIN);

  equal(readBlocking(device, new Uint8Array(8), 0), 1);
});

test("PosixPort read blocking gives up on a line that is readable and always empty", () => {
  const { libc, device } = setUp();
  libc.reads.push(0, 0, 0, [1]);
  libc.polls.push(POLLIN, POLLIN, POLLIN);

  throws(() => readBlocking(device, new Uint8Array(8), 0), DISCONNECTED);
  equal(libc.calls.filter((call) => call === "read").length, 3);
});

test("PosixPort read blocking does not take an interrupted poll(2) for a disconnect", () => {
  const { libc, device } = setUp();
  libc.reads.push(0, [7]);
  libc.polls.push(EINTR);

  equal(readBlocking(device, new Uint8Array(8), 0), 1);
});

test("PosixPort written blocking returns the number of bytes that the kernel took", () => {
  const { libc, device } = setUp();
  libc.writes.push(2);

  equal(writeBlocking(device, Uint8Array.of(1, 2, 3), 0), 2);
  deepEqual(libc.written, [1, 2]);
});

test("PosixPort written blocking writes again after EINTR, and waits after EAGAIN", () => {
  const { libc, device } = setUp();
  libc.writes.push(EINTR, EAGAIN, 3);

  equal(writeBlocking(device, Uint8Array.of(1, 2, 3), Number.POSITIVE_INFINITY), 3);
  deepEqual(libc.calls, ["write", "write", "poll 4 -1", "write"]);
});

test("PosixPort written blocking answers 0 when there is no room and the time is over", () => {
  const { libc, device } = setUp();
  libc.writes.push(EAGAIN);

  equal(writeBlocking(device, Uint8Array.of(1), 0), 0);
});

test("PosixPort drained blocking looks until the output queue is empty", () => {
  const { libc, device } = setUp();
  libc.outputQueue = queue(5, 1);

  equal(drainBlocking(device, false, Number.POSITIVE_INFINITY), true);
  const looks = ["TIOCOUTQ", "TIOCOUTQ", "TIOCOUTQ"];
  deepEqual(libc.calls, [...looks, "TIOCMGET"]); // and whether the device is still there
});

test("PosixPort drained blocking fails when the device went away, and its output with it", () => {
  const { libc, device } = setUp();
  libc.outputQueue = queue(5);
  libc.fail("TIOCMGET", "EIO");

  throws(() => drainBlocking(device, false, Number.POSITIVE_INFINITY), DISCONNECTED);
});

test("PosixPort drained blocking asks no lines of a port that has none, and of no pty", () => {
  for (const { libc, device } of [setUp(), pty()]) {
    libc.modemBits = undefined;
    libc.outputQueue = queue(5);

    equal(drainBlocking(device, false, Number.POSITIVE_INFINITY), true);
  }
});

test("PosixPort drained blocking gives up when the time is over", () => {
  const { libc, device } = setUp();
  libc.outputQueue = () => 5;

  equal(drainBlocking(device, false, 0), false);
});

test("PosixPort drained blocking exactly asks the transmitter as well", () => {
  const { libc, device } = setUp();
  libc.lineStatus = queue(0, 1);

  equal(drainBlocking(device, true, Number.POSITIVE_INFINITY), true);
  const asked = libc.calls.filter((call) => call !== "TERMIOS_GET" && call !== "TIOCGRS485");
  deepEqual(asked, ["TIOCOUTQ", "TIOCSERGETLSR", "TIOCSERGETLSR"]);
});

test("PosixPort drained blocking exactly gives a transmitter up that is never empty", () => {
  const { libc, device } = setUp();
  libc.termios = words(44, { 36: 0xffff_ffff, 40: 0xffff_ffff });
  libc.lineStatus = () => 0;

  equal(drainBlocking(device, true, Number.POSITIVE_INFINITY), true);
});

test("PosixPort drained blocking exactly uses tcdrain(3) where the driver cannot say", () => {
  const drained: number[] = [];
  const { device } = setUp({ tcdrain: (fd) => drained.push(fd) - 1 });

  equal(drainBlocking(device, true, 0), true);
  deepEqual(drained, [7]);
});

test("PosixPort drained blocking exactly asks no transmitter of a pty", () => {
  const { libc, device } = pty();

  equal(drainBlocking(device, true, 0), true);
  deepEqual(libc.calls, ["TIOCOUTQ"]);
});

/** TIOCM bits of <asm-generic/termios.h>. */
const LINES: readonly (readonly [number, string])[] = [
  [0x20, "cts"],
  [0x100, "dsr"],
  [0x80, "ri"],
  [0x40, "dcd"],
];
for (const [bit, line] of LINES) {
  test(`PosixPort.modemLines() finds ${line} in bit 0x${bit.toString(16)}`, () => {
    const { libc, device } = setUp();
    libc.modemBits = bit | 0x6; // DTR and RTS do not matter

    const none = { cts: false, dsr: false, ri: false, dcd: false };
    deepEqual(device.modemLines(), { ...none, [line]: true });
  });
}

test("PosixPort.modemLines() fails on a pty", () => {
  throws(() => pty().device.modemLines(), {
    name: "UnsupportedFeatureError",
    code: "ENOTTY",
    syscall: "ioctl(TIOCMGET)",
  });
});

/** Lines to set, and DTR (2) and RTS (4) that come of both, and of none. */
const SET: readonly (readonly [{ rts?: boolean; dtr?: boolean }, number, number])[] = [
  [{}, 6, 0],
  [{ rts: true }, 6, 4],
  [{ rts: false }, 2, 0],
  [{ dtr: true }, 6, 2],
  [{ dtr: false }, 4, 0],
  [{ rts: true, dtr: false }, 4, 4],
  [{ rts: false, dtr: true }, 2, 2],
  [{ rts: false, dtr: false }, 0, 0],
];
for (const [lines, fromBoth, fromNone] of SET) {
  test(`PosixPort.setControlLines() sets ${JSON.stringify(lines)} and leaves the others`, () => {
    const { libc, device } = setUp();

    libc.modemBits = 0x166;
    device.setControlLines(lines);
    equal(libc.modemBits, 0x160 | fromBoth);
    libc.modemBits = 0x160;
    device.setControlLines(lines);
    equal(libc.modemBits, 0x160 | fromNone);
  });
}

test("PosixPort.setControlLines() makes no call where nothing is to be set", () => {
  const { libc, device } = setUp();

  device.setControlLines({});
  device.setControlLines({ rts: undefined, dtr: undefined });

  deepEqual(libc.calls, []);
});

test("PosixPort.setBreak() asserts and clears", () => {
  const { libc, device } = setUp();

  device.setBreak(true);
  equal(libc.isBreakOn, true);
  device.setBreak(false);

  equal(libc.isBreakOn, false);
});

test("PosixPort.setBreak() reports that the driver cannot", () => {
  const { libc, device } = setUp();
  libc.fail("TIOCSBRK", "ENOTTY");

  throws(() => device.setBreak(true), {
    name: "UnsupportedFeatureError",
    operation: "sendBreak",
    syscall: "ioctl(TIOCSBRK)",
  });
});

test("PosixPort counts the waiting bytes in each direction", () => {
  const { libc, device } = setUp();
  libc.input.push(1, 2, 3);
  libc.outputQueue = () => 12;

  equal(device.inputWaiting(), 3);
  equal(device.outputWaiting(), 12);
});

test("PosixPort reads the driver's counters, and fails where there are none", () => {
  const { libc, device } = setUp();

  equal(device.modemLineCounts(), undefined);
  throws(() => device.lineErrorCounts(), { name: "UnsupportedFeatureError", code: "ENOTTY" });
  libc.counters = [1, 2, 3, 4, 0, 0, 7, 8, 9, 10, 11];
  deepEqual(device.modemLineCounts(), { cts: 1, dsr: 2, ri: 3, dcd: 4 });
  equal(device.lineErrorCounts().framing, 7);
});

test("PosixPort.lineErrorCounts() fails with a disconnect when the device is gone", () => {
  const { libc, device } = setUp();
  libc.fail("TIOCGICOUNT", "EIO");

  throws(() => device.lineErrorCounts(), DISCONNECTED);
});

test("PosixPort.capabilities are probed once", () => {
  const { libc, device } = pty();

  equal(device.capabilities.modemLines, "unsupported");
  equal(device.capabilities.xonXoff, "supported");
  const { length } = libc.calls;
  equal(device.capabilities, device.capabilities);

  equal(libc.calls.length, length);
});

test("PosixPort.closeBlocking() puts settings back before it closes", () => {
  const { libc, device } = setUp();
  libc.openFds.add(7);
  libc.serialFlags = 0;
  device.configure(configOf({ exclusive: true, lowLatency: true }), "stop");
  libc.calls.length = 0;

  device.closeBlocking();

  match(libc.calls.join(" "), /^TIOCGSERIAL TIOCSSERIAL TIOCNXCL close$/);
  equal(libc.serialFlags, 0);
  equal(libc.openFds.size, 0);
});
