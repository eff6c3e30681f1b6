import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import { createSettle } from "#internal/policy.js";
import { openTty } from "#internal/posix/open-tty.js";
import { PosixDevice } from "#internal/posix/posix-device.js";
import { abiOf, configOf, FakeLibc, fakePlatform, wordAt, words } from "../../helpers/fake-libc.ts";

const PATH = "/dev/ttyS4";
const raise = createSettle("raise");

/** Cooked, 9600 7E1, as a shell leaves it. */
const ORIGINAL = words(44, { 0: 0x500, 4: 5, 8: 0x1a0 | 0xd, 12: 0x8a3b, 36: 9600, 40: 9600 });

/** Everything that opening may change. */
const EVERYTHING: SerialConfigInput = {
  exclusive: true,
  lowLatency: true,
  rs485: { delayBeforeSendMs: 1 },
  controlLines: { dtr: false, rts: true },
};

function kernel(): FakeLibc {
  const libc = new FakeLibc();
  libc.termios = ORIGINAL.slice();
  libc.modemBits = 0x6;
  libc.serialFlags = 0x1000;
  libc.rs485 = words(32, { 0: 0x20 });
  return libc;
}

function open(libc: FakeLibc, config: SerialConfigInput = {}): PosixDevice {
  const platform = fakePlatform(libc);
  const request = { path: PATH, config: configOf(config), settle: raise };
  return openTty(platform, request, (handle) => new PosixDevice(platform, handle));
}

test("openTty() makes these calls, in this order", () => {
  const libc = kernel();

  open(libc);

  deepEqual(libc.calls, [
    "open",
    "TERMIOS_GET", // the original, to go back to
    "TERMIOS_GET",
    "TERMIOS_SET",
    "TERMIOS_GET", // read back
    "TIOCGRS485",
    "TCFLSH 0", // after the port is raw: the reader never sees bytes from before the open
  ]);
});

test("openTty() locks before it changes anything, and sets the lines after the settings", () => {
  const libc = kernel();

  open(libc, EVERYTHING);

  deepEqual(libc.calls, [
    "open",
    "TERMIOS_GET",
    "TERMIOS_GET",
    "flock 6",
    "TIOCEXCL",
    "TIOCGSERIAL",
    "TIOCGSERIAL",
    "TIOCSSERIAL",
    "TIOCGRS485",
    "TIOCSRS485",
    "TIOCGRS485",
    "TERMIOS_SET",
    "TERMIOS_GET",
    "TIOCGRS485",
    "TIOCMBIC",
    "TIOCMBIS",
    "TCFLSH 0",
  ]);
  equal(libc.modemBits, 0x4);
});

test("openTty() opens without waiting for carrier, without becoming the controlling terminal", () => {
  const libc = kernel();

  open(libc);

  // O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC of asm-generic/fcntl.h
  deepEqual(libc.openFlags, [0x2 | 0x100 | 0x800 | 0x80000]);
});

test("openTty() leaves a raw port at the asked settings", () => {
  const libc = kernel();

  const device = open(libc, { baudRate: 57_600, dataBits: 7, parity: "odd" });

  // asm-generic/termbits.h: INPCK; no OPOST; B57600 CS7 CREAD PARENB PARODD HUPCL CLOCAL
  const expected = words(44, {
    0: 0x10,
    4: 4,
    8: 0x1001 | 0xfa0,
    12: 0xa30,
    36: 57_600,
    40: 57_600,
  });
  expected[17 + 6] = 1; // VMIN
  expected[17 + 8] = 0x11; // VSTART
  expected[17 + 9] = 0x13; // VSTOP
  deepEqual(libc.termios, expected);
  equal(device.fd, 7);
});

test("openTty() tries again when open(2) was interrupted", () => {
  const libc = kernel();
  libc.fail("open", "EINTR");
  libc.fail("open", "EINTR");

  equal(open(libc).fd, 7);
  deepEqual(libc.calls.slice(0, 4), ["open", "open", "open", "TERMIOS_GET"]);
});

/** The step that fails, after how many of its name, with what; and the class and call of the error. */
type Step = readonly [
  call: string,
  passes: number,
  errno: string,
  name: string,
  syscall: string | undefined,
];

const STEPS: readonly Step[] = [
  ["TERMIOS_GET", 0, "ENOTTY", "PortNotFoundError", "ioctl(TCGETS)"],
  ["TERMIOS_GET", 0, "EIO", "PortNotFoundError", "ioctl(TCGETS)"],
  ["TERMIOS_GET", 1, "EIO", "SerialDisconnectedError", "ioctl(TCGETS)"],
  ["flock", 0, "EAGAIN", "PortBusyError", "flock"],
  ["TERMIOS_SET", 0, "EINVAL", "UnsupportedConfigurationError", "ioctl(TCSETS)"],
  ["TERMIOS_SET", 0, "EIO", "SerialDisconnectedError", "ioctl(TCSETS)"],
  ["TIOCGSERIAL", 0, "ENOTTY", "UnsupportedFeatureError", "ioctl(TIOCGSERIAL)"],
  ["TIOCSSERIAL", 0, "EPERM", "PortPermissionError", "ioctl(TIOCSSERIAL)"],
  ["TIOCGRS485", 0, "ENOTTY", "UnsupportedFeatureError", "ioctl(TIOCGRS485)"],
  ["TIOCSRS485", 0, "EINVAL", "UnsupportedFeatureError", "ioctl(TIOCSRS485)"],
  ["TIOCGRS485", 1, "EIO", "SerialDisconnectedError", "ioctl(TIOCGRS485)"],
  ["TERMIOS_GET", 2, "EIO", "SerialDisconnectedError", "ioctl(TCGETS)"],
  ["TIOCMBIC", 0, "ENOTTY", "UnsupportedFeatureError", "ioctl(TIOCMBIC)"],
  ["TIOCMBIS", 0, "EIO", "SerialDisconnectedError", "ioctl(TIOCMBIS)"],
  ["TCFLSH", 0, "EIO", "SerialDisconnectedError", "tcflush"],
];

for (const [call, passes, errno, name, syscall] of STEPS) {
  test(`openTty() leaves nothing behind when ${call} number ${passes + 1} fails with ${errno}`, () => {
    const libc = kernel();
    libc.fail(call, errno, passes);

    throws(() => open(libc, EVERYTHING), { name, code: errno, syscall, path: PATH });

    deepEqual([...libc.openFds], []);
    equal(libc.isFlocked, false);
    equal(libc.isExclusive, false);
    deepEqual(libc.termios, ORIGINAL);
    equal(libc.serialFlags, 0x1000);
    deepEqual(libc.rs485, words(32, { 0: 0x20 }));
    equal(libc.calls.at(-1), "close");
  });
}

const NOT_OPENED: readonly (readonly [string, string])[] = [
  ["ENOENT", "PortNotFoundError"],
  ["ENXIO", "PortNotFoundError"],
  ["EISDIR", "PortNotFoundError"],
  ["EACCES", "PortPermissionError"],
  ["EBUSY", "PortBusyError"],
  ["EMFILE", "SerialError"],
];
for (const [errno, name] of NOT_OPENED) {
  test(`openTty() makes ${name} of ${errno} from open(2), and calls nothing else`, () => {
    const libc = kernel();
    libc.fail("open", errno);

    throws(() => open(libc), { name, code: errno, syscall: "open", operation: "open" });

    deepEqual(libc.calls, ["open"]);
  });
}

test("openTty() says of a file that it is not a terminal", () => {
  const libc = kernel();
  libc.fail("TERMIOS_GET", "ENOTTY");

  throws(() => open(libc), {
    message: 'Cannot open port "/dev/ttyS4": not a terminal device (ENOTTY)',
  });
});

test("openTty() closes the descriptor when it cannot be watched", () => {
  const libc = kernel();
  const platform = fakePlatform(libc);

  throws(
    () =>
      openTty(platform, { path: PATH, config: configOf(), settle: raise }, () => {
        throw new Error("epoll is full");
      }),
    { message: "epoll is full" },
  );

  deepEqual([...libc.openFds], []);
  deepEqual(libc.termios, ORIGINAL);
});

test("openTty() does not compare the framing of a pty, whose driver keeps 8N", () => {
  const libc = kernel();
  const platform = fakePlatform(libc, { isPseudoTerminal: () => true });
  libc.take = (termios) => {
    termios[8] = ((termios[8] ?? 0) & ~0x30) | 0x30; // CS8, as pty.c does
    termios[9] = (termios[9] ?? 0) & ~0x1; // no PARENB
    return termios;
  };
  const config = configOf({ dataBits: 7, parity: "even" });

  const device = openTty(
    platform,
    { path: PATH, config, settle: raise },
    (handle) => new PosixDevice(platform, handle),
  );

  equal(device.effectiveConfig().dataBits, 8);
  equal(device.effectiveConfig().parity, "none");
});

test("openTty() works with the termios of ppc64", () => {
  const cpu = abiOf("ppc64");
  const libc = new FakeLibc(cpu);
  const platform = fakePlatform(libc, { cpu });
  const config = configOf({ baudRate: 74_880, parity: "even" });

  const device = openTty(
    platform,
    { path: PATH, config, settle: raise },
    (handle) => new PosixDevice(platform, handle),
  );

  equal(device.effectiveConfig().baudRate, 74_880);
  // asm/termbits.h of powerpc: BOTHER, CS8, CREAD, PARENB, HUPCL, CLOCAL
  equal(wordAt(libc.termios, 8), 0x1f | 0x300 | 0x800 | 0x1000 | 0x4000 | 0x8000);
  equal(libc.termios[16 + 5], 1); // VMIN
});
