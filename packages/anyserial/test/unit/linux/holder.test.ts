import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { findHolders, isOpenHere } from "../../../dist/linux/holder.js";

/** A synthetic procfs beside a device and a link to it. */
function setUp(t: TestContext): { root: string; device: string; proc: string } {
  const root = realpathSync(temporaryFolder(t));
  const device = join(root, "ttyUSB0");
  writeFileSync(device, "");
  mkdirSync(join(root, "proc/sys"), { recursive: true });
  return { root, device, proc: join(root, "proc") };
}

function addProcess(proc: string, pid: number, opened: readonly string[]): void {
  mkdirSync(join(proc, `${pid}/fd`), { recursive: true });
  writeFileSync(join(proc, `${pid}/comm`), `program${pid}\n`);
  for (const [fd, path] of opened.entries()) symlinkSync(path, join(proc, `${pid}/fd/${fd}`));
}

test("findHolders() names who has the device open, in order of pid", async (t) => {
  const { device, proc } = setUp(t);
  addProcess(proc, 1200, ["/dev/null", device]);
  addProcess(proc, 30, [device]);
  addProcess(proc, 31, ["/dev/null", `${device}1`]);

  deepEqual(await findHolders(device, proc), [
    { pid: 30, name: "program30" },
    { pid: 1200, name: "program1200" },
  ]);
});

test("findHolders() follows a link to the device", async (t) => {
  const { root, device, proc } = setUp(t);
  symlinkSync("ttyUSB0", join(root, "by-id"));
  addProcess(proc, 5, [device]);

  deepEqual(await findHolders(join(root, "by-id"), proc), [{ pid: 5, name: "program5" }]);
});

test("findHolders() leaves this process out", async (t) => {
  const { device, proc } = setUp(t);
  addProcess(proc, process.pid, [device]);

  deepEqual(await findHolders(device, proc), []);
});

test("findHolders() names a process that ended meanwhile with a question mark", async (t) => {
  const { device, proc } = setUp(t);
  addProcess(proc, 9, [device]);
  rmSync(join(proc, "9/comm"));

  deepEqual(await findHolders(device, proc), [{ pid: 9, name: "?" }]);
});

test("findHolders() finds no holder where there is no procfs", async (t) => {
  const { root, device } = setUp(t);

  deepEqual(await findHolders(device, join(root, "nowhere")), []);
});

test("isOpenHere() finds a device that this process has open, by a link too", (t) => {
  const { root, device, proc } = setUp(t);
  symlinkSync("ttyUSB0", join(root, "by-id"));
  mkdirSync(join(proc, "self/fd"), { recursive: true });
  symlinkSync("/dev/null", join(proc, "self/fd/4"));

  equal(isOpenHere(device, proc), false);
  symlinkSync(device, join(proc, "self/fd/5"));
  equal(isOpenHere(device, proc), true);
  equal(isOpenHere(join(root, "by-id"), proc), true);
  equal(isOpenHere(join(root, "nowhere"), proc), false);
  equal(isOpenHere(device, join(root, "nowhere")), false);
});
