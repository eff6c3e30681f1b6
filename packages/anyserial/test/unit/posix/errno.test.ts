import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  ERRNO_CLASSES,
  type ErrnoContext,
  errnoError,
  errnoName,
} from "../../../dist/posix/errno.js";
import { ABI } from "../../helpers/fake-libc.ts";

const DISCONNECTED = "SerialDisconnectedError";
const CLOSED = "SerialClosedError";
const MISSING = "PortNotFoundError";
const PERMISSION = "PortPermissionError";
const BUSY = "PortBusyError";
const FEATURE = "UnsupportedFeatureError";
const CONFIGURATION = "UnsupportedConfigurationError";
const ARGUMENT = "ConfigurationError";
const PLAIN = "SerialError";

/** Every number of the table in every context: [name, open, io, configure, feature, create]. */
const ROWS: readonly (readonly [string, string, string, string, string, string])[] = [
  ["EPERM", PERMISSION, PLAIN, PERMISSION, PERMISSION, PERMISSION],
  ["ENOENT", MISSING, PLAIN, PLAIN, PLAIN, ARGUMENT],
  ["EINTR", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EIO", MISSING, DISCONNECTED, DISCONNECTED, DISCONNECTED, PLAIN],
  ["ENXIO", MISSING, DISCONNECTED, DISCONNECTED, DISCONNECTED, PLAIN],
  ["EBADF", PLAIN, CLOSED, CLOSED, CLOSED, PLAIN],
  ["EAGAIN", BUSY, PLAIN, BUSY, PLAIN, PLAIN],
  ["ENOMEM", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EACCES", PERMISSION, PLAIN, PERMISSION, PERMISSION, PERMISSION],
  ["EFAULT", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EBUSY", BUSY, PLAIN, BUSY, PLAIN, PLAIN],
  ["EEXIST", PLAIN, PLAIN, PLAIN, PLAIN, BUSY],
  ["ENODEV", MISSING, DISCONNECTED, DISCONNECTED, DISCONNECTED, PLAIN],
  ["ENOTDIR", MISSING, PLAIN, PLAIN, PLAIN, ARGUMENT],
  ["EISDIR", MISSING, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EINVAL", MISSING, PLAIN, CONFIGURATION, FEATURE, PLAIN],
  ["ENFILE", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EMFILE", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["ENOTTY", MISSING, PLAIN, CONFIGURATION, FEATURE, PLAIN],
  ["EFBIG", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["ENOSPC", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EROFS", PERMISSION, PLAIN, PLAIN, PLAIN, PERMISSION],
  ["EPIPE", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["ENAMETOOLONG", MISSING, PLAIN, PLAIN, PLAIN, ARGUMENT],
  ["ENOSYS", PLAIN, PLAIN, PLAIN, FEATURE, PLAIN],
  ["ELOOP", MISSING, PLAIN, PLAIN, PLAIN, ARGUMENT],
  ["EPROTO", PLAIN, DISCONNECTED, DISCONNECTED, DISCONNECTED, PLAIN],
  ["EOVERFLOW", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EOPNOTSUPP", PLAIN, PLAIN, CONFIGURATION, FEATURE, PLAIN],
  ["ETIMEDOUT", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["ESHUTDOWN", PLAIN, DISCONNECTED, DISCONNECTED, DISCONNECTED, PLAIN],
  ["ENOLCK", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["ENOTEMPTY", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
  ["EDQUOT", PLAIN, PLAIN, PLAIN, PLAIN, PLAIN],
];
const CONTEXTS: readonly ErrnoContext[] = ["open", "io", "configure", "feature", "create"];

function fail(context: ErrnoContext, errno: number, operation = "open") {
  return errnoError({
    context,
    operation,
    path: "/dev/ttyUSB0",
    syscall: "ioctl(X)",
    errno,
    errnoByName: ABI.errno,
  });
}

for (const [name, ...classes] of ROWS) {
  for (const [index, context] of CONTEXTS.entries()) {
    test(`errnoError() makes ${classes[index]} of ${name} in ${context}`, () => {
      const error = fail(context, ABI.errno[name] ?? 0);

      equal(error.name, classes[index]);
      equal(error.code, name);
    });
  }
}

test("the rows of this test are all numbers of the Linux table", () => {
  deepEqual(new Set(ROWS.map(([name]) => name)), new Set(Object.keys(ABI.errno)));
});

/** Numbers that only other systems have. */
const ELSEWHERE = new Set(["EDEVERR", "ENOTSUP"]);

test("ERRNO_CLASSES names only numbers that the Linux table knows, and a few of other systems", () => {
  for (const context of CONTEXTS) {
    for (const name of Object.keys(ERRNO_CLASSES[context]))
      ok(Object.hasOwn(ABI.errno, name) || ELSEWHERE.has(name), name);
  }
});

test("errnoError() makes UnsupportedConfigurationError of macOS's EDEVERR in configure", () => {
  const errnoByName = { EDEVERR: 83 };
  const call = { operation: "configure", path: "/dev/cu.x", syscall: "ioctl(X)", errno: 83 };

  const error = errnoError({ ...call, context: "configure", errnoByName });

  equal(error.name, "UnsupportedConfigurationError");
  equal(error.code, "EDEVERR");
});

test("errnoError() keeps an unknown number visible", () => {
  const error = fail("io", 250, "receive");

  equal(error.name, PLAIN);
  equal(error.code, "E250");
  equal(error.errno, 250);
  equal(error.message, 'Cannot read from port "/dev/ttyUSB0": E250');
});

test("errnoError() keeps a number without a description visible", () => {
  equal(fail("io", 75).message, 'Cannot open port "/dev/ttyUSB0": EOVERFLOW');
});

test("errnoError() carries path, operation, call and number", () => {
  const error = fail("feature", 25, "sendBreak");

  equal(error.path, "/dev/ttyUSB0");
  equal(error.operation, "sendBreak");
  equal(error.syscall, "ioctl(X)");
  equal(error.errno, 25);
  equal(
    error.message,
    'Cannot send a break on port "/dev/ttyUSB0": not supported by this device (ENOTTY)',
  );
});

/** Message texts that users meet when they open a port. */
const MESSAGES: readonly (readonly [string, string])[] = [
  ["EACCES", "permission denied (EACCES)"],
  ["EPERM", "operation not permitted (EPERM)"],
  ["ENOENT", "no such file or directory (ENOENT)"],
  ["ENOTTY", "not a terminal device (ENOTTY)"],
  ["EAGAIN", "locked (EAGAIN)"],
  ["EBUSY", "device or resource busy (EBUSY)"],
  ["EMFILE", "too many open files in this process (EMFILE)"],
  ["ENFILE", "too many open files in the system (ENFILE)"],
];
for (const [name, state] of MESSAGES) {
  test(`errnoError() says "${state}"`, () => {
    const { message } = fail("open", ABI.errno[name] ?? 0);

    equal(message, `Cannot open port "/dev/ttyUSB0": ${state}`);
  });
}

test("errnoError() uses a hint that it is given, else the general one", () => {
  const call = {
    context: "feature",
    operation: "configure",
    path: "/dev/ttyS0",
    syscall: "ioctl",
    errno: 25,
    errnoByName: ABI.errno,
  } as const;

  equal(
    errnoError({ ...call, hint: "buy another" }).hint,
    "buy another (see node_modules/anyserial/docs/troubleshooting.md#capabilities)",
  );
  equal(
    errnoError({ ...call, hint: undefined }).hint,
    "leave the option out, or set unsupportedPolicy to warn or ignore to continue without it (see node_modules/anyserial/docs/troubleshooting.md#capabilities)",
  );
});

test("errnoName() goes by the platform's own table", () => {
  equal(errnoName(11, { EAGAIN: 11 }), "EAGAIN");
  equal(errnoName(11, { EAGAIN: 35 }), "E11");
});
