import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { Refusals } from "../../../dist/config/refusals.js";
import { Rs485Setting } from "../../../dist/linux/rs485-setting.js";
import { ABI, configOf, FakeLibc, wordAt, words } from "../../helpers/fake-libc.ts";

const strict = new Refusals("stop");

/** A driver with a block of its own: bus termination on, a delay, and bytes of a newer kernel. */
function setUp(block: Uint8Array | undefined = words(32, { 0: 0x20, 4: 3, 12: 0x0102 })): {
  libc: FakeLibc;
  setting: Rs485Setting;
  found: Uint8Array | undefined;
} {
  const libc = new FakeLibc();
  libc.rs485 = block;
  const setting = new Rs485Setting({ libc, abi: ABI, fd: 7, path: "/dev/ttyS4" });
  return { libc, setting, found: block?.slice() };
}

function without(): { libc: FakeLibc; setting: Rs485Setting } {
  const libc = new FakeLibc();
  return { libc, setting: new Rs485Setting({ libc, abi: ABI, fd: 7, path: "/dev/ttyS4" }) };
}

test("Rs485Setting reads the block first, writes it, and reads it back", () => {
  const { libc, setting } = setUp();

  setting.apply(configOf({ rs485: { delayBeforeSendMs: 1, rxDuringTx: true } }), strict);

  deepEqual(libc.calls, ["TIOCGRS485", "TIOCSRS485", "TIOCGRS485"]);
  deepEqual(libc.rs485, words(32, { 0: 0x20 | 0x1 | 0x2 | 0x10, 4: 1, 12: 0x0102 }));
});

test("Rs485Setting touches nothing while RS-485 is not asked for", () => {
  const { libc, setting } = setUp();

  setting.apply(configOf(), strict);
  setting.restore();

  deepEqual(libc.calls, []);
});

test("Rs485Setting.restore() puts back the block that was found, once", () => {
  const { libc, setting, found } = setUp();
  setting.apply(configOf({ rs485: {} }), strict);

  setting.restore();
  deepEqual(libc.rs485, found);
  libc.calls.length = 0;
  setting.restore();

  deepEqual(libc.calls, []);
});

test("Rs485Setting keeps the first block over several changes", () => {
  const { libc, setting, found } = setUp();
  setting.apply(configOf({ rs485: { delayAfterSendMs: 1 } }), strict);
  setting.apply(configOf({ rs485: { delayAfterSendMs: 2 } }), strict);

  setting.restore();

  deepEqual(libc.rs485, found);
});

test("Rs485Setting restores when RS-485 is set back to null", () => {
  const { libc, setting, found } = setUp();
  setting.apply(configOf({ rs485: {} }), strict);

  setting.apply(configOf({ rs485: null }), strict);

  deepEqual(libc.rs485, found);
});

test("Rs485Setting applies the policy to values that the driver sanitises, and restore() still knows the old block", () => {
  const { libc, setting, found } = setUp();
  libc.takeRs485 = (block) => words(32, { 0: wordAt(block, 0), 4: 100 }); // clamps the delay
  const refusals = new Refusals("leave-out");

  setting.apply(configOf({ rs485: { delayBeforeSendMs: 500 } }), refusals);

  deepEqual(
    refusals.list.map((refusal) => refusal.setting),
    ["rs485"],
  );
  deepEqual(
    refusals.list.map(({ error: { name, code, message, hint } }) => ({
      name,
      code,
      message,
      hint,
    })),
    [
      {
        name: "UnsupportedConfigurationError",
        code: "ERR_SERIAL_SETTING_CHANGED",
        message:
          'Cannot configure port "/dev/ttyS4": the driver changed rs485.delayBeforeSendMs from 500 to 100',
        hint: "set rs485.delayBeforeSendMs to 100, or set unsupportedPolicy to warn or ignore to keep the driver's value (see node_modules/anyserial/docs/troubleshooting.md#custom-baud)",
      },
    ],
  );
  libc.takeRs485 = (block) => block;
  setting.restore();
  deepEqual(libc.rs485, found);
});

test("Rs485Setting does not compare delays of a mode that is off", () => {
  const { libc, setting } = setUp();
  libc.takeRs485 = () => new Uint8Array(32); // as drivers do when it is disabled

  setting.apply(configOf({ rs485: { enabled: false, delayAfterSendMs: 5 } }), strict);

  deepEqual(libc.rs485, new Uint8Array(32));
});

test("Rs485Setting reports that a driver did not turn it on", () => {
  const { libc, setting } = setUp();
  libc.takeRs485 = () => new Uint8Array(32);

  throws(() => setting.apply(configOf({ rs485: {} }), strict), {
    name: "UnsupportedConfigurationError",
    message:
      'Cannot configure port "/dev/ttyS4": the driver changed rs485.enabled from true to false',
  });
});

test("Rs485Setting settles a driver without RS-485, and has nothing to restore", () => {
  const { libc, setting } = without();

  throws(() => setting.apply(configOf({ rs485: {} }), strict), {
    name: "UnsupportedFeatureError",
    code: "ENOTTY",
    syscall: "ioctl(TIOCGRS485)",
    path: "/dev/ttyS4",
    hint: "use an adapter whose driver implements TIOCSRS485, or switch RTS by hand with setControlLines() (see node_modules/anyserial/docs/troubleshooting.md#capabilities)",
  });
  setting.restore();

  deepEqual(libc.calls, ["TIOCGRS485"]);
});

/** The failing request, its error, and the resulting class. */
const REFUSALS: readonly (readonly [string, string, number, string])[] = [
  ["TIOCSRS485", "EINVAL", 0, "UnsupportedFeatureError"],
  ["TIOCSRS485", "EPERM", 0, "PortPermissionError"],
  ["TIOCSRS485", "EIO", 0, "SerialDisconnectedError"],
  ["TIOCGRS485", "EIO", 1, "SerialDisconnectedError"],
];
for (const [call, errno, passes, name] of REFUSALS) {
  test(`Rs485Setting makes ${name} of ${errno} from ${call}`, () => {
    const { libc, setting, found } = setUp();
    libc.fail(call, errno, passes);

    throws(() => setting.apply(configOf({ rs485: {} }), strict), { name, code: errno });
    setting.restore();

    deepEqual(libc.rs485, found);
  });
}

test("Rs485Setting.restore() does not throw when the device is gone", () => {
  const { libc, setting } = setUp();
  setting.apply(configOf({ rs485: {} }), strict);
  libc.failAlways("TIOCSRS485", "EIO");

  setting.restore();

  equal(libc.calls.at(-1), "TIOCSRS485");
});
