import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { EffectiveConfig, SerialConfigInput } from "anyserial";
import { changedSettings } from "../../../dist/config/changed-settings.js";
import { configOf } from "../../helpers/fake-libc.ts";

const LINE = { path: "/dev/ttyS0", hasFraming: true };
const PTY = { path: "/dev/pts/1", hasFraming: false };

const TAKEN: EffectiveConfig = {
  baudRate: 100_000,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  flowControl: { xonXoff: false, rtsCts: false, dtrDsr: false },
  hangupOnClose: true,
  rs485: null,
};

function settings(
  line: typeof LINE,
  wanted: SerialConfigInput,
  taken: Partial<EffectiveConfig>,
): string[] {
  return changedSettings(line, configOf(wanted), { ...TAKEN, ...taken }).map((one) => one.setting);
}

/** Rate taken for 100000 baud, and whether that is reported. */
const RATES: readonly (readonly [number, boolean])[] = [
  [100_000, false],
  [103_000, false],
  [103_001, true],
  [97_000, false],
  [96_999, true],
  [0, true],
];
for (const [taken, isChanged] of RATES) {
  test(`changedSettings() ${isChanged ? "reports" : "allows"} ${taken} for 100000 baud`, () => {
    deepEqual(
      settings(LINE, { baudRate: 100_000 }, { baudRate: taken }),
      isChanged ? ["baudRate"] : [],
    );
  });
}

test("changedSettings() finds nothing where everything took", () => {
  deepEqual(settings(LINE, { baudRate: 100_000 }, {}), []);
});

test("changedSettings() lists rate, data bits and parity, in this order", () => {
  const wanted = { baudRate: 9600, dataBits: 7, parity: "even" } as const;

  deepEqual(settings(LINE, wanted, {}), ["baudRate", "dataBits", "parity"]);
});

test("changedSettings() does not compare the framing of a pty, but its rate", () => {
  deepEqual(settings(PTY, { baudRate: 100_000, dataBits: 7, parity: "even" }, {}), []);
  deepEqual(settings(PTY, { baudRate: 9600, dataBits: 7 }, {}), ["baudRate"]);
});

test("changedSettings() reports a flow control by lines that the driver dropped, not on a pty", () => {
  const wanted = { baudRate: 100_000, flowControl: { rtsCts: true, dtrDsr: true } };
  const both = { ...TAKEN.flowControl, rtsCts: true, dtrDsr: true };

  deepEqual(settings(LINE, wanted, {}), ["rtsCts", "dtrDsr"]);
  deepEqual(settings(LINE, wanted, { flowControl: both }), []);
  deepEqual(settings(PTY, wanted, {}), []);
});

test("changedSettings() says what was asked for and what was taken", () => {
  const [change] = changedSettings(LINE, configOf({ baudRate: 100_000, dataBits: 5 }), TAKEN);

  equal(change?.error.name, "UnsupportedConfigurationError");
  equal(change?.error.code, "ERR_SERIAL_SETTING_CHANGED");
  equal(change?.error.path, "/dev/ttyS0");
  equal(change?.error.operation, "configure");
  equal(
    change?.error.message,
    'Cannot configure port "/dev/ttyS0": the driver changed dataBits from 5 to 8',
  );
  equal(
    change?.error.hint,
    "set dataBits to 8 or another value that the driver keeps, or set unsupportedPolicy to warn or ignore (see node_modules/anyserial/docs/troubleshooting.md#custom-baud)",
  );
});
