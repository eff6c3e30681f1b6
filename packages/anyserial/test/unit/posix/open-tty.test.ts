import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import { openTty } from "../../../dist/posix/open-tty.js";
import type { PosixPort } from "../../../dist/posix/posix-port.js";
import type { Readiness } from "../../../dist/posix/readiness/readiness.js";
import { abiOf, configOf, FakeLibc, fakePlatform, wordAt, words } from "../../helpers/fake-libc.ts";

const PATH = "/dev/ttyS4";

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

function open(libc: FakeLibc, config: SerialConfigInput = {}): PosixPort {
  const platform = fakePlatform(libc);
  const request = { path: PATH, config: configOf(config), onRefusal: "stop" as const };
  return openTty(platform, request, undefined);
}

test("openTty() makes these calls, in this order", () => {
  const libc = kernel();

  open(libc);

  deepEqual(libc.calls, [
    "open",
    "TCFLSH 0", // input from before: first, since a greeting may arrive during any other call
    "TERMIOS_GET", // the original, to go back to
    "TERMIOS_SET",
    "TERMIOS_GET", // read back
    "TCFLSH 0", // what was received as lines, or at another rate
    "TIOCGRS485",
  ]);
});

/** What was in force before, and whether the line would have been received as other bytes by it. */
const BEFORE: readonly (readonly [string, SerialConfigInput, SerialConfigInput, boolean])[] = [
  ["the same settings", {}, {}, false],
  ["other modem control", { hangupOnClose: false }, {}, false],
  ["RTS/CTS flow control", { flowControl: { rtsCts: true } }, {}, false],
  ["another rate", { baudRate: 9600 }, {}, true],
  ["another parity", { parity: "even" }, {}, true],
  ["other data bits", { dataBits: 7 }, {}, true],
  ["XON/XOFF flow control", { flowControl: { xonXoff: true } }, {}, true],
  ["marks", { lineErrors: "mark" }, {}, true],
  ["the same settings, asked for again", { parity: "odd" }, { parity: "odd" }, false],
];
for (const [what, before, config, isOther] of BEFORE) {
  test(`openTty() after ${what} discards ${isOther ? "again when the settings are in force" : "before anything else, and nothing later"}`, () => {
    const libc = kernel();
    open(libc, before);
    libc.calls.length = 0;

    open(libc, config);

    const discards = libc.calls.flatMap((call, at) => (call === "TCFLSH 0" ? [at] : []));
    deepEqual(discards, isOther ? [1, 5] : [1]);
  });
}

test("openTty() of a pty takes no account of the rate and the framing, which nothing there has", () => {
  const libc = kernel();
  open(libc, { baudRate: 9600, stopBits: 2 });
  libc.calls.length = 0;
  const platform = fakePlatform(libc, { isPseudoTerminal: () => true });
  const request = { path: PATH, config: configOf({ baudRate: 1200 }), onRefusal: "stop" as const };

  openTty(platform, request, undefined);

  equal(libc.calls.filter((call) => call === "TCFLSH 0").length, 1);
});

test("openTty() of a port for itself discards nothing before it has the locks", () => {
  const libc = kernel();
  libc.fail("flock", "EAGAIN");

  throws(() => open(libc, { exclusive: true }), { name: "PortBusyError" });

  equal(libc.calls.includes("TCFLSH 0"), false);
});

test("openTty() that is not to discard leaves the input alone", () => {
  const libc = kernel();

  open(libc, { discardInputOnOpen: false });

  equal(libc.calls.includes("TCFLSH 0"), false);
});

test("openTty() locks before it changes anything, and sets the lines after the settings", () => {
  const libc = kernel();

  open(libc, EVERYTHING);

  deepEqual(libc.calls, [
    "open",
    "TERMIOS_GET",
    "flock 6",
    "TIOCEXCL",
    "TCFLSH 0",
    "TIOCGSERIAL",
    "TIOCGSERIAL",
    "TIOCSSERIAL",
    "TIOCGRS485",
    "TIOCSRS485",
    "TIOCGRS485",
    "TERMIOS_SET",
    "TERMIOS_GET",
    "TCFLSH 0",
    "TIOCGRS485",
    "TIOCMBIC",
    "TIOCMBIS",
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
  deepEqual(libc.calls.slice(0, 4), ["open", "open", "open", "TCFLSH 0"]);
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
  ["TIOCMBIC", 0, "ENOTTY", "UnsupportedFeatureError", "ioctl(TIOCMBIC)"],
  ["TIOCMBIS", 0, "EIO", "SerialDisconnectedError", "ioctl(TIOCMBIS)"],
  ["TCFLSH", 0, "EIO", "SerialDisconnectedError", "tcflush"],
  ["TCFLSH", 1, "EIO", "SerialDisconnectedError", "tcflush"],
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

test("openTty() that fails at its last step writes the settings twice: new, and old again", () => {
  const libc = kernel();
  libc.fail("TIOCMBIS", "EIO");

  throws(() => open(libc, EVERYTHING), { code: "EIO" });

  equal(libc.calls.filter((call) => call === "TERMIOS_SET").length, 2);
});

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

  const readiness: Readiness = {
    mechanism: "libuv",
    watch: () => {
      throw new Error("epoll is full");
    },
    started: async () => undefined,
  };

  throws(
    () =>
      openTty(platform, { path: PATH, config: configOf(), onRefusal: "stop" as const }, readiness),
    {
      message: "epoll is full",
    },
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

  const device = openTty(platform, { path: PATH, config, onRefusal: "stop" as const }, undefined);

  equal(device.effectiveConfig().dataBits, 8);
  equal(device.effectiveConfig().parity, "none");
});

test("openTty() works with the termios of ppc64", () => {
  const cpu = abiOf("ppc64");
  const libc = new FakeLibc(cpu);
  const platform = fakePlatform(libc, { cpu });
  const config = configOf({ baudRate: 74_880, parity: "even" });

  const device = openTty(platform, { path: PATH, config, onRefusal: "stop" as const }, undefined);

  equal(device.effectiveConfig().baudRate, 74_880);
  // asm/termbits.h of powerpc: BOTHER, CS8, CREAD, PARENB, HUPCL, CLOCAL
  equal(wordAt(libc.termios, 8), 0x1f | 0x300 | 0x800 | 0x1000 | 0x4000 | 0x8000);
  equal(libc.termios[16 + 5], 1); // VMIN
});
