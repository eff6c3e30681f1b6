import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { BindingsError } from "@anyserial/bindings-cpp";
import { SerialError, type SerialErrorDetails } from "anyserial";
import { type Call, refused, translated } from "../../dist/error-text.cjs";

type Platform = "linux" | "darwin" | "win32";

function textOf(call: Call, details: SerialErrorDetails, platform: Platform = "linux"): string {
  const context = { call, path: "COM3", baudRate: 9600, platform };
  return (translated(new SerialError("our text", details), context) as Error).message;
}

test("translated() has the words of node-serialport for each call on POSIX", () => {
  const rows: [Call, SerialErrorDetails, string][] = [
    ["open", { code: "EACCES" }, "Error: Permission denied, cannot open COM3"],
    [
      "open",
      { code: "EBUSY" },
      "Error: Device or resource busy, cannot open COM3. Error Resource temporarily unavailable Cannot lock port",
    ],
    [
      "open",
      { code: "EAGAIN", syscall: "flock" },
      "Error Resource temporarily unavailable Cannot lock port",
    ],
    [
      "open",
      { code: "ENOTTY" },
      "Error: Inappropriate ioctl for device setting custom baud rate of 9600",
    ],
    ["set", { code: "EIO" }, "Error: Input/output error, cannot set"],
    ["flush", { code: "EIO" }, "Error: Input/output error, cannot flush"],
    ["drain", { code: "ENXIO" }, "Error: No such device or address, cannot drain"],
    ["read", { code: "EIO" }, "EIO: i/o error, read: our text"],
    ["write", { code: "EIO" }, "EIO: i/o error, write: our text"],
    ["get", { code: "ERR_SERIAL_DISCONNECTED" }, "Error: No such device, cannot get: our text"],
  ];
  for (const [call, details, expected] of rows) equal(textOf(call, details), expected);
});

test("translated() has the words of macOS", () => {
  match(
    textOf("open", { code: "EBUSY" }, "darwin"),
    /^Error: Resource busy, cannot open COM3\. .*Cannot lock port$/,
  );
});

test("translated() has the words of Windows", () => {
  const rows: [Call, number, string][] = [
    ["open", 2, "Opening COM3: File not found"],
    ["open", 5, "Opening COM3: Access denied"],
    ["open", 1117, "Opening COM3: Unknown error code 1117"],
    ["read", 995, "Reading from COM port (ReadFile): Operation aborted"],
  ];
  for (const [call, winerror, expected] of rows) {
    equal(textOf(call, { code: "EIO", winerror }, "win32"), expected);
  }
});

test("translated() keeps the text where node-serialport has none, and other errors as they are", () => {
  const other = new TypeError("x");
  const context = { call: "open", path: "x", baudRate: 1, platform: "linux" } as const;

  equal(textOf("open", { code: "ERR_SERIAL_TLS" }), "our text");
  equal(translated(other, context), other);
});

test("translated() keeps code, number, call, path and hint, and the cause", () => {
  const cause = new SerialError("ours", {
    code: "EACCES",
    errno: 13,
    syscall: "open",
    path: "/dev/x",
    hint: "do this",
  });
  const context = { call: "open", path: "/dev/x", baudRate: 1, platform: "linux" } as const;

  const error = translated(cause, context);

  ok(error instanceof BindingsError);
  const { code, errno, syscall, path, hint } = error;
  deepEqual(
    { code, errno, syscall, path, hint },
    { code: "EACCES", errno: 13, syscall: "open", path: "/dev/x", hint: "do this" },
  );
  equal(error.cause, cause);
  equal(Object.keys(error).includes("cause"), false);
});

test("refused() is an error for what node-serialport refuses, and nothing for the rest", () => {
  const error = new SerialError("no", { code: "ERR_SERIAL_UNSUPPORTED" });
  const changed = new SerialError("no", { code: "ERR_SERIAL_SETTING_CHANGED" });
  const text = (setting: string, parity = "mark", why = error): string | undefined =>
    refused(setting, why, { baudRate: 77, parity, stopBits: 1.5 })?.message;

  equal(text("baudRate"), "Error baud rate of 77 is not supported on your platform");
  equal(text("baudRate", "none", changed), undefined);
  equal(text("markSpaceParity"), "Invalid parity setting 2");
  equal(text("markSpaceParity", "space"), "Invalid parity setting 5");
  equal(text("onePointFiveStopBits"), "Invalid stop bits setting 1.5");
  equal(text("rtsCts"), undefined);
});
