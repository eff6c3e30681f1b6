// The exit code of every kind of failure.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as anyserial from "anyserial";
import { EXIT_CODES, exitCodeOf } from "../../../dist/command/exit-codes.js";
import { Interrupted, OutputClosedError } from "../../../dist/command/interruption.js";
import { UsageError } from "../../../dist/options/usage-error.js";
import { WaitError } from "../../../dist/transfer/wait-error.js";

const CODES = [
  ["SerialError", 1],
  ["ConfigurationError", 2],
  ["PortNotFoundError", 3],
  ["PortPermissionError", 4],
  ["PortBusyError", 5],
  ["UnsupportedFeatureError", 6],
  ["UnsupportedConfigurationError", 7],
  ["UnsupportedPlatformError", 8],
  ["SerialDisconnectedError", 9],
  ["SerialClosedError", 10],
  ["SerialConcurrencyError", 11],
  ["FramingError", 12],
] as const;

const library = { ...anyserial };

for (const [name, code] of CODES) {
  test(`exitCodeOf() gives ${code} for ${name}`, () => {
    equal(exitCodeOf(new library[name]("x")), code);
  });
}

test("exitCodeOf() knows every error class of the library", () => {
  const names = Object.keys(anyserial).filter((name) => /^[A-Z].*Error$/.test(name));

  deepEqual(new Set(names), new Set<string>(["SendAbortedError", ...CODES.map(([name]) => name)]));
});

test("exitCodeOf() gives an aborted send the code of its abort reason", () => {
  const aborted = (cause: unknown): Error => new anyserial.SendAbortedError("x", { cause });

  equal(exitCodeOf(aborted(new Interrupted("SIGTERM"))), 143);
  equal(exitCodeOf(aborted(new DOMException("late", "TimeoutError"))), 124);
  equal(exitCodeOf(aborted("anything")), 1);
});

test("exitCodeOf() gives the codes of usage, time and signals", () => {
  const late = new WaitError("Cannot send to", { path: "p", timeoutMs: 1, hint: "h" });

  equal(exitCodeOf(new UsageError("x")), 2);
  equal(exitCodeOf(late), 124);
  equal(exitCodeOf(new Interrupted("SIGINT")), 130);
  equal(exitCodeOf(new Interrupted("SIGTERM")), 143);
  equal(exitCodeOf(new Interrupted("SIGHUP")), 129);
  equal(exitCodeOf("anything"), 1);
});

test("exitCodeOf() takes a reader who is gone for a good end, and a full disk for a failure", () => {
  const failure = (code: string): Error => Object.assign(new Error("x"), { code });

  equal(exitCodeOf(new OutputClosedError(failure("EPIPE"))), 0);
  equal(exitCodeOf(new OutputClosedError(failure("ENOSPC"))), 1);
});

test("EXIT_CODES lists every code that exitCodeOf() gives", () => {
  const listed = EXIT_CODES.map(({ code }) => code);

  for (const [, code] of CODES) equal(listed.includes(code), true, String(code));
  for (const code of [0, 124, "128+n"]) equal(listed.includes(code), true, String(code));
});
