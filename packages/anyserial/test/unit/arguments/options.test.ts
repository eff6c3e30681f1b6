import { doesNotThrow, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { checkOptions } from "anyserial/arguments";
import { signalOf } from "../../../dist/abort/abort.js";
import { SETTING_NAMES } from "../../../dist/arguments/settings.js";
import { createSerialConfig } from "../../../dist/config/config.js";

const SPEC = { known: ["maxBytes", "signal"], elsewhere: { limit: "write maxBytes" } };

const UNKNOWN = [
  ["maxbytes", "write maxBytes"],
  ["max_bytes", "write maxBytes"],
  ["limit", "write maxBytes"],
  ["sginal", "write signal, if that is meant"],
  ["whatever", "leave it out"],
  ["toString", "leave it out"],
] as const;
for (const [name, hint] of UNKNOWN) {
  test(`checkOptions() refuses ${name} and advises: ${hint}`, () => {
    throws(() => checkOptions({ [name]: 5 }, SPEC), {
      name: "ConfigurationError",
      code: "ERR_INVALID_ARG_VALUE",
      message: `Unknown option "${name}" (5): known are maxBytes, signal`,
      hint,
    });
  });
}

test("checkOptions() names the group of an option that it does not know", () => {
  throws(() => checkOptions({ rtscts: true }, { group: "flowControl.", known: ["rtsCts"] }), {
    message: 'Unknown option "flowControl.rtscts" (true): known are rtsCts',
    hint: "write flowControl.rtsCts",
  });
});

test("checkOptions() says which option a bare value stands for", () => {
  throws(() => checkOptions("/tmp/x", { known: ["link"], bare: { string: "link" } }), {
    message: `Invalid "options": got '/tmp/x', expected an object such as { link }`,
    hint: "write { link: … }",
  });
});

test("checkOptions() takes an object of another realm, of no prototype and of a class with options", () => {
  class Options {
    get signal(): undefined {
      return undefined;
    }
  }

  doesNotThrow(() => checkOptions(runInNewContext("({ maxBytes: 1 })"), SPEC));
  doesNotThrow(() => checkOptions(Object.create(null), SPEC));
  doesNotThrow(() => checkOptions(new Options(), SPEC));
});

test("checkOptions() refuses an object of a class that has none of the options", () => {
  for (const options of [new Date(), Promise.resolve(), /x/, new URL("file:///")]) {
    throws(() => checkOptions(options, SPEC), {
      hint: "pass an object such as { maxBytes, signal }",
    });
  }
});

test("signalOf() takes the signal of another implementation", () => {
  const signal = { aborted: false, addEventListener: () => undefined } as unknown as AbortSignal;

  equal(signalOf({ signal }), signal);
});

test("the names of the settings are the fields of a configuration", () => {
  equal(SETTING_NAMES.join(), Object.keys(createSerialConfig()).join());
});
