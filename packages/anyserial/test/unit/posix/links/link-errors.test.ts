// The error when a link cannot be made: the class, the state and the next step for each reason.

import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { LinkErrors } from "../../../../dist/posix/links/link-errors.js";
import { ABI } from "../../../helpers/fake-libc.ts";

const PATH = "/run/plant/tty";

function errors(): LinkErrors {
  return new LinkErrors({ path: PATH, heldCode: "ERR_HUB_LOCKED", errno: ABI.errno });
}

for (const [code, name, hint] of [
  ["EACCES", "PortPermissionError", /^let this user write to \/run\/plant, or/],
  ["EPERM", "PortPermissionError", /^let this user write to \/run\/plant, or/],
  ["EROFS", "PortPermissionError", /that of \/run\/plant is read-only/],
  ["ENAMETOOLONG", "ConfigurationError", /^choose a shorter path/],
  ["ENOTDIR", "ConfigurationError", /a part of \/run\/plant is a file/],
  ["ELOOP", "ConfigurationError", /lead in a circle/],
  ["ENOSPC", "SerialError", /^make room on the file system of \/run\/plant/],
  ["EDQUOT", "SerialError", /^make room on the file system of \/run\/plant/],
  ["EMFILE", "SerialError", /ulimit -n/],
] as const) {
  test(`LinkErrors.fail() makes ${name} of ${code}, and says what to do`, () => {
    const error = errors().fail("symlink", -(ABI.errno[code] ?? 0));

    deepEqual(
      [error.name, error.code, error.path, error.operation, error.syscall],
      [name, code, PATH, "create", "symlink"],
    );
    match(error.message, new RegExp(`^Cannot create port "${PATH}": .* \\(${code}\\)$`));
    match(error.hint ?? "", hint);
  });
}

test("LinkErrors.refuse() names the process that has the path, or the user whose it is", () => {
  const { refuse } = errors();
  const file = "/run/plant/.tty.lock";
  const said = [
    refuse({ kind: "held", pid: 123 }),
    refuse({ kind: "held", pid: undefined }),
    refuse({ kind: "held", pid: process.pid }),
    refuse({ kind: "foreign", uid: 1001, file }),
    refuse({ kind: "other-file", file }),
  ].map(({ code, message, hint }) => [code, message.split(": ")[1], hint?.split(" (see")[0]]);

  deepEqual(said, [
    ["ERR_HUB_LOCKED", "process 123 has it", "stop process 123, or choose another path"],
    ["ERR_HUB_LOCKED", "another process has it", "stop it, or choose another path"],
    [
      "ERR_HUB_LOCKED",
      "this process has it",
      "close the port that has the path, or choose another path",
    ],
    [
      "ERR_HUB_LOCKED",
      "a process of another user (1001) has it, or has left it",
      `end that process; if none runs, remove ${file}, or choose another path`,
    ],
    ["EEXIST", `"${file}" is in use`, `remove ${file}, or choose another path`],
  ]);
});

test("LinkErrors speaks of restoring once the link was made", () => {
  const made = errors();
  made.operation = "restore";

  const { message, operation } = made.taken(["/run/plant/.anyserial-1"]);

  deepEqual(
    [message, operation],
    [
      `Cannot restore port "${PATH}": the path is in use; the previous entry is at /run/plant/.anyserial-1 now`,
      "restore",
    ],
  );
});
