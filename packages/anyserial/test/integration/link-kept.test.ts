// A link stays where it was made for as long as its port is open, and leaves nothing when it goes.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { claimPortLink } from "anyserial/link";
import { createVirtualPort, type VirtualPort, type VirtualPortChange } from "anyserial/pty";
import { MadeFolders } from "../../dist/posix/links/made-folders.js";
import { claimPosixLink } from "../../dist/posix/links/port-link.js";
import { samplePlace } from "../../dist/posix/links/sampled-place.js";
import { folderSystem } from "../helpers/folder-system.ts";
import { leakFree } from "../helpers/leak-free.ts";

interface Kept {
  readonly folder: string;
  readonly link: string;
  readonly device: VirtualPort;
  /** The next change, in one word; of a loss with its code. */
  readonly next: () => Promise<string>;
}

async function open(t: TestContext): Promise<Kept> {
  const folder = join(realpathSync(temporaryFolder(t)), "made");
  const link = join(folder, "tty");
  const device = await createVirtualPort({ link });
  const changes = device.changes();
  const next = async (): Promise<string> => {
    const { value } = await changes.next();
    return wordOf(value);
  };
  return { folder, link, device, next };
}

function wordOf(change: VirtualPortChange | undefined): string {
  if (change?.kind === "link-lost") return `${change.kind} ${change.error.code}`;
  return change?.kind ?? "end";
}

test(
  "a link that another program removes is made again, and reported",
  leakFree(async (t) => {
    const { folder, link, device, next } = await open(t);

    rmSync(link);

    equal(await next(), "link-restored");
    equal(readlinkSync(link), device.devicePath);
    deepEqual(readdirSync(folder).sort(), [".tty.lock", "tty"]);
    await device.close();
  }),
);

test(
  "a link is made again when its folder is removed, with the lock",
  leakFree(async (t) => {
    const { folder, link, device, next } = await open(t);

    rmSync(folder, { recursive: true });

    equal(await next(), "link-restored");
    equal(readlinkSync(link), device.devicePath);
    deepEqual(readdirSync(folder).sort(), [".tty.lock", "tty"]);
    await device.close();
    equal(existsSync(folder), false);
  }),
);

for (const which of ["folder", "folder above it"]) {
  test(
    `a link is made again when its ${which} is renamed, and is no longer in the old one`,
    leakFree(async (t) => {
      const root = realpathSync(temporaryFolder(t));
      const link = join(root, "a/b/tty");
      const device = await createVirtualPort({ link });
      const changes = device.changes();
      const renamed = which === "folder" ? "a/b" : "a";

      renameSync(join(root, renamed), join(root, "old"));

      equal((await changes.next()).value?.kind, "link-restored");
      equal(readlinkSync(link), device.devicePath);
      deepEqual(readdirSync(join(root, renamed === "a" ? "old/b" : "old")), []);
      await device.close();
    }),
  );
}

test(
  "another program's file in the place of a link stays, reported once, until it is gone",
  leakFree(async (t) => {
    const { link, device, next } = await open(t);

    writeFileSync(`${link}.new`, "precious");
    renameSync(`${link}.new`, link);

    equal(await next(), "link-lost EEXIST");
    writeFileSync(`${link}.new`, "as precious");
    renameSync(`${link}.new`, link);
    rmSync(link);
    equal(await next(), "link-restored");
    equal(readlinkSync(link), device.devicePath);
    await device.close();
  }),
);

test(
  "a lock that is removed is made again, so that the path still belongs to its port",
  leakFree(async (t) => {
    const { folder, link, device, next } = await open(t);
    const lock = join(folder, ".tty.lock");

    rmSync(lock);
    rmSync(link);

    equal(await next(), "link-restored");
    match(readFileSync(lock, "utf8"), new RegExp(`"pid":${process.pid}`));
    await rejects(createVirtualPort({ link }), { code: "EEXIST", message: /this process has it/ });
    await device.close();
    equal(existsSync(folder), false);
  }),
);

test(
  "a link is made again where no folder can be watched",
  leakFree(async (t) => {
    const path = join(realpathSync(temporaryFolder(t)), "tty");
    const system = folderSystem();
    const made = new MadeFolders();
    const watchPlace = (_place: unknown, onHint: () => void): (() => void) => samplePlace(onHint);
    const link = claimPosixLink({ ...system, made, watchPlace }, path);
    link.point("/dev/pts/999999");
    const changed = new Promise<string>((resolve) => {
      link.onChange = ({ kind }) => resolve(kind);
    });
    const alive = setInterval(() => undefined, 1000);

    rmSync(path);

    equal(await changed, "restored");
    equal(link.state, "in-place");
    clearInterval(alive);
    link.release();
  }),
);

test(
  "close() removes the folders that were made for the link, with the last port in them",
  leakFree(async (t) => {
    const root = realpathSync(temporaryFolder(t));
    mkdirSync(join(root, "there"));
    const first = await createVirtualPort({ link: join(root, "there/a/b/tty") });
    const second = await createVirtualPort({ link: join(root, "there/a/tty") });

    await first.close();
    deepEqual(readdirSync(join(root, "there/a")).sort(), [".tty.lock", "tty"]);
    await second.close();

    deepEqual(readdirSync(join(root, "there")), []);
  }),
);

test(
  "close() leaves a folder in which another program has put something, or which it made anew",
  leakFree(async (t) => {
    const root = realpathSync(temporaryFolder(t));
    const used = await createVirtualPort({ link: join(root, "used/tty") });
    writeFileSync(join(root, "used/notes"), "precious");
    const replaced = await createVirtualPort({ link: join(root, "replaced/tty") });
    renameSync(join(root, "replaced"), join(root, "old"));
    mkdirSync(join(root, "replaced"));

    await used.close();
    await replaced.close();

    deepEqual(readdirSync(join(root, "used")), ["notes"]);
    deepEqual(readdirSync(join(root, "replaced")), []);
  }),
);

test(
  "a relative link is resolved once: a change of the working directory does not leave it behind",
  leakFree(async (t) => {
    const root = realpathSync(temporaryFolder(t));
    const before = process.cwd();
    t.after(() => process.chdir(before));
    process.chdir(root);
    const device = await createVirtualPort({ link: "tty" });

    process.chdir("/");
    equal(device.path, join(root, "tty"));
    equal(readlinkSync(join(root, "tty")), device.devicePath);
    await device.close();

    deepEqual(readdirSync(root), []);
  }),
);

test(
  "a link to the folder is followed, if root or this user made it",
  leakFree(async (t) => {
    const root = realpathSync(temporaryFolder(t));
    mkdirSync(join(root, "real"));
    symlinkSync("real", join(root, "alias"));

    const device = await createVirtualPort({ link: join(root, "alias/tty") });
    equal(readlinkSync(join(root, "real/tty")), device.devicePath);
    await device.close();

    deepEqual(readdirSync(join(root, "real")), []);
  }),
);

test(
  "a link that is withdrawn stays away until it is led somewhere again, and its path stays claimed",
  leakFree(async (t) => {
    const path = join(realpathSync(temporaryFolder(t)), "tty");
    const link = await claimPortLink(path);
    link.point("/dev/pts/old");

    link.withdraw();
    link.withdraw();

    equal(existsSync(path), false);
    equal(link.state, "missing");
    await rejects(claimPortLink(path), { code: "EEXIST" });
    link.point("/dev/pts/new");
    equal(readlinkSync(path), "/dev/pts/new");
    link.release();
    equal(existsSync(path), false);
  }),
);

test(
  "a link that is withdrawn leaves alone what another program has put at its path",
  leakFree(async (t) => {
    const path = join(realpathSync(temporaryFolder(t)), "tty");
    const link = await claimPortLink(path);
    link.point("/dev/pts/old");
    rmSync(path);
    writeFileSync(path, "my thesis");

    link.withdraw();

    equal(readFileSync(path, "utf8"), "my thesis");
    link.release();
    equal(readFileSync(path, "utf8"), "my thesis");
  }),
);
