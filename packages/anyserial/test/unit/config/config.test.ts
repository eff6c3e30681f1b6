import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "anyserial";
import { createSerialConfig, withChanges } from "../../../dist/config/config.js";

/**
 * A wrong value: the value, the field that the message names, the value as shown, the allowed
 * values.
 */
type Wrong = readonly [given: unknown, field: string, shown: string, allowed: string];

const INTEGER_RATE = "an integer from 1 to 4294967295";
const CHUNK = "an integer from 64 to 16777216";
const FLOW = "an object such as { xonXoff, rtsCts, dtrDsr }";
const RS485 = "an object such as { enabled, rtsOnSend, … }";
const CONFIG = "an object such as { baudRate, dataBits, … }";
const MS = "an integer from 0 to 1000 (milliseconds)";

const WRONG: readonly Wrong[] = [
  [{ baudRate: 0 }, "baudRate", "0", INTEGER_RATE],
  [{ baudRate: -9600 }, "baudRate", "-9600", INTEGER_RATE],
  [{ baudRate: 9600.5 }, "baudRate", "9600.5", INTEGER_RATE],
  [{ baudRate: 4294967296 }, "baudRate", "4294967296", INTEGER_RATE],
  [{ baudRate: Number.NaN }, "baudRate", "NaN", INTEGER_RATE],
  [{ baudRate: Number.POSITIVE_INFINITY }, "baudRate", "Infinity", INTEGER_RATE],
  [{ baudRate: "9600" }, "baudRate", "'9600'", INTEGER_RATE],
  [{ baudRate: null }, "baudRate", "null", INTEGER_RATE],
  [{ baudRate: 9600n }, "baudRate", "9600n", INTEGER_RATE],
  [{ dataBits: 4 }, "dataBits", "4", "one of 5, 6, 7, 8"],
  [{ dataBits: 9 }, "dataBits", "9", "one of 5, 6, 7, 8"],
  [{ dataBits: "8" }, "dataBits", "'8'", "one of 5, 6, 7, 8"],
  [{ parity: "Even" }, "parity", "'Even'", "one of none, odd, even, mark, space"],
  [{ parity: true }, "parity", "true", "one of none, odd, even, mark, space"],
  [{ stopBits: 0 }, "stopBits", "0", "one of 1, 1.5, 2"],
  [{ stopBits: 3 }, "stopBits", "3", "one of 1, 1.5, 2"],
  [{ flowControl: true }, "flowControl", "true", FLOW],
  [{ flowControl: null }, "flowControl", "null", FLOW],
  [{ flowControl: [] }, "flowControl", "[]", FLOW],
  [{ flowControl: { xonXoff: 1 } }, "flowControl.xonXoff", "1", "a boolean"],
  [{ flowControl: { rtsCts: "yes" } }, "flowControl.rtsCts", "'yes'", "a boolean"],
  [{ flowControl: { dtrDsr: null } }, "flowControl.dtrDsr", "null", "a boolean"],
  [{ controlLines: "dtr" }, "controlLines", "'dtr'", "an object such as { dtr, rts }"],
  [{ controlLines: { dtr: 0 } }, "controlLines.dtr", "0", "a boolean"],
  [{ controlLines: { rts: "on" } }, "controlLines.rts", "'on'", "a boolean"],
  [{ lineErrors: "off" }, "lineErrors", "'off'", "one of count, mark"],
  [{ exclusive: 1 }, "exclusive", "1", "a boolean"],
  [{ hangupOnClose: "no" }, "hangupOnClose", "'no'", "a boolean"],
  [{ lowLatency: null }, "lowLatency", "null", "a boolean"],
  [{ readChunkSize: 63 }, "readChunkSize", "63", CHUNK],
  [{ readChunkSize: 16777217 }, "readChunkSize", "16777217", CHUNK],
  [{ readChunkSize: 64.5 }, "readChunkSize", "64.5", CHUNK],
  [{ discardInputOnOpen: "no" }, "discardInputOnOpen", "'no'", "a boolean"],
  [{ rs485: true }, "rs485", "true", RS485],
  [{ rs485: [] }, "rs485", "[]", RS485],
  [{ rs485: { enabled: 1 } }, "rs485.enabled", "1", "a boolean"],
  [{ rs485: { rtsOnSend: "x" } }, "rs485.rtsOnSend", "'x'", "a boolean"],
  [{ rs485: { delayBeforeSendMs: -1 } }, "rs485.delayBeforeSendMs", "-1", MS],
  [{ rs485: { delayAfterSendMs: 1001 } }, "rs485.delayAfterSendMs", "1001", MS],
  [{ unsupportedPolicy: "throw" }, "unsupportedPolicy", "'throw'", "one of raise, warn, ignore"],
  [null, "config", "null", CONFIG],
  ["9600", "config", "'9600'", CONFIG],
  [[], "config", "[]", CONFIG],
];

for (const [given, field, shown, allowed] of WRONG) {
  test(`createSerialConfig() refuses ${field}: ${shown}`, () => {
    throws(() => createSerialConfig(given as never), {
      name: "ConfigurationError",
      code: "ERR_INVALID_ARG_VALUE",
      message: `Invalid "${field}": got ${shown}, expected ${allowed}`,
      hint: `${allowed.startsWith("an object") ? "pass" : `set "${field}" to`} ${allowed}`,
    });
  });
}

const UNKNOWN: readonly [given: unknown, field: string, shown: string, hint: string][] = [
  [{ flowControl: { rtscts: true } }, "flowControl.rtscts", "true", "write flowControl.rtsCts"],
  [{ flowControl: { toString: true } }, "flowControl.toString", "true", "leave it out"],
  [
    { controlLines: { cts: true } },
    "controlLines.cts",
    "true",
    "leave it out: it is an input, which modemLines() reads",
  ],
  [{ rs485: { termination: true } }, "rs485.termination", "true", "leave it out"],
  [{ baudrate: 9600 }, "baudrate", "9600", "write baudRate"],
  [{ toString: 1 }, "toString", "1", "leave it out"],
  [{ unknown: undefined }, "unknown", "undefined", "leave it out"],
  [{ rtscts: true }, "rtscts", "true", "write flowControl: { rtsCts: true }"],
  [{ bytesize: 8 }, "bytesize", "8", "write dataBits"],
  [
    { timeout: 50 },
    "timeout",
    "50",
    "write signal: AbortSignal.timeout(milliseconds) in the options of the call that waits",
  ],
];

for (const [given, field, shown, hint] of UNKNOWN) {
  test(`createSerialConfig() refuses the unknown option ${field}: ${shown}`, () => {
    throws(
      () => createSerialConfig(given as never),
      (error: ConfigurationError) => {
        ok(error.message.startsWith(`Unknown option "${field}" (${shown}): known are `));
        equal(error.code, "ERR_INVALID_ARG_VALUE");
        equal(error.hint, hint);
        return true;
      },
    );
  });
}

test("createSerialConfig() throws an error that instanceof knows", () => {
  throws(() => createSerialConfig({ baudRate: 0 }), ConfigurationError);
});

test("createSerialConfig() shortens a long value in the message", () => {
  throws(() => createSerialConfig({ parity: "x".repeat(1000) as never }), {
    message: `Invalid "parity": got '${"x".repeat(60)}'... 940 more characters, expected one of none, odd, even, mark, space`,
  });
});

test("createSerialConfig() gives the documented defaults", () => {
  deepEqual(createSerialConfig(), {
    baudRate: 115_200,
    dataBits: 8,
    parity: "none",
    stopBits: 1,
    flowControl: { xonXoff: false, rtsCts: false, dtrDsr: false },
    controlLines: {},
    lineErrors: "count",
    exclusive: false,
    hangupOnClose: true,
    lowLatency: false,
    readChunkSize: 65_536,
    rs485: null,
    discardInputOnOpen: true,
    unsupportedPolicy: "raise",
  });
});

test("createSerialConfig() accepts the bounds of every range", () => {
  equal(createSerialConfig({ baudRate: 1 }).baudRate, 1);
  equal(createSerialConfig({ baudRate: 4_294_967_295 }).baudRate, 4_294_967_295);
  equal(createSerialConfig({ readChunkSize: 64 }).readChunkSize, 64);
  equal(createSerialConfig({ readChunkSize: 16_777_216 }).readChunkSize, 16_777_216);
});

test("createSerialConfig() accepts every listed value", () => {
  for (const dataBits of [5, 6, 7, 8] as const) {
    equal(createSerialConfig({ dataBits }).dataBits, dataBits);
  }
  for (const parity of ["none", "odd", "even", "mark", "space"] as const) {
    equal(createSerialConfig({ parity }).parity, parity);
  }
  for (const stopBits of [1, 1.5, 2] as const) {
    equal(createSerialConfig({ stopBits }).stopBits, stopBits);
  }
  for (const lineErrors of ["count", "mark"] as const) {
    equal(createSerialConfig({ lineErrors }).lineErrors, lineErrors);
  }
  for (const unsupportedPolicy of ["raise", "warn", "ignore"] as const) {
    equal(createSerialConfig({ unsupportedPolicy }).unsupportedPolicy, unsupportedPolicy);
  }
});

test("createSerialConfig() takes undefined for the default, in nested options too", () => {
  const config = createSerialConfig({
    baudRate: undefined,
    flowControl: { rtsCts: true, xonXoff: undefined as never },
    controlLines: { dtr: undefined, rts: false },
  });

  equal(config.baudRate, 115_200);
  deepEqual(config.flowControl, { xonXoff: false, rtsCts: true, dtrDsr: false });
  deepEqual(config.controlLines, { rts: false });
});

test("createSerialConfig() completes RS-485 options", () => {
  deepEqual(createSerialConfig({ rs485: { delayAfterSendMs: 3 } }).rs485, {
    enabled: true,
    rtsOnSend: true,
    rtsAfterSend: false,
    delayBeforeSendMs: 0,
    delayAfterSendMs: 3,
    rxDuringTx: false,
  });
});

test("createSerialConfig() freezes the record and everything in it", () => {
  const config = createSerialConfig({
    flowControl: { rtsCts: true },
    controlLines: { dtr: true },
    rs485: {},
  });

  ok(Object.isFrozen(config));
  ok(Object.isFrozen(config.flowControl));
  ok(Object.isFrozen(config.controlLines));
  ok(Object.isFrozen(config.rs485));
  ok(Object.isFrozen(createSerialConfig().flowControl));
  ok(Object.isFrozen(createSerialConfig().controlLines));
});

test("createSerialConfig() copies its argument", () => {
  const flowControl = { rtsCts: true };
  const config = createSerialConfig({ flowControl });

  flowControl.rtsCts = false;

  equal(config.flowControl.rtsCts, true);
});

test("withChanges() changes the named fields and leaves the base alone", () => {
  const base = createSerialConfig({ baudRate: 9600, parity: "even" });

  const derived = withChanges(base, { baudRate: 19_200 });

  equal(derived.baudRate, 19_200);
  equal(derived.parity, "even");
  equal(base.baudRate, 9600);
  ok(Object.isFrozen(derived));
});

test("withChanges() merges flow control and control lines field by field", () => {
  const base = createSerialConfig({ flowControl: { xonXoff: true }, controlLines: { dtr: true } });

  const derived = withChanges(base, {
    flowControl: { rtsCts: true },
    controlLines: { rts: false },
  });

  deepEqual(derived.flowControl, { xonXoff: true, rtsCts: true, dtrDsr: false });
  deepEqual(derived.controlLines, { dtr: true, rts: false });
});

test("withChanges() replaces RS-485 options as a whole, and null removes them", () => {
  const base = createSerialConfig({ rs485: { delayBeforeSendMs: 5 } });

  equal(withChanges(base, { rs485: { rtsOnSend: false } }).rs485?.delayBeforeSendMs, 0);
  equal(withChanges(base, { rs485: null }).rs485, null);
  equal(withChanges(base, { rs485: undefined }).rs485?.delayBeforeSendMs, 5);
});

test("withChanges() refuses a wrong field without touching the base", () => {
  const base = createSerialConfig({ baudRate: 9600 });

  throws(() => withChanges(base, { baudRate: 19_200, dataBits: 9 as never }), ConfigurationError);
  equal(base.baudRate, 9600);
});
