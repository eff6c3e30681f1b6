// Links beside other programs that use the same path at the same time.

import { deepEqual, equal, ok } from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { isSerialError } from "anyserial";
import { claimPortLink } from "anyserial/link";
import { startFixture, startProgram } from "../helpers/child.ts";
import { runs } from "../helpers/runs.ts";

const FILES = runs(1500);
const ROUNDS = runs(20);
const FOREIGN = "ERR_SERIAL_FOREIGN_LINK";
/** The target of a killed process's link; numbers are reused, and this one is too high. */
const NO_DEVICE = "/dev/pts/999999";

test("no file that appears at the path of a link is lost, whenever it appears", async (t) => {
  const folder = realpathSync(temporaryFolder(t));
  const link = join(folder, "tty");
  const codes = new Set<string>();
  let made = 0;

  // The two have to meet, which they may not do in one go where other work keeps one of them from running.
  while (made === 0 || codes.size === 0) {
    await using other = startFixture("swap-path", { args: [link, `${FILES}`] });
    await other.message();
    const result = other.message();
    let isOver = false;
    void result.then(() => {
      isOver = true;
    });
    for (let round = 0; !isOver; round++) {
      if (round % 20 === 0) await setImmediate(); // the answer of the other program comes in between
      try {
        const claim = await claimPortLink(link);
        try {
          claim.point(NO_DEVICE);
          made++;
        } finally {
          claim.release();
        }
      } catch (error) {
        codes.add(isSerialError(error) ? error.code : String(error));
      }
    }
    deepEqual(await result, { made: FILES, lost: 0 });
  }

  deepEqual([...codes], ["EEXIST"]);
  // The other program may have removed a file just when it had no name: that one is its own leftover.
  deepEqual(
    readdirSync(folder).filter((name) => isOurs(join(folder, name))),
    [],
  );
});

/** A lock, or a link that leads where ours led. */
function isOurs(path: string): boolean {
  const entry = lstatSync(path);
  return path.endsWith(".lock") || (entry.isSymbolicLink() && readlinkSync(path) === NO_DEVICE);
}

for (const stale of [false, true]) {
  const what = stale ? ", in place of one that a killed process left" : "";
  test(`of two programs that make the same link at the same moment one succeeds${what}`, {}, async (t) => {
    const link = join(realpathSync(temporaryFolder(t)), "tty");
    await using first = startFixture("claim-path", { args: [link] });
    await using second = startFixture("claim-path", { args: [link] });
    const both = [first, second];
    await Promise.all(both.map((one) => one.message()));

    for (let round = 0; round < ROUNDS; round++) {
      if (stale) symlinkSync(NO_DEVICE, link);
      for (const one of both) one.say("go\n");
      const answers = (await Promise.all(both.map((one) => one.message()))) as {
        made?: string;
        refused?: string;
      }[];
      const devices = answers.flatMap(({ made }) => made ?? []);

      equal(devices.length, 1, JSON.stringify(answers));
      deepEqual(
        answers.flatMap(({ refused }) => refused ?? []),
        ["EEXIST"],
      );
      equal(readlinkSync(link), devices[0]);
      for (const one of both) one.say("stop\n");
      await Promise.all(both.map((one) => one.message()));
      deepEqual(
        readdirSync(join(link, "..")).map((name) => basename(name)),
        [],
      );
    }
  });
}

/** Puts a link to PRIVATE in the place of the folder SUB, and a folder back, again and again. */
const SWAP = `
  const { mkdirSync, renameSync, symlinkSync, unlinkSync } = require("node:fs");
  const [sub, target] = process.argv.slice(1);
  mkdirSync(sub);
  console.log("{}");
  for (let round = 0; ; round++) {
    try {
      renameSync(sub, sub + round);
      symlinkSync(target, sub);
      unlinkSync(sub);
      mkdirSync(sub);
    } catch {} // root's own folder may be there by now
  }`;

test("no link that another user swaps for a folder leads to a folder of root's", {
  skip: process.getuid?.() === 0 ? false : "only root has another user's rights to lose",
}, async (t) => {
  const root = realpathSync(temporaryFolder(t));
  const [shared, target] = [join(root, "shared"), join(root, "private")];
  chmodSync(root, 0o755);
  for (const folder of [shared, target]) mkdirSync(folder);
  chmodSync(shared, 0o777);
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const program = [process.execPath, "-e", SWAP, join(shared, "sub"), target];
  await using other = startProgram("setpriv", [...nobody, ...program]);
  await other.message();

  const codes = new Set<string>();
  const found = new Set<string>();
  let made = 0;
  for (let round = 0; made < 300 || (!codes.has(FOREIGN) && found.size === 0); round++) {
    if (round % 20 === 0) await setImmediate();
    try {
      const claim = await claimPortLink(join(shared, "sub/tty"));
      claim.point(NO_DEVICE);
      made++;
      for (const name of readdirSync(target)) found.add(name);
      claim.release();
    } catch (error) {
      codes.add(isSerialError(error) ? error.code : String(error));
    }
  }

  deepEqual([...found, ...readdirSync(target)], []);
  ok(codes.has(FOREIGN));
});
