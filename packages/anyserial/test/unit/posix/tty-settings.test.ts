import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import { UnsupportedFeatureError } from "anyserial";
import type { Outcome } from "../../../dist/config/refusals.js";
import type { ControlLines } from "../../../dist/model/modem-lines.js";
import type { PosixPlatform } from "../../../dist/posix/posix-platform.js";
import { Tty } from "../../../dist/posix/tty.js";
import { TtySettings } from "../../../dist/posix/tty-settings.js";
import { configOf, FakeLibc, fakePlatform, wordAt, words } from "../../helpers/fake-libc.ts";

interface SetUp {
  readonly libc: FakeLibc;
  readonly settings: TtySettings;
  /** Lines that were set. */
  readonly lines: ControlLines[];
}

function setUp(changes: Partial<PosixPlatform> = {}): SetUp {
  const libc = new FakeLibc();
  libc.rs485 = words(32, {});
  const lines: ControlLines[] = [];
  const platform = fakePlatform(libc, changes);
  const tty = new Tty(platform, { fd: 7, path: "/dev/ttyS4", isPseudoTerminal: false });
  const settings = new TtySettings(tty, (wanted) => {
    if (libc.modemBits === undefined) {
      throw new UnsupportedFeatureError("no modem lines", { code: "ENOTTY" });
    }
    lines.push(wanted);
  });
  return { libc, settings, lines };
}

/** The driver's settings in force, as far as these tests go. */
function inForce({ libc, settings }: SetUp): unknown {
  return {
    termios: [...libc.termios],
    rs485: [...(libc.rs485 ?? [])],
    serialFlags: libc.serialFlags,
    isFlocked: libc.isFlocked,
    isExclusive: libc.isExclusive,
    marks: settings.marksErrors,
  };
}

function refusalsOf({ refused }: Outcome): string[] {
  return refused.map(({ setting, error }) => `${setting} ${error.code}`);
}

test("TtySettings.configure() commits once", () => {
  const { libc, settings } = setUp();

  settings.configure(configOf({ baudRate: 9600, parity: "even", lineErrors: "mark" }), "stop");

  equal(libc.calls.filter((call) => call === "TERMIOS_SET").length, 1);
});

test("TtySettings.effective() reads back the settings in force, frozen", () => {
  const { settings } = setUp();
  const wanted: SerialConfigInput = {
    baudRate: 74_880,
    dataBits: 7,
    parity: "mark",
    stopBits: 2,
    flowControl: { rtsCts: true, xonXoff: true },
    hangupOnClose: false,
    rs485: { delayAfterSendMs: 4 },
  };
  settings.configure(configOf(wanted), "stop");

  const effective = settings.effective();

  deepEqual(effective, {
    baudRate: 74_880,
    dataBits: 7,
    parity: "mark",
    stopBits: 2,
    flowControl: { rtsCts: true, xonXoff: true, dtrDsr: false },
    hangupOnClose: false,
    rs485: {
      enabled: true,
      rtsOnSend: true,
      rtsAfterSend: false,
      delayBeforeSendMs: 0,
      delayAfterSendMs: 4,
      rxDuringTx: false,
    },
  });
  ok(Object.isFrozen(effective));
});

test("TtySettings.marksErrors follows the configuration", () => {
  const { settings } = setUp();

  equal(settings.marksErrors, false);
  settings.configure(configOf({ lineErrors: "mark" }), "stop");
  equal(settings.marksErrors, true);
  settings.configure(configOf({ lineErrors: "count" }), "stop");
  equal(settings.marksErrors, false);
});

const BEFORE: SerialConfigInput = { baudRate: 9600, lineErrors: "mark", rs485: {} };

/** A step that fails during the second configure, after how many of its name. */
const FAILURES: readonly (readonly [string, number, string])[] = [
  ["TERMIOS_GET", 0, "EIO"],
  ["flock", 0, "EAGAIN"],
  ["TERMIOS_SET", 0, "EINVAL"],
  ["TIOCSRS485", 0, "EINVAL"],
  ["TIOCGSERIAL", 0, "ENOTTY"],
  ["TERMIOS_GET", 1, "EIO"],
];
for (const [call, passes, errno] of FAILURES) {
  test(`TtySettings.configure() leaves the old settings when ${call} number ${passes + 1} fails`, () => {
    const port = setUp();
    port.libc.serialFlags = 0x10;
    port.settings.configure(configOf(BEFORE), "stop");
    const before = inForce(port);
    const wanted: SerialConfigInput = {
      baudRate: 19_200,
      exclusive: true,
      lowLatency: true,
      rs485: { delayAfterSendMs: 9 },
    };
    port.libc.fail(call, errno, passes);

    throws(() => port.settings.configure(configOf(wanted), "stop"), { code: errno });

    deepEqual(inForce(port), before);
  });
}

test("TtySettings.configure() leaves the old settings when the driver changed the new ones", () => {
  const port = setUp();
  port.settings.configure(configOf(BEFORE), "stop");
  const before = inForce(port);
  port.libc.take = (termios) => {
    if (wordAt(termios, 40) === 12_345) termios.set(words(8, { 0: 300, 4: 300 }), 36);
    return termios;
  };

  throws(() => port.settings.configure(configOf({ baudRate: 12_345 }), "stop"), {
    name: "UnsupportedConfigurationError",
    code: "ERR_SERIAL_SETTING_CHANGED",
    message: 'Cannot configure port "/dev/ttyS4": the driver changed baudRate from 12345 to 300',
  });

  deepEqual(inForce(port), before);
});

/** A driver that takes RTS/CTS out of the settings while RS-485 is on, as amba-pl011 does. */
function setUpPl011(): SetUp {
  const port = setUp();
  port.libc.take = (termios) => {
    const isRs485 = (wordAt(port.libc.rs485 ?? new Uint8Array(4), 0) & 1) !== 0;
    if (isRs485) termios.set(words(4, { 0: wordAt(termios, 8) & 0x7fff_ffff }), 8);
    return termios;
  };
  return port;
}

test("TtySettings.configure() ends RS-485 before it sets RTS/CTS, which the driver refuses meanwhile", () => {
  const { settings } = setUpPl011();
  settings.configure(configOf({ rs485: {} }), "stop");

  settings.configure(configOf({ flowControl: { rtsCts: true } }), "stop");

  equal(settings.effective().flowControl.rtsCts, true);
});

test("TtySettings.configure() reports that the driver drops RTS/CTS for RS-485, and brings it back", () => {
  const { settings } = setUpPl011();
  const flowControl = { rtsCts: true };
  settings.configure(configOf({ flowControl }), "stop");

  throws(() => settings.configure(configOf({ flowControl, rs485: {} }), "stop"), {
    code: "ERR_SERIAL_SETTING_CHANGED",
    message: 'Cannot configure port "/dev/ttyS4": the driver changed rtsCts from on to off',
  });

  equal(settings.effective().flowControl.rtsCts, true);
  equal(settings.effective().rs485?.enabled, false);
});

test("TtySettings.configure() keeps the values that the driver took where they are left out", () => {
  const { libc, settings } = setUp();
  libc.take = (termios) => {
    termios.set(words(8, { 0: 300, 4: 300 }), 36);
    return termios;
  };

  const outcome = settings.configure(configOf({ baudRate: 12_345 }), "leave-out");

  deepEqual(refusalsOf(outcome), ["baudRate ERR_SERIAL_SETTING_CHANGED"]);
  equal(outcome.inForce.baudRate, 300);
  equal(settings.effective().baudRate, 300);
});

test("TtySettings.configure() answers with each setting that the driver changed", () => {
  const { libc, settings } = setUp();
  libc.take = () => words(44, { 8: 0x30, 36: 300, 40: 300 });

  const outcome = settings.configure(configOf({ dataBits: 7, parity: "even" }), "leave-out");

  deepEqual(
    outcome.refused.map(({ setting }) => setting),
    ["baudRate", "dataBits", "parity"],
  );
});

test("TtySettings.configure() locks with flock(2) and TIOCEXCL, and unlocks again", () => {
  const { libc, settings } = setUp();

  settings.configure(configOf({ exclusive: true }), "stop");
  deepEqual([libc.isFlocked, libc.isExclusive], [true, true]);
  settings.configure(configOf({ exclusive: false }), "stop");

  deepEqual([libc.isFlocked, libc.isExclusive], [false, false]);
  deepEqual(
    libc.calls.filter((call) => /flock|XCL/.test(call)),
    ["flock 6", "TIOCEXCL", "flock 8", "TIOCNXCL"],
  );
});

test("TtySettings.configure() locks by TIOCEXCL alone where a device has no flock(2)", () => {
  const { libc, settings } = setUp();
  libc.failAlways("flock", "EOPNOTSUPP");

  settings.configure(configOf({ exclusive: true }), "stop");

  deepEqual([libc.isFlocked, libc.isExclusive], [false, true]);
  settings.restore();
  equal(libc.isExclusive, false);
});

test("TtySettings.configure() leaves exclusive access out where a device has neither lock", () => {
  const { libc, settings } = setUp();
  libc.failAlways("flock", "EOPNOTSUPP");
  libc.failAlways("TIOCEXCL", "ENOTTY");

  throws(() => settings.configure(configOf({ exclusive: true }), "stop"), {
    name: "UnsupportedFeatureError",
    syscall: "ioctl(TIOCEXCL)",
  });
  const outcome = settings.configure(configOf({ exclusive: true }), "leave-out");

  deepEqual(refusalsOf(outcome), ["exclusiveAccess ENOTTY"]);
  equal(outcome.inForce.exclusive, false);
});

test("TtySettings.configure() does not lock twice", () => {
  const { libc, settings } = setUp();
  settings.configure(configOf({ exclusive: true }), "stop");

  settings.configure(configOf({ exclusive: true, baudRate: 9600 }), "stop");

  equal(libc.calls.filter((call) => call === "flock 6").length, 1);
});

test("TtySettings.configure() makes PortBusyError of a lock that another program has", () => {
  const { libc, settings } = setUp();
  libc.fail("flock", "EAGAIN");

  throws(() => settings.configure(configOf({ exclusive: true }), "stop"), {
    name: "PortBusyError",
    code: "EAGAIN",
    message: 'Cannot open port "/dev/ttyS4": locked (EAGAIN)',
  });
  equal(libc.calls.includes("TERMIOS_SET"), false);
});

test("TtySettings.configure() keeps a lock that it had when a later change fails", () => {
  const { libc, settings } = setUp();
  settings.configure(configOf({ exclusive: true }), "stop");
  libc.fail("TERMIOS_SET", "EINVAL");

  throws(() => settings.configure(configOf({ exclusive: false, baudRate: 1 }), "stop"));

  deepEqual([libc.isFlocked, libc.isExclusive], [true, true]);
});

test("TtySettings.configure() sets control lines once, not with every change", () => {
  const { settings, lines } = setUp();
  const config = configOf({ controlLines: { dtr: false } });

  settings.configure(config, "stop");
  settings.configure({ ...config, baudRate: 9600 }, "stop");

  deepEqual(lines, [{ dtr: false }]);
});

test("TtySettings.configure() leaves control lines out that the driver does not have", () => {
  const { libc, settings } = setUp();
  libc.modemBits = undefined;

  const outcome = settings.configure(configOf({ controlLines: { rts: true } }), "leave-out");

  deepEqual(refusalsOf(outcome), ["controlLines ENOTTY"]);
});

/** A platform that sets rates above 100 by a request of its own, and is refused 131. */
function slowCommit(libc: () => FakeLibc, commits: number[]): Partial<PosixPlatform> {
  return {
    commitTermios: (_fd, termios) => {
      const rate = wordAt(termios, 40);
      commits.push(rate);
      if (rate !== 131) libc().termios = termios.slice();
      const result = rate === 131 ? -22 : 0;
      return { result, syscall: "ioctl(RATE)", isRateOnly: true };
    },
  };
}

test("TtySettings.configure() puts old settings back by the platform's own commit", () => {
  const commits: number[] = [];
  const port: SetUp = setUp(slowCommit(() => port.libc, commits));
  port.settings.configure(configOf({ baudRate: 130 }), "stop");
  const before = [...port.libc.termios];

  throws(() => port.settings.configure(configOf({ baudRate: 131 }), "stop"), {
    name: "UnsupportedConfigurationError",
    code: "EINVAL",
    syscall: "ioctl(RATE)",
  });

  deepEqual(commits, [130, 131, 130]);
  deepEqual([...port.libc.termios], before);
});

test("TtySettings.configure() leaves out a rate that is refused by itself", () => {
  const port: SetUp = setUp(slowCommit(() => port.libc, []));
  port.settings.configure(configOf({ baudRate: 130 }), "stop");

  const outcome = port.settings.configure(configOf({ baudRate: 131 }), "leave-out");

  deepEqual(refusalsOf(outcome), ["baudRate EINVAL"]); // 130 is read back, which is within 3 %
  equal(port.settings.marksErrors, false);
});

test("TtySettings.configure() is refused on a terminal that another program marked as exclusive", () => {
  const { libc, settings } = setUp();
  libc.fail("TIOCEXCL", "EBUSY");

  throws(() => settings.configure(configOf({ exclusive: true }), "stop"), {
    name: "PortBusyError",
    code: "EBUSY",
    syscall: "ioctl(TIOCEXCL)",
  });

  deepEqual([libc.isFlocked, libc.isExclusive], [false, false]);
});

test("TtySettings.restore() puts the driver's settings back and unlocks, and leaves termios", () => {
  const { libc, settings } = setUp();
  libc.serialFlags = 0x10;
  settings.configure(configOf({ exclusive: true, lowLatency: true, rs485: {} }), "stop");
  const termios = [...libc.termios];

  settings.restore();

  equal(libc.serialFlags, 0x10);
  deepEqual(libc.rs485, words(32, {}));
  equal(libc.isExclusive, false);
  deepEqual([...libc.termios], termios);
});
