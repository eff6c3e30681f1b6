// The printed form of a failure.

import { deepEqual, equal } from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { PortNotFoundError } from "anyserial";
import { Output } from "../../../dist/terminal/output.js";

function printed(error: unknown, json: boolean): string {
  const stderr = new PassThrough();
  const { signal } = new AbortController();
  new Output({ stdout: new PassThrough(), stderr, signal, json }).error(error);
  return String(stderr.read());
}

const MISSING = new PortNotFoundError('Cannot open port "/dev/x": no such file (ENOENT)', {
  code: "ENOENT",
  path: "/dev/x",
  hint: "plug it in",
});

test("Output.error() prints one line with the hint", () => {
  equal(
    printed(MISSING, false),
    'anyserial: Cannot open port "/dev/x": no such file (ENOENT): hint: plug it in (see node_modules/anyserial/docs/troubleshooting.md#not-found)\n',
  );
});

test("Output.error() prints one JSON object", () => {
  deepEqual(JSON.parse(printed(MISSING, true)), {
    error: {
      name: "PortNotFoundError",
      code: "ENOENT",
      message: 'Cannot open port "/dev/x": no such file (ENOENT)',
      hint: "plug it in (see node_modules/anyserial/docs/troubleshooting.md#not-found)",
      path: "/dev/x",
    },
  });
});

test("Output.error() keeps a message from controlling the terminal or breaking the line", () => {
  equal(printed(new Error("a\n\x1b[2Jb"), false), "anyserial: a\\x0a\\x1b[2Jb\n");
});

test("Output.error() words a failed system call as the library does", () => {
  const error = Object.assign(new Error("ENOENT: no such file or directory, open '/x/y'"), {
    code: "ENOENT",
    syscall: "open",
    path: "/x/y",
  });

  equal(
    printed(error, false),
    'anyserial: Cannot open "/x/y": no such file or directory (ENOENT)\n',
  );
});

test("Output.error() prints what is no error at all", () => {
  equal(printed("text", false), "anyserial: text\n");
});
