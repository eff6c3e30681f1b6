import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  ConfigurationError,
  isSerialError,
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SendAbortedError,
  SerialClosedError,
  SerialConcurrencyError,
  SerialDisconnectedError,
  SerialError,
  type SerialErrorDetails,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
  UnsupportedPlatformError,
} from "anyserial";
import { actionOf } from "../../../dist/errors/errors.js";

type ErrorClass = new (message: string, details?: SerialErrorDetails) => SerialError;

const CLASSES: readonly (readonly [string, ErrorClass])[] = [
  ["SerialError", SerialError],
  ["ConfigurationError", ConfigurationError],
  ["PortNotFoundError", PortNotFoundError],
  ["PortPermissionError", PortPermissionError],
  ["PortBusyError", PortBusyError],
  ["UnsupportedFeatureError", UnsupportedFeatureError],
  ["UnsupportedConfigurationError", UnsupportedConfigurationError],
  ["UnsupportedPlatformError", UnsupportedPlatformError],
  ["SerialClosedError", SerialClosedError],
  ["SerialDisconnectedError", SerialDisconnectedError],
  ["SerialConcurrencyError", SerialConcurrencyError],
];

for (const [name, Class] of CLASSES) {
  test(`${name} has its name on the prototype, where it is not enumerable`, () => {
    const error = new Class("Cannot open");

    equal(error.name, name);
    equal(Object.hasOwn(error, "name"), false);
    deepEqual(Object.getOwnPropertyDescriptor(Class.prototype, "name"), {
      value: name,
      enumerable: false,
      configurable: true,
      writable: true,
    });
    equal(`${error}`, `${name}: Cannot open`);
    ok(error.stack?.startsWith(`${name}: Cannot open\n`));
  });

  test(`${name} is a SerialError and an Error`, () => {
    const error = new Class("Cannot open");

    ok(error instanceof Class);
    ok(error instanceof SerialError);
    ok(error instanceof Error);
    ok(isSerialError(error));
  });
}

for (const [cause, name] of [
  [AbortSignal.abort().reason, "AbortError"],
  [new DOMException("late", "TimeoutError"), "TimeoutError"],
  [new Error("enough"), "AbortError"],
  ["text", "AbortError"],
  [null, "AbortError"],
  [undefined, "AbortError"],
] as const) {
  test(`SendAbortedError caused by ${String(cause)} is named ${name}, as callers look for it`, () => {
    const error = new SendAbortedError("Cannot write", { cause, bytesWritten: 3 });

    equal(error.name, name);
    equal(`${error}`, `${name}: Cannot write`);
    equal(error.cause, cause);
    equal(error.bytesWritten, 3);
    ok(error instanceof SendAbortedError);
    ok(isSerialError(error));
    equal(Object.keys(error).includes("name"), false);
  });
}

test("SerialError carries every detail", () => {
  const cause = new Error("underneath");
  const details = {
    code: "EIO",
    path: "/dev/ttyUSB0",
    operation: "send",
    errno: 5,
    syscall: "write",
    winerror: 31,
    hint: "do this",
    bytesWritten: 0,
  };

  const error = new SerialError("Cannot write", { ...details, cause });

  deepEqual({ ...error }, { ...details, topic: undefined });
  equal(error.cause, cause);
  equal(error.message, "Cannot write");
});

test("SerialError without details has a code and nothing else", () => {
  const error = new SerialError("Cannot open");

  equal(error.code, "ERR_SERIAL");
  equal(error.path, undefined);
  equal(error.operation, undefined);
  equal(error.errno, undefined);
  equal(error.syscall, undefined);
  equal(error.winerror, undefined);
  equal(error.bytesWritten, undefined);
  equal(error.hint, undefined);
});

test("SerialError has a cause only when it is given one", () => {
  equal(Object.hasOwn(new SerialError("x"), "cause"), false);
  equal(Object.hasOwn(new SerialError("x", { code: "EIO" }), "cause"), false);
  equal(new SerialError("x", { cause: null }).cause, null);
});

test("SerialError prefers a hint of its own to the general one", () => {
  equal(
    new PortBusyError("x", { hint: "end minicom" }).hint,
    "end minicom (see node_modules/anyserial/docs/troubleshooting.md#busy)",
  );
});

test("SerialError does not show its brand when it is spread or printed", () => {
  const error = new SerialError("x");

  equal(Object.keys(error).includes("anyserial.SerialError"), false);
  deepEqual(Object.getOwnPropertySymbols({ ...error }), []);
});

test("isSerialError() knows the errors of another copy of the package", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("anyserial.SerialError")]: true });

  ok(isSerialError(foreign));
  ok(foreign instanceof SerialError);
  equal(foreign instanceof PortBusyError, false);
});

test("isSerialError() is false for everything else", () => {
  for (const value of [new Error("x"), { code: "ENOENT" }, "text", null, undefined, 7]) {
    equal(isSerialError(value), false);
  }
});

const ACTIONS: readonly (readonly [string, string])[] = [
  ["receive", "read from"],
  ["send", "write to"],
  ["sendBreak", "send a break on"],
  ["discard", "discard the queues of"],
  ["inputWaiting", "count the bytes received by"],
  ["outputWaiting", "count the bytes queued on"],
  ["modemLines", "read the modem lines of"],
  ["modemLineChanges", "watch the modem lines of"],
  ["setControlLines", "set the control lines of"],
  ["lineErrors", "count the line errors of"],
  ["open", "open"],
  ["configure", "configure"],
  ["drain", "drain"],
  ["create", "create"],
];
for (const [operation, words] of ACTIONS) {
  test(`actionOf() words ${operation} as "${words}"`, () => {
    equal(actionOf(operation), words);
  });
}

test("SerialError keeps message and hint on one line, whatever the path has in it", () => {
  const error = new SerialError('Cannot open port "/dev/tty\n\u0007\u009b": gone', {
    hint: "look at /dev/tty\n",
  });

  equal(error.message, 'Cannot open port "/dev/tty\\n\\u0007\\u009b": gone');
  equal(error.hint, "look at /dev/tty\\n");
});
