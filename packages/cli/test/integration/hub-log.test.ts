// `anyserial hub` whose log cannot be written: the hub goes on, and says so where it can.

import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { HubHome } from "../helpers/hub-process.ts";
import type { Program } from "../helpers/program.ts";

const LINE = Buffer.from("MEAS 12.500\n");

/** Starts a hub whose standard output, or error, is a file; waits until it serves. */
async function startOn(home: HubHome, file: string, which: "stdout" | "stderr"): Promise<Program> {
  const fd = openSync(file, "a");
  const hub = home.run([home.file, "--json"], {
    stdio: which === "stdout" ? ["ignore", fd, "pipe"] : ["pipe", "pipe", fd],
  });
  closeSync(fd);
  await until("it serves", () => isServed(home));
  return hub;
}

async function isServed(home: HubHome): Promise<boolean> {
  return (await home.call(["status", home.file, "--json"])).code === 0;
}

async function expectTraffic(home: HubHome): Promise<void> {
  await using meter = await openSerialPort(home.path("meter"));
  await using logger = await openSerialPort(home.path("logger"));
  const reader = logger.reader;
  await meter.send(LINE);
  deepEqual(Buffer.from(await reader.receiveUntil("\n")), LINE);
}

test("hub goes on when its log cannot be written, and says so once on standard error and in status", async (t) => {
  const home = new HubHome(t);
  const hub = await startOn(home, "/dev/full", "stdout");

  await expectTraffic(home);
  const status = await home.call(["status", home.file, "--json"]);
  const table = await home.call(["status", home.file]);
  hub.process.kill("SIGTERM");
  const end = await hub.ended();

  deepEqual(end, { code: 0, signal: null });
  equal(hub.stderr.text.trim().split("\n").length, 1);
  const { event, message } = JSON.parse(hub.stderr.text) as Record<string, string>;
  deepEqual(
    [event, message],
    [
      "log-failed",
      "Cannot write the log: no space left on device (ENOSPC); the hub continues without it",
    ],
  );
  const { log } = JSON.parse(status.text) as { log: { lostLines: number; error: string } };
  equal(log.error, "no space left on device (ENOSPC)");
  match(table.text, /^log {6}\d+ lines lost: no space left on device \(ENOSPC\)$/m);
});

test("hub goes on when neither its output nor its errors can be written", async (t) => {
  const home = new HubHome(t);
  const full = openSync("/dev/full", "a");
  const hub = home.run([home.file], { stdio: ["ignore", full, full] });
  closeSync(full);
  await until("it serves", () => isServed(home));

  await expectTraffic(home);
  hub.process.kill("SIGTERM");

  deepEqual(await hub.ended(), { code: 0, signal: null });
});

test("hub with a member on standard output goes on when its log on standard error is full", async (t) => {
  const home = new HubHome(t);
  home.write(readFileSync(home.file, "utf8").concat("      io: { stdio: true }\n"));
  const hub = await startOn(home, "/dev/full", "stderr");

  await using meter = await openSerialPort(home.path("meter"));
  await meter.send(LINE);
  await hub.stdout.until(/MEAS 12.500/);
  hub.process.kill("SIGTERM");

  deepEqual(await hub.ended(), { code: 0, signal: null });
});

test("hub writes whole lines again when there is room on the disk, and how many were lost", async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  const home = new HubHome(t);
  const [log, filler] = [join(disk, "log"), join(disk, "filler")];
  writeFileSync(filler, Buffer.alloc(60 * 1024));
  const hub = await startOn(home, log, "stdout");
  while (!hub.stderr.text.includes("log-failed")) await expectTraffic(home);

  rmSync(filler);
  while (!readFileSync(log, "utf8").includes("lost-lines")) await expectTraffic(home);
  hub.process.kill("SIGTERM");
  await hub.ended();

  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  const broken = lines.filter((line) => !line.endsWith("}"));
  equal(broken.length <= 1, true, "only the line that the full disk cut off is not whole");
  equal((JSON.parse(lines.at(-1) ?? "") as { event: string }).event, "stopping");
});

/** Mounts 64 KiB; `undefined`, and the test skipped, for a user who may not mount. */
function smallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-cli-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
  t.after(() => {
    if (status === 0) spawnSync("umount", [folder]);
    rmdirSync(folder);
  });
  if (status === 0) return folder;
  t.skip("this user cannot mount a file system");
  return undefined;
}
