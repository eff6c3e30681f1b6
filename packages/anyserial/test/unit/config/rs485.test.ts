import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { createRs485Config } from "../../../dist/config/rs485.js";

test("createRs485Config() gives null for null", () => {
  equal(createRs485Config(null), null);
});

test("createRs485Config() fills in the documented defaults, frozen", () => {
  const config = createRs485Config({});

  deepEqual(config, {
    enabled: true,
    rtsOnSend: true,
    rtsAfterSend: false,
    delayBeforeSendMs: 0,
    delayAfterSendMs: 0,
    rxDuringTx: false,
  });
  ok(Object.isFrozen(config));
});

test("createRs485Config() keeps every given field", () => {
  const given = {
    enabled: false,
    rtsOnSend: false,
    rtsAfterSend: true,
    delayBeforeSendMs: 1000,
    delayAfterSendMs: 1,
    rxDuringTx: true,
  };

  deepEqual(createRs485Config(given), given);
});

test("createRs485Config() takes undefined for the default", () => {
  const config = createRs485Config({ enabled: undefined as never, delayAfterSendMs: 2 });

  equal(config?.enabled, true);
  equal(config?.delayAfterSendMs, 2);
});

const WRONG: readonly (readonly [unknown, string])[] = [
  [undefined, "rs485"],
  ["on", "rs485"],
  [[], "rs485"],
  [{ enabled: "yes" }, "rs485.enabled"],
  [{ rtsOnSend: 1 }, "rs485.rtsOnSend"],
  [{ rtsAfterSend: null }, "rs485.rtsAfterSend"],
  [{ rxDuringTx: 0 }, "rs485.rxDuringTx"],
  [{ delayBeforeSendMs: 1.5 }, "rs485.delayBeforeSendMs"],
  [{ delayBeforeSendMs: true }, "rs485.delayBeforeSendMs"],
  [{ delayAfterSendMs: -1 }, "rs485.delayAfterSendMs"],
  [{ delayAfterSendMs: "3" }, "rs485.delayAfterSendMs"],
  [{ unknown: undefined }, "rs485.unknown"],
  [{ constructor: true }, "rs485.constructor"],
];

for (const [given, field] of WRONG) {
  test(`createRs485Config() refuses ${JSON.stringify(given)}, naming ${field}`, () => {
    throws(
      () => createRs485Config(given as never),
      (error: Error) => {
        match(error.message, new RegExp(`^(Invalid|Unknown option) "${field}"`));
        return "code" in error && error.code === "ERR_INVALID_ARG_VALUE";
      },
    );
  });
}
