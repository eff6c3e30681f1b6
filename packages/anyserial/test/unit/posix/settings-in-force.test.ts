// TtySettings.config after a driver refused or changed something: the settings in force.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type SerialConfig, type SerialConfigInput, UnsupportedFeatureError } from "anyserial";
import { Tty } from "../../../dist/posix/tty.js";
import { TtySettings } from "../../../dist/posix/tty-settings.js";
import { configOf, FakeLibc, fakePlatform, words } from "../../helpers/fake-libc.ts";

const CFLAG = 8;
const SPEED = 36;

interface Row {
  readonly what: string;
  readonly asked: SerialConfigInput;
  /** The driver's reaction to it. */
  readonly refuse: (libc: FakeLibc) => void;
  readonly inForce: SerialConfigInput;
}

const ROWS: readonly Row[] = [
  {
    what: "a rate that the driver changes is the rate that it took",
    asked: { baudRate: 12_345 },
    refuse: takes({ [SPEED]: 300 }),
    inForce: { baudRate: 300 },
  },
  {
    what: "data bits and parity that the driver changes are those that it took",
    asked: { dataBits: 7, parity: "even" },
    refuse: takes({ [CFLAG]: 0x30, [SPEED]: 115_200 }),
    inForce: { dataBits: 8, parity: "none" },
  },
  {
    what: "RTS/CTS that the driver drops is off, beside XON/XOFF that it has",
    asked: { flowControl: { rtsCts: true, xonXoff: true } },
    refuse: takes({ [CFLAG]: 0x30, [SPEED]: 115_200 }),
    inForce: { flowControl: { rtsCts: false, xonXoff: true, dtrDsr: false } },
  },
  {
    what: "RTS/CTS with which the driver refuses everything is off",
    asked: { flowControl: { rtsCts: true }, parity: "odd" },
    refuse: (libc) => libc.fail("TERMIOS_SET", "EINVAL"),
    inForce: { flowControl: { rtsCts: false, xonXoff: false, dtrDsr: false }, parity: "odd" },
  },
  {
    what: "low latency that the driver does not have is off",
    asked: { lowLatency: true },
    refuse: (libc) => {
      libc.serialFlags = undefined;
    },
    inForce: { lowLatency: false },
  },
  {
    what: "RS-485 that the driver does not have is left alone",
    asked: { rs485: {} },
    refuse: (libc) => {
      libc.rs485 = undefined;
    },
    inForce: { rs485: null },
  },
  {
    what: "an RS-485 block that the driver changes is the one that it took",
    asked: { rs485: { delayAfterSendMs: 900 } },
    refuse: (libc) => {
      libc.takeRs485 = (block) => {
        new DataView(block.buffer).setUint32(8, 100, true);
        return block;
      };
    },
    inForce: {
      rs485: {
        enabled: true,
        rtsOnSend: true,
        rtsAfterSend: false,
        delayBeforeSendMs: 0,
        delayAfterSendMs: 100,
        rxDuringTx: false,
      },
    },
  },
  {
    what: "a lock that the system does not have is not held",
    asked: { exclusive: true },
    refuse: (libc) => {
      libc.failAlways("flock", "EOPNOTSUPP");
      libc.failAlways("TIOCEXCL", "ENOTTY");
    },
    inForce: { exclusive: false },
  },
  {
    what: "control lines that the driver does not have were not set",
    asked: { controlLines: { dtr: false } },
    refuse: (libc) => {
      libc.modemBits = undefined;
    },
    inForce: { controlLines: {} },
  },
];

for (const { what, asked, refuse, inForce } of ROWS) {
  test(`TtySettings.config: ${what}`, () => {
    const { libc, settings } = setUp();
    const wanted = configOf({ ...asked, readChunkSize: 128 });
    refuse(libc);

    settings.configure(wanted, "leave-out");

    deepEqual(settings.outcome.inForce, { ...wanted, ...inForce });
    ok(Object.isFrozen(settings.outcome.inForce));
  });
}

test("TtySettings.config stays unchanged when a change is refused", () => {
  const { libc, settings } = setUp();
  const before: SerialConfig = configOf({ baudRate: 9600 });
  settings.configure(before, "stop");
  libc.failAlways("TERMIOS_SET", "EINVAL");

  try {
    settings.configure(configOf({ parity: "odd" }), "stop");
  } catch {
    // The policy is raise.
  }

  equal(settings.outcome.inForce, before);
});

function setUp(): { libc: FakeLibc; settings: TtySettings } {
  const libc = new FakeLibc();
  libc.rs485 = words(32, {});
  libc.serialFlags = 0;
  const tty = new Tty(fakePlatform(libc), { fd: 7, path: "/dev/ttyS4", isPseudoTerminal: false });
  const settings = new TtySettings(tty, () => {
    if (libc.modemBits === undefined) throw new UnsupportedFeatureError("no lines");
  });
  return { libc, settings };
}

/** A driver that writes other words over the given ones. */
function takes(changed: Readonly<Record<number, number>>): (libc: FakeLibc) => void {
  return (libc) => {
    libc.take = (termios) => {
      for (const [at, value] of Object.entries(changed)) {
        termios.set(words(4, { 0: value }), Number(at));
        if (Number(at) === SPEED) termios.set(words(4, { 0: value }), SPEED + 4);
      }
      return termios;
    };
  };
}
