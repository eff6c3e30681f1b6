// Links that cannot be made: an error of the library each, with path, code and hint; and nothing is left.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { isSerialError, type SerialError } from "anyserial";
import { createVirtualPort, type VirtualPortOptions } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";

async function refusal(options: VirtualPortOptions): Promise<SerialError> {
  try {
    await (await createVirtualPort(options)).close();
  } catch (error) {
    if (isSerialError(error)) return error;
    throw error;
  }
  throw new Error("it was made");
}

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const needsUser = isRoot ? "root may write everywhere" : false;
const needsRoot = isRoot ? false : "only root gives files away";

const refusals: readonly {
  readonly what: string;
  readonly link: string;
  readonly name: string;
  readonly code: string;
  readonly hint: RegExp;
  readonly skip?: string | false;
}[] = [
  {
    what: "a folder that is closed to this user",
    link: "/dev/ttyTHERMO",
    name: "PortPermissionError",
    code: "EACCES",
    hint: /^let this user write to \/dev, or choose another path/,
    skip: needsUser,
  },
  {
    what: "a name that is too long",
    link: `/tmp/${"x".repeat(256)}`,
    name: "ConfigurationError",
    code: "ENAMETOOLONG",
    hint: /^choose a shorter path/,
  },
  {
    what: "a path that is too long",
    link: `/tmp/${"folder/".repeat(600)}tty`,
    name: "ConfigurationError",
    code: "ENAMETOOLONG",
    hint: /^choose a shorter path/,
  },
  {
    what: "a file on the way",
    link: "/etc/passwd/tty",
    name: "ConfigurationError",
    code: "ENOTDIR",
    hint: /a part of \/etc\/passwd is a file/,
  },
  {
    what: "a file system that takes no files",
    link: "/proc/ttyTHERMO",
    name: "ConfigurationError",
    code: "ENOENT",
    hint: /^choose another path than one in \/proc/,
  },
  {
    what: "the root folder",
    link: "/",
    name: "PortBusyError",
    code: "EEXIST",
    hint: /choose another path/,
  },
];

for (const { what, link, name, code, hint, skip = false } of refusals) {
  test(
    `createVirtualPort() refuses ${what} by ${name} ${code}, with a hint`,
    { skip },
    leakFree(async () => {
      const error = await refusal({ link });

      deepEqual(
        { name: error.name, code: error.code, path: error.path, operation: error.operation },
        { name, code, path: link, operation: "create" },
      );
      match(error.hint ?? "", hint);
      match(error.message, /^Cannot create port "/);
      equal(existsSync("/tmp/folder"), false);
    }),
  );
}

test(
  "createVirtualPort() refuses an owner or group that this user may not give, and leaves no link",
  { skip: needsUser },
  leakFree(async (t) => {
    const link = join(realpathSync(temporaryFolder(t)), "tty");

    const owner = await refusal({ link, owner: 0 });
    const group = await refusal({ link, group: 0 });

    deepEqual([owner.name, owner.code, owner.path], ["PortPermissionError", "EPERM", link]);
    match(owner.message, /^Cannot set the owner of port "/);
    match(owner.hint ?? "", /^leave out owner, or run as root/);
    deepEqual([group.name, group.code], ["PortPermissionError", "EPERM"]);
    match(group.hint ?? "", /^name a group that this user is in/);
    deepEqual(readdirSync(join(link, "..")), []);
  }),
);

test(
  "createVirtualPort() takes a name of 255 bytes, which leaves no room for a lock of that name",
  leakFree(async (t) => {
    const link = join(realpathSync(temporaryFolder(t)), "x".repeat(255));
    const device = await createVirtualPort({ link });

    await rejects(createVirtualPort({ link }), { code: "EEXIST", message: /this process has it/ });
    await device.close();

    deepEqual(readdirSync(join(link, "..")), []);
  }),
);

const locks: readonly { readonly what: string; readonly make: (lock: string) => void }[] = [
  { what: "a file of another program", make: (lock) => writeFileSync(lock, "precious") },
  { what: "a folder", make: (lock) => mkdirSync(lock) },
  { what: "a link", make: (lock) => symlinkSync(join(lock, "../other"), lock) },
  {
    what: "a second name of an empty file",
    make: (lock) => linkSync(join(lock, "../other"), lock),
  },
];

for (const { what, make } of locks) {
  test(
    `createVirtualPort() refuses ${what} where the lock belongs, and leaves it`,
    leakFree(async (t) => {
      const folder = realpathSync(temporaryFolder(t));
      writeFileSync(join(folder, "other"), "");
      const lock = join(folder, ".tty.lock");
      make(lock);

      const error = await refusal({ link: join(folder, "tty") });

      deepEqual([error.name, error.code], ["PortBusyError", "EEXIST"]);
      match(error.message, /\.tty\.lock" is in use$/);
      deepEqual(readdirSync(folder).sort(), [".tty.lock", "other"]);
      equal(readFileSync(join(folder, "other"), "utf8"), "");
    }),
  );
}

test(
  "createVirtualPort() takes over an empty lock, as a power failure leaves it",
  leakFree(async (t) => {
    const folder = realpathSync(temporaryFolder(t));
    writeFileSync(join(folder, ".tty.lock"), "", { mode: 0o600 });

    const device = await createVirtualPort({ link: join(folder, "tty") });
    await device.close();

    deepEqual(readdirSync(folder), []);
  }),
);

test(
  "createVirtualPort() goes through no link that another user made, whatever it leads to",
  { skip: needsRoot },
  leakFree(async (t) => {
    const folder = realpathSync(temporaryFolder(t));
    chmodSync(folder, 0o1777);
    mkdirSync(join(folder, "private"));
    symlinkSync("private", join(folder, "plant"));
    lchownSync(join(folder, "plant"), NOBODY, NOBODY);

    const error = await refusal({ link: join(folder, "plant/tty"), owner: NOBODY });

    deepEqual(
      [error.name, error.code],
      ["PortPermissionError", "ERR_SERIAL_FOREIGN_LINK"],
      error.message,
    );
    match(error.message, /plant" is a link of another user \(65534\) to "private"$/);
    deepEqual(readdirSync(join(folder, "private")), []);
  }),
);

test(
  "createVirtualPort() of another user is refused in a folder for all while the port is open",
  { skip: needsRoot },
  leakFree(async (t) => {
    const folder = realpathSync(temporaryFolder(t));
    chmodSync(folder, 0o1777);
    const link = join(folder, "tty");
    const device = await createVirtualPort({ link });
    process.seteuid?.(NOBODY);
    const error = await refusal({ link }).finally(() => process.seteuid?.(0));

    deepEqual([error.name, error.code], ["PortBusyError", "EEXIST"]);
    match(error.message, /a process of another user \(0\) has it, or has left it$/);
    match(error.hint ?? "", /if none runs, remove .*\/\.tty\.lock/);
    await device.close();
    deepEqual(readdirSync(folder), []);
  }),
);

test(
  "createVirtualPort() of root takes over the link of another user's process",
  { skip: needsRoot },
  leakFree(async (t) => {
    const folder = realpathSync(temporaryFolder(t));
    chmodSync(folder, 0o1777);
    const [link, lock] = [join(folder, "tty"), join(folder, ".tty.lock")];
    writeFileSync(lock, JSON.stringify({ pid: 1, devices: [] }), { mode: 0o600 });
    chownSync(lock, NOBODY, NOBODY);

    const device = await createVirtualPort({ link });
    equal(statSync(lock).uid, 0);
    await device.close();

    ok(!existsSync(lock));
  }),
);
