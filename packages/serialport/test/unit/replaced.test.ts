import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { replacementOf } from "../../dist/replaced.cjs";

function original(t: TestContext, name: string, version: string): () => string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version }));
  writeFileSync(join(folder, "dist/package.json"), "{}"); // names no package
  return () => join(folder, "dist/index.js");
}

function missing(): string {
  throw new Error("not installed");
}

test("replacementOf() names ours for the two originals, installed or not", (t) => {
  const names = ["serialport", "@serialport/bindings-cpp"];
  const ours = ["@anyserial/serialport", "@anyserial/bindings-cpp"];

  deepEqual(
    names.map((name) => replacementOf(name, missing)?.name),
    ours,
  );
  deepEqual(
    names.map((name) => replacementOf(name, original(t, name, "10.5.0"))?.name),
    ours,
  );
});

test("replacementOf() has nothing for other names", () => {
  for (const name of [
    "serialport/package.json",
    "@serialport/stream",
    "./serialport",
    "toString",
  ]) {
    equal(replacementOf(name, missing), undefined, name);
  }
});

test("replacementOf() keeps a version before 10", (t) => {
  deepEqual(replacementOf("serialport", original(t, "serialport", "9.2.8")), {
    name: undefined,
    kept: "9.2.8",
  });
});

test("replacementOf() takes an alias for what it is", (t) => {
  const alias = original(t, "@anyserial/serialport", "0.1.0");

  equal(replacementOf("serialport", alias)?.name, "@anyserial/serialport");
});
