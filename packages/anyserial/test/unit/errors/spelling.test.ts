import { equal } from "node:assert/strict";
import { test } from "node:test";
import { spellingHint } from "../../../dist/errors/spelling.js";

const POSIX = [
  ["ttyUSB0", "write /dev/ttyUSB0: a name without a folder is resolved in the current folder"],
  ["dev/ttyUSB0", "write /dev/ttyUSB0"],
  ["/dev/ttyUSB0\n", "the path ends with a line break: pass path.trim()"],
  ["/dev/ttyUSB0\r\n", "the path ends with a line break: pass path.trim()"],
  [" /dev/ttyUSB0", "the path begins or ends with white space: pass path.trim()"],
  ["COM3", "a port is named like this on Windows only: see listSerialPorts()"],
  ["/dev/ttyUSB0", undefined],
  ["./ttyUSB0", undefined],
  ["loop://", undefined],
] as const;
for (const [path, hint] of POSIX) {
  test(`spellingHint() of ${JSON.stringify(path)} on POSIX`, () =>
    equal(spellingHint(path, false), hint));
}

const WINDOWS = [
  ["COM3", undefined],
  ["COM3\n", "the path ends with a line break: pass path.trim()"],
  ["/dev/ttyUSB0", "on Windows a port is named COM3"],
] as const;
for (const [path, hint] of WINDOWS) {
  test(`spellingHint() of ${JSON.stringify(path)} on Windows`, () =>
    equal(spellingHint(path, true), hint));
}
