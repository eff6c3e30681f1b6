// The refused setting, found by leaving out one at a time, over drivers that refuse one, or
// several, or answer something else.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import { Refusals } from "../../../dist/config/refusals.js";
import type { PosixPlatform } from "../../../dist/posix/posix-platform.js";
import { Tty } from "../../../dist/posix/tty.js";
import { TtyCommit } from "../../../dist/posix/tty-commit.js";
import { configOf, FakeLibc, fakePlatform, wordAt } from "../../helpers/fake-libc.ts";

const CRTSCTS = 0x8000_0000;
const PARMRK = 0o10;

interface SetUp {
  readonly libc: FakeLibc;
  /** Settings that were settled, with the codes. */
  readonly settled: string[];
  /** Commits; returns the rest of the configuration. */
  readonly run: (input: SerialConfigInput) => ReturnType<typeof configOf>;
}

/** A driver that answers each commit by `refuses`. */
function setUp(
  refuses: (cflag: number, rate: number) => string | undefined,
  changes: Partial<PosixPlatform> = {},
  isPseudoTerminal = false,
): SetUp {
  const libc = new FakeLibc();
  const settled: string[] = [];
  const platform = fakePlatform(libc, {
    commitTermios: (_fd, termios) => {
      const code = refuses(wordAt(termios, 8), wordAt(termios, 40));
      if (code === undefined) libc.termios = termios.slice();
      const result = code === undefined ? 0 : -(platform.abi.errno[code] as number);
      return { result, syscall: "ioctl(TCSETS)", isRateOnly: false };
    },
    ...changes,
  });
  const commit = new TtyCommit(new Tty(platform, { fd: 7, path: "/dev/ttyS4", isPseudoTerminal }));
  return {
    libc,
    settled,
    run: (input) => {
      const refusals = new Refusals("leave-out");
      const rest = commit.run(libc.termios, configOf(input), refusals);
      settled.push(...refusals.list.map(({ setting, error }) => `${setting} ${error.code}`));
      return rest;
    },
  };
}

test("TtyCommit.run() commits once where the driver takes everything", () => {
  let commits = 0;
  const { settled, run } = setUp(() => {
    commits++;
    return undefined;
  });

  equal(run({ baudRate: 9600, flowControl: { rtsCts: true } }).flowControl.rtsCts, true);

  deepEqual([commits, settled], [1, []]);
});

test("TtyCommit.run() leaves out RTS/CTS where the driver refuses that, and keeps the rate", () => {
  const { libc, settled, run } = setUp((cflag) => ((cflag & CRTSCTS) === 0 ? undefined : "EINVAL"));

  const left = run({ baudRate: 74_880, flowControl: { rtsCts: true, xonXoff: true } });

  deepEqual(settled, ["rtsCts EINVAL"]);
  deepEqual(left.flowControl, { rtsCts: false, xonXoff: true, dtrDsr: false });
  equal(wordAt(libc.termios, 40), 74_880);
});

test("TtyCommit.run() keeps the rate from before where the driver refuses the new one", () => {
  const { libc, settled, run } = setUp((_cflag, rate) => (rate > 200_000 ? "EINVAL" : undefined));
  run({ baudRate: 9600 });

  run({ baudRate: 250_000, flowControl: { rtsCts: true } });

  deepEqual(settled, ["baudRate EINVAL"]);
  equal(wordAt(libc.termios, 40), 9600);
  equal((wordAt(libc.termios, 8) & CRTSCTS) !== 0, true);
});

test("TtyCommit.run() fails where the driver refuses whatever is left out", () => {
  const { settled, run } = setUp(() => "EINVAL");

  throws(() => run({ flowControl: { rtsCts: true } }), {
    name: "UnsupportedConfigurationError",
    code: "EINVAL",
    syscall: "ioctl(TCSETS)",
  });

  deepEqual(settled, []);
});

test("TtyCommit.run() does not try again when the device is gone", () => {
  let commits = 0;
  const { run } = setUp(() => {
    commits++;
    return "EIO";
  });

  throws(() => run({ flowControl: { rtsCts: true } }), { name: "SerialDisconnectedError" });

  equal(commits, 1);
});

test("TtyCommit.run() refuses mark and space parity where the system has no bit for it", () => {
  const { settled, libc, run } = setUp(() => undefined);
  const without = { ...fakePlatform(libc).abi, CMSPAR: undefined };
  const other = setUp(() => undefined, { abi: without, name: "somebsd" });

  equal(run({ parity: "mark" }).parity, "mark");
  equal(other.run({ parity: "mark" }).parity, "none");
  equal(other.run({ parity: "even" }).parity, "even");

  deepEqual([settled, other.settled], [[], ["markSpaceParity ERR_SERIAL_UNSUPPORTED"]]);
});

test("TtyCommit.run() brings its tuning into force with every commit", () => {
  const libc = new FakeLibc();
  const tty = new Tty(fakePlatform(libc), { fd: 7, path: "/dev/ttyS4", isPseudoTerminal: false });
  const commit = new TtyCommit(tty);
  commit.tuning = {
    sendsXoff: true,
    anyRestarts: false,
    dropsDamaged: true,
    minimumBytes: 1,
    timeoutTenths: 0,
    rtsMode: "handshake",
  };

  const flags = [9600, 19_200].map((baudRate) => {
    commit.run(libc.termios, configOf({ baudRate }), new Refusals("stop"));
    return wordAt(libc.termios, 0) & 0x1004; // IXOFF, IGNPAR
  });

  deepEqual(flags, [0x1004, 0x1004]);
});

for (const isPseudoTerminal of [false, true]) {
  const does = isPseudoTerminal ? "does not let a pty mark errors" : "lets a line mark errors";
  test(`TtyCommit.run() ${does}, and leaves lineErrors as it is`, () => {
    const { libc, run } = setUp(() => undefined, {}, isPseudoTerminal);

    equal(run({ lineErrors: "mark" }).lineErrors, "mark");

    equal((wordAt(libc.termios, 0) & PARMRK) !== 0, !isPseudoTerminal);
  });
}
