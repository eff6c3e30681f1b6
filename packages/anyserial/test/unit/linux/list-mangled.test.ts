// Listing over trees that no kernel makes: whatever is broken, replaced or missing, a list comes back.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { describePort, listPorts } from "../../../dist/linux/list.js";
import { compareNaturally } from "../../../dist/model/port-info.js";
import * as models from "../../helpers/device-models.ts";
import { type DeviceTree, deviceTree } from "../../helpers/device-tree.ts";
import { runs } from "../../helpers/runs.ts";

const MACHINES = [models.FT232R, models.STM32, models.PC];

/** A change of one entry of the tree. */
const MANGLES: Readonly<Record<string, (path: string, noise: string) => void>> = {
  remove: (path) => remove(path),
  empty: (path) => replace(path, () => writeFileSync(path, "")),
  noise: (path, noise) => replace(path, () => writeFileSync(path, noise)),
  bytes: (path) =>
    replace(path, () => writeFileSync(path, Buffer.from([0xff, 0xfe, 0, 0xc3, 0x0a]))),
  huge: (path) => replace(path, () => writeFileSync(path, "9".repeat(100_000))),
  folder: (path) => replace(path, () => mkdirSync(path)),
  loop: (path) => replace(path, () => symlinkSync(path, path)),
  dangling: (path) => replace(path, () => symlinkSync("/nowhere/at/all", path)),
  root: (path) => replace(path, () => symlinkSync("/", path)),
  fifo: (path) => replace(path, () => execFileSync("mkfifo", [path])),
};

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function replace(path: string, make: () => void): void {
  remove(path);
  make();
}

/** Every entry below the tree's root, without following links. */
function entriesOf(tree: DeviceTree): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      return lstatSync(path).isDirectory() ? [path, ...walk(path)] : [path];
    });
  return walk(tree.root).sort(compareNaturally);
}

const mangling = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom(...Object.keys(MANGLES)),
  noise: fc.string({ unit: "binary", maxLength: 600 }),
});

test("listPorts() and describePort() never fail and never hang, whatever the tree is like", async (t) => {
  const property = fc.asyncProperty(fc.array(mangling, { maxLength: 8 }), async (manglings) => {
    const tree = deviceTree(t, ...MACHINES);
    const entries = entriesOf(tree);
    const nodes = readdirSync(tree.dev).map((name) => join(tree.dev, name));
    // Children before their parents, so that nothing is changed through a link that leads out.
    const targets = manglings.map((one) => ({
      ...one,
      path: entries[one.at % entries.length] ?? "",
    }));
    for (const { path, kind, noise } of targets.sort((a, b) => (a.path < b.path ? 1 : -1))) {
      MANGLES[kind]?.(path, noise);
    }

    const ports = await listPorts(tree);
    const described = await Promise.all(nodes.map((path) => describePort(tree, path)));

    for (const port of [...ports, ...described.filter((found) => found !== undefined)]) {
      assert.ok(Object.isFrozen(port));
      for (const text of Object.values(port)) {
        if (typeof text === "string") assert.ok(text.length <= 1024 && text !== "");
        else if (text !== undefined) assert.ok(Number.isInteger(text) && text <= 0xffff);
      }
    }
    remove(tree.root);
  });

  await fc.assert(property, { numRuns: runs(15) });
});

test("listPorts() with nothing mangled lists them all: the property above sees real ports", async (t) => {
  assert.equal((await listPorts(deviceTree(t, ...MACHINES))).length, 5);
});
