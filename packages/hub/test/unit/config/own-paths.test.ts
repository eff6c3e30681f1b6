// Where paths of a configuration lead.

import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { canonicalPath, followPath, serialPath } from "../../../dist/config/own-paths.js";
import { testFolder } from "../../helpers/service-fixtures.ts";

test("serialPath() completes paths with a folder, and leaves addresses as they are", () => {
  equal(serialPath("/etc/plant", "unix:/run/qemu"), "unix:/run/qemu");
  equal(serialPath("/etc/plant", "./ports/a"), "/etc/plant/ports/a");
  equal(serialPath("/etc/plant", "../a"), "/etc/a");
  equal(serialPath("/etc/plant", "/dev/ttyUSB0"), "/dev/ttyUSB0");
  for (const address of ["COM3", "\\\\.\\COM12", "ttyUSB0", "loop://", "rfc2217://host:1"]) {
    equal(serialPath("/etc/plant", address), address);
  }
});

test("canonicalPath() resolves folders that are there, and keeps what is not", (t) => {
  const folder = realpathSync(testFolder(t));
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "alias"));

  equal(canonicalPath(join(folder, "alias/not/yet")), join(folder, "real/not/yet"));
  equal(canonicalPath("/"), "/");
});

test("followPath() ends with links that go round", (t) => {
  const folder = realpathSync(testFolder(t));
  symlinkSync("b", join(folder, "a"));
  symlinkSync("a", join(folder, "b"));

  const way = followPath(join(folder, "a"));

  equal(way.length, 41);
  deepEqual(new Set(way), new Set([join(folder, "a"), join(folder, "b")]));
});
