// Folder over the real file system: actions of another program between two of its steps.

import { deepEqual, equal } from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  openSync,
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
import { Folder } from "../../../../dist/posix/links/folder.js";
import {
  type ChangeCalls,
  failure,
  folderSystem,
  once,
  withoutRenames,
} from "../../../helpers/folder-system.ts";

const skip = process.platform === "linux" ? false : "renameat2 is a call of Linux";
const STALE = "/dev/pts/999999998";
const DEVICE = "/dev/pts/999999999";
const isStale = (entry: object): boolean => "target" in entry && entry.target === STALE;
const isOwn = (entry: object): boolean => "target" in entry && entry.target === DEVICE;

interface Opened {
  readonly path: string;
  readonly folder: Folder;
  /** Path of the entry in question. */
  readonly tty: string;
}

function open(t: TestContext, change?: ChangeCalls): Opened {
  const path = realpathSync(temporaryFolder(t));
  const system = folderSystem(change);
  const folder = new Folder(system, { fd: openSync(path, "r"), path }, failure);
  t.after(() => folder.close());
  return { path, folder, tty: join(path, "tty") };
}

for (const [how, system] of [
  ["", undefined],
  [", without renameat2 too", withoutRenames],
] as const) {
  test(`Folder.put() makes a link where nothing is${how}`, { skip }, (t) => {
    const { folder, path, tty } = open(t, system);

    equal(folder.put("tty", DEVICE, isStale), true);

    equal(readlinkSync(tty), DEVICE);
    deepEqual(readdirSync(path), ["tty"]);
  });

  test(`Folder.put() replaces only files that it may replace${how}`, { skip }, (t) => {
    const { folder, path, tty } = open(t, system);
    symlinkSync(STALE, tty);

    equal(folder.put("tty", DEVICE, isStale), true);

    equal(readlinkSync(tty), DEVICE);
    deepEqual(readdirSync(path), ["tty"]);
  });

  test(`Folder.put() leaves everything else${how}`, { skip }, (t) => {
    const { folder, path, tty } = open(t, system);
    writeFileSync(tty, "precious");

    equal(folder.put("tty", DEVICE, isStale), false);

    equal(readFileSync(tty, "utf8"), "precious");
    deepEqual(readdirSync(path), ["tty"]);
  });

  test(`Folder.remove() removes the given file, and nothing else${how}`, { skip }, (t) => {
    const { folder, path, tty } = open(t, system);
    symlinkSync(DEVICE, tty);
    writeFileSync(join(path, "other"), "");

    deepEqual(
      [folder.remove("other", isOwn), folder.remove("tty", isOwn), folder.remove("tty", isOwn)],
      [false, true, false],
    );

    deepEqual(readdirSync(path), ["other"]);
  });

  test(`Folder.remove() gives a file back that appeared after the look${how}`, { skip }, (t) => {
    const replace = (): void => {
      writeFileSync(`${tty}.new`, "precious");
      renameSync(`${tty}.new`, tty);
    };
    const { folder, path, tty } = open(t, (calls) => ({
      ...system?.(calls),
      rename: once(calls.rename, replace),
    }));
    symlinkSync(DEVICE, tty);

    equal(folder.remove("tty", isOwn), false);

    equal(readFileSync(tty, "utf8"), "precious");
    deepEqual(readdirSync(path), ["tty"]);
  });

  test(`Folder.remove() gives a folder back that appeared after the look${how}`, { skip }, (t) => {
    const replace = (): void => {
      rmSync(tty);
      mkdirSync(tty);
      writeFileSync(join(tty, "inside"), "precious");
    };
    const { folder, path, tty } = open(t, (calls) => ({
      ...system?.(calls),
      rename: once(calls.rename, replace),
    }));
    symlinkSync(DEVICE, tty);

    equal(folder.remove("tty", isOwn), false);

    equal(readFileSync(join(tty, "inside"), "utf8"), "precious");
    deepEqual(readdirSync(path), ["tty"]);
  });
}

test("Folder.put() gives a file back that appeared after the look", { skip }, (t) => {
  const replace = (): void => {
    writeFileSync(`${tty}.new`, "precious");
    renameSync(`${tty}.new`, tty);
  };
  const { folder, path, tty } = open(t, (calls) => ({
    renameWith: once(calls.renameWith, replace),
  }));
  symlinkSync(STALE, tty);

  equal(folder.put("tty", DEVICE, isStale), false);

  equal(readFileSync(tty, "utf8"), "precious");
  deepEqual(readdirSync(path), ["tty"]);
});

test("Folder.put() makes the link when the stale one vanished after the look", { skip }, (t) => {
  const { folder, path, tty } = open(t, (calls) => ({
    renameWith: once(calls.renameWith, () => rmSync(tty)),
  }));
  symlinkSync(STALE, tty);

  equal(folder.put("tty", DEVICE, isStale), true);

  equal(readlinkSync(tty), DEVICE);
  deepEqual(readdirSync(path), ["tty"]);
});

test("Folder.put() keeps both of two files that came after its looks", { skip }, (t) => {
  let swaps = 0;
  const { folder, path, tty } = open(t, (calls) => ({
    renameWith: (kind, ...rest) => {
      if (kind === "swap" && ++swaps <= 2) {
        writeFileSync(`${tty}.new`, swaps === 1 ? "first" : "second");
        renameSync(`${tty}.new`, tty);
      }
      return calls.renameWith(kind, ...rest);
    },
  }));
  symlinkSync(STALE, tty);

  equal(folder.put("tty", DEVICE, isStale), false);

  equal(readFileSync(tty, "utf8"), "second");
  deepEqual(
    folder.setAside.map((aside) => readFileSync(aside, "utf8")),
    ["first"],
  );
  equal(readdirSync(path).length, 2);
});

test("Folder keeps to its folder when another one takes the path", { skip }, (t) => {
  const { folder, path } = open(t);
  renameSync(path, `${path}.moved`);
  t.after(() => rmSync(`${path}.moved`, { recursive: true }));
  mkdirSync(path);

  folder.put("tty", DEVICE, isStale);

  equal(lstatSync(join(path, "tty"), { throwIfNoEntry: false }), undefined);
  equal(readlinkSync(join(`${path}.moved`, "tty")), DEVICE);
});
