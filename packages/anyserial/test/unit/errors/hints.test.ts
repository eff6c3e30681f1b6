import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { hintFor, topicFor } from "../../../dist/errors/hints.js";

const PATH = "/dev/ttyUSB0";
const GROUP = `add your user to the group that owns ${PATH} (often "dialout" or "uucp": sudo usermod -aG dialout "$USER"), then log out and in again`;
const PERMISSION = `run as a user that may read and write ${PATH}`;
const MISSING = `check that the device is plugged in and that ${PATH} is spelled right`;
const REFUSED =
  "choose a value that the driver accepts, or set unsupportedPolicy to warn or ignore to keep the driver's value";
const LACKING =
  "leave the option out, or set unsupportedPolicy to warn or ignore to continue without it";
const GONE = "plug the device in again and reopen the port, or let serialSessions() do both";

/** Every class, with every code that has a sentence of its own and one that has none. */
const HINTS: readonly (readonly [string, string, string | undefined])[] = [
  ["PortNotFoundError", "ENOENT", MISSING],
  ["PortNotFoundError", "ENXIO", MISSING],
  ["PortNotFoundError", "ENOTTY", `${PATH} is a file but not a terminal device: check the path`],
  ["PortNotFoundError", "EISDIR", `${PATH} is a folder: name the device node itself`],
  ["PortPermissionError", "EACCES", GROUP],
  ["PortPermissionError", "EPERM", PERMISSION],
  ["PortPermissionError", "EROFS", PERMISSION],
  ["PortBusyError", "EBUSY", `close the program that holds ${PATH}, or open it without exclusive`],
  ["UnsupportedFeatureError", "ENOTTY", LACKING],
  ["UnsupportedFeatureError", "ERR_SERIAL_UNSUPPORTED", LACKING],
  ["UnsupportedConfigurationError", "EINVAL", REFUSED],
  [
    "SerialClosedError",
    "ERR_SERIAL_CLOSED",
    "open the port again: a closed port is never reopened in place",
  ],
  ["SerialDisconnectedError", "EIO", GONE],
  [
    "SerialConcurrencyError",
    "ERR_SERIAL_CONCURRENT",
    "keep one reader and one writer per port, or await the first call",
  ],
  ["UnsupportedPlatformError", "ERR_SERIAL_PLATFORM", undefined],
  ["ConfigurationError", "ERR_INVALID_ARG_VALUE", undefined],
  ["SerialError", "ENOTTY", undefined],
];

for (const [name, code, hint] of HINTS) {
  test(`hintFor() says what to do about ${name} ${code}`, () => {
    equal(hintFor(name, code, { path: PATH }), hint);
  });
}

test("hintFor() speaks of the port where there is no path", () => {
  equal(
    hintFor("PortPermissionError", "EPERM", {}),
    "run as a user that may read and write the port",
  );
});

test("hintFor() gives sentences without a full stop, in lower case", () => {
  for (const [name, code] of HINTS.filter(([, , hint]) => hint !== undefined)) {
    const hint = hintFor(name, code, {});
    match(hint?.replace("()", "") ?? "", /^[a-z][^.]*[^.\s]$/, `${name} ${code}`);
  }
});

const TOPICS: readonly (readonly [string, string | undefined, string?])[] = [
  ["UnsupportedPlatformError", "koffi", "ERR_SERIAL_KOFFI"],
  ["PortNotFoundError", "not-found"],
  ["PortPermissionError", "permission"],
  ["PortBusyError", "busy"],
  ["UnsupportedFeatureError", "capabilities"],
  ["UnsupportedConfigurationError", "custom-baud"],
  ["SerialDisconnectedError", "disconnected"],
  ["SerialConcurrencyError", "concurrent-readers"],
  ["SerialClosedError", undefined],
  ["ConfigurationError", undefined],
  ["UnsupportedPlatformError", undefined],
  ["SerialError", undefined],
  ["SerialError", "watch-limit", "ERR_SERIAL_INOTIFY"],
  ["SerialError", "watch-limit", "ERR_SERIAL_WATCH"],
];
for (const [name, topic, code = "ERR_SERIAL"] of TOPICS) {
  test(`topicFor() files ${name} ${code} under ${topic}`, () => {
    equal(topicFor(name, code), topic);
  });
}
