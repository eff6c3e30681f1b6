// The link of an emulated port, and its permissions: made, kept, and removed; other files are never
// touched.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createVirtualPort } from "anyserial/pty";
import { startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

/** The target of a killed process's link; numbers are reused, and this one is too high. */
const NO_DEVICE = "/dev/pts/999999";

const isRoot = process.getuid?.() === 0;

test(
  "createVirtualPort() makes its link and the folders to it, and close() removes them",
  leakFree(async (t) => {
    const folder = temporaryFolder(t);
    const link = join(folder, "a/b/tty");
    const device = await createVirtualPort({ link });

    equal(device.path, link);
    equal(readlinkSync(link), device.devicePath);
    match(device.devicePath, /^\/dev\/pts\/\d+$/);
    await device.close();
    deepEqual(readdirSync(folder), []);
    await device.close();
  }),
);

const foreign = [
  { what: "a file", make: (path: string) => writeFileSync(path, "precious") },
  { what: "a folder", make: (path: string) => mkdirSync(path) },
  { what: "a link to a device", make: (path: string) => symlinkSync("/dev/null", path) },
  { what: "a dangling link to elsewhere", make: (path: string) => symlinkSync("/no/where", path) },
];

for (const { what, make } of foreign) {
  test(
    `createVirtualPort() refuses a link where ${what} is, and leaves it alone`,
    leakFree(async (t) => {
      const link = join(temporaryFolder(t), "tty");
      make(link);
      const before = lstatSync(link);

      await rejects(createVirtualPort({ link }), { name: "PortBusyError", code: "EEXIST" });

      const { ino, mode, size } = lstatSync(link);
      deepEqual({ ino, mode, size }, { ino: before.ino, mode: before.mode, size: before.size });
    }),
  );
}

test(
  "createVirtualPort() refuses the link of another open port, and replaces one left by a dead one",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    const first = await createVirtualPort({ link });
    await rejects(createVirtualPort({ link }), { code: "EEXIST" });
    equal(readlinkSync(link), first.devicePath);
    await first.close();
    symlinkSync(NO_DEVICE, link);

    await using second = await createVirtualPort({ link });
    equal(readlinkSync(link), second.devicePath);
  }),
);

test(
  "close() leaves another program's file in the place of the link alone",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    const device = await createVirtualPort({ link });
    rmSync(link);
    writeFileSync(link, "precious");
    await device.close();

    equal(readFileSync(link, "utf8"), "precious");
  }),
);

test(
  "createVirtualPort() sets the mode, and the owner and group by name or number",
  { skip: isRoot ? false : "only root may give a device away" },
  leakFree(async () => {
    await using byName = await createVirtualPort({ mode: 0o640, owner: "nobody", group: "daemon" });
    await using byNumber = await createVirtualPort({ mode: 0o606, owner: 65_534, group: 1 });

    const [nobody, daemon] = [idOf("passwd", "nobody"), idOf("group", "daemon")];
    deepEqual(accessOf(byName.devicePath), { mode: 0o640, uid: nobody, gid: daemon });
    deepEqual(accessOf(byNumber.devicePath), { mode: 0o606, uid: 65_534, gid: 1 });
  }),
);

test(
  "createVirtualPort() that fails leaves neither link nor port",
  leakFree(async (t) => {
    const folder = temporaryFolder(t);
    const link = join(folder, "tty");
    const code = "ERR_INVALID_ARG_VALUE";

    await rejects(createVirtualPort({ link, owner: "no such user" }), { code });
    await rejects(createVirtualPort({ link, mode: 0o1777 }), { code });
    await rejects(createVirtualPort({ link: "" }), { code });
    await rejects(createVirtualPort({ link: "/dev/null/tty" }));
    deepEqual(readdirSync(folder), []);
  }),
);

for (const [how, code] of [
  ["exit", 7],
  ["throw", 1],
  ["end", 0],
] as const) {
  test(
    `the link is removed when its process ends by itself (${how})`,
    leakFree(async (t) => {
      const link = join(temporaryFolder(t), "tty");
      await using child = startFixture("virtual-port", { args: [link, how] });
      await child.message();

      equal((await child.ended()).code, code);
      equal(lstatSync(link, { throwIfNoEntry: false }), undefined);
    }),
  );
}

test(
  "the link of a killed process stays: no process is left to remove it",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    await using child = startFixture("virtual-port", { args: [link, "wait"] });
    await child.message();
    child.process.kill("SIGKILL");
    await child.ended();

    match(readlinkSync(link), /^\/dev\/pts\/\d+$/);
  }),
);

function accessOf(path: string): { mode: number; uid: number; gid: number } {
  const { mode, uid, gid } = statSync(path);
  return { mode: mode & 0o777, uid, gid };
}

function idOf(database: string, name: string): number {
  const rows = readFileSync(`/etc/${database}`, "utf8").split("\n");
  return Number(rows.find((row) => row.startsWith(`${name}:`))?.split(":")[2]);
}
