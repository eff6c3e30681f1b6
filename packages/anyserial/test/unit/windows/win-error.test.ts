import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  WIN_ERROR_NUMBERS,
  type WinErrorContext,
  winError,
} from "../../../dist/windows/win-error.js";

const GONE = "SerialDisconnectedError";
const CLOSED = "SerialClosedError";
const MISSING = "PortNotFoundError";
const BUSY = "PortBusyError";
const FEATURE = "UnsupportedFeatureError";
const CONFIG = "UnsupportedConfigurationError";
const PLAIN = "SerialError";

/** Every number of the table in every context: [code, open, io, configure, feature]. */
const ROWS: readonly (readonly [number, string, string, string, string])[] = [
  [1, MISSING, PLAIN, CONFIG, FEATURE],
  [2, MISSING, GONE, GONE, GONE],
  [3, MISSING, PLAIN, PLAIN, PLAIN],
  [4, PLAIN, PLAIN, PLAIN, PLAIN],
  [5, BUSY, GONE, GONE, GONE],
  [6, MISSING, CLOSED, CLOSED, CLOSED],
  [8, PLAIN, PLAIN, PLAIN, PLAIN],
  [21, MISSING, GONE, GONE, GONE],
  [22, MISSING, GONE, GONE, GONE],
  [31, MISSING, GONE, GONE, GONE],
  [32, BUSY, PLAIN, PLAIN, PLAIN],
  [38, PLAIN, GONE, GONE, GONE],
  [50, MISSING, PLAIN, CONFIG, FEATURE],
  [55, MISSING, GONE, GONE, GONE],
  [67, MISSING, PLAIN, PLAIN, PLAIN],
  [87, MISSING, PLAIN, CONFIG, FEATURE],
  [109, PLAIN, GONE, GONE, GONE],
  [120, PLAIN, PLAIN, CONFIG, FEATURE],
  [121, PLAIN, PLAIN, PLAIN, PLAIN],
  [123, MISSING, PLAIN, PLAIN, PLAIN],
  [170, BUSY, PLAIN, PLAIN, PLAIN],
  [433, MISSING, GONE, GONE, GONE],
  [995, PLAIN, GONE, GONE, GONE],
  [1117, MISSING, GONE, GONE, GONE],
  [1167, MISSING, GONE, GONE, GONE],
  [1200, MISSING, PLAIN, PLAIN, PLAIN],
  [1617, MISSING, GONE, GONE, GONE],
  [2404, BUSY, PLAIN, PLAIN, PLAIN],
  [4319, PLAIN, GONE, GONE, GONE],
  [59_999, PLAIN, PLAIN, PLAIN, PLAIN],
];
const CONTEXTS: readonly WinErrorContext[] = ["open", "io", "configure", "feature"];

function errorFor(context: WinErrorContext, winerror: number) {
  return winError({ context, operation: "open", path: "COM3", syscall: "CreateFileW", winerror });
}

for (const [winerror, ...classes] of ROWS) {
  test(`winError() gives ${winerror} its class in every context, and carries the number`, () => {
    const errors = CONTEXTS.map((context) => errorFor(context, winerror));

    deepEqual(
      errors.map(({ name }) => name),
      classes,
    );
    for (const error of errors) {
      deepEqual([error.winerror, error.errno, error.path], [winerror, winerror, "COM3"]);
      equal(error.syscall, "CreateFileW");
    }
  });
}

test("the table has no row that is not tried here", () => {
  const tried = new Set(ROWS.map(([winerror]) => winerror));
  for (const winerror of WIN_ERROR_NUMBERS) ok(tried.has(winerror), `${winerror}`);
});

test("winError() spells the code as Node.js does, and a stable one where Node.js has none", () => {
  equal(errorFor("open", 2).code, "ENOENT");
  equal(errorFor("open", 5).code, "EBUSY");
  equal(errorFor("open", 32).code, "EBUSY");
  equal(errorFor("io", 433).code, "ENODEV");
  equal(errorFor("io", 6).code, "EBADF");
  equal(errorFor("configure", 87).code, "EINVAL");
  equal(errorFor("feature", 1).code, "EOPNOTSUPP");
  equal(errorFor("io", 59_999).code, "ERR_SERIAL_WIN32");
});

test("winError() says what failed, and on Windows's own terms what to do", () => {
  const busy = errorFor("open", 5);
  equal(busy.message, 'Cannot open port "COM3": access denied (ERROR_ACCESS_DENIED, 5)');
  ok(busy.hint?.includes("Windows never shares a COM port"));
  ok(errorFor("open", 2).hint?.includes("Device Manager"));
  ok(errorFor("configure", 87).hint?.includes("baud rates"));
  equal(errorFor("io", 59_999).message, 'Cannot open port "COM3": Win32 error 59999');
});
