// The doctor on real ports: findings that can be provoked without hardware.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { missing } from "@anyserial/test-support/programs";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { openSerialPort } from "anyserial";
import type { Finding } from "../../dist/doctor/finding.js";
import { createDevice, floodUntilStuck } from "../helpers/device.ts";
import { startCommand } from "../helpers/in-process.ts";
import { type Program, startCli, startProgram } from "../helpers/program.ts";

interface Diagnosis {
  readonly code: number;
  readonly findings: readonly Finding[];
}

/** Runs `anyserial doctor --json`. */
async function diagnose(...args: readonly string[]): Promise<Diagnosis> {
  const command = startCommand(["doctor", "--json", ...args]);
  const code = await command.ended;
  const { findings } = JSON.parse(command.stdout.text) as { findings: Finding[] };
  return { code, findings };
}

function find({ findings }: Diagnosis, id: string): Finding | undefined {
  return findings.find((finding) => finding.id === id && finding.severity !== "ok");
}

/** A program that opens a port and says so, then waits. */
async function hold(t: TestContext, path: string, script: string): Promise<Program> {
  const program = startProgram("python3", ["-c", script, path]);
  t.after(() => program[Symbol.asyncDispose]());
  await program.stdout.until(/open/);
  return program;
}

const OPEN =
  "import os,sys;fd=os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY);" +
  "print('open',flush=True);sys.stdin.read()";
const LOCK =
  "import fcntl,os,sys;fd=os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY);" +
  "fcntl.flock(fd,fcntl.LOCK_EX);print('open',flush=True);sys.stdin.read()";
const PTY_LEFT_EXCLUSIVE =
  "import fcntl,os,pty,sys,termios;master,fd=pty.openpty();path=os.ttyname(fd);" +
  "fcntl.ioctl(fd,termios.TIOCEXCL);os.close(fd);print('open',path,flush=True);sys.stdin.read()";
const COOKED =
  "import os,sys,termios;fd=os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY);a=termios.tcgetattr(fd);" +
  "a[3]|=termios.ICANON;termios.tcsetattr(fd,0,a);print('open',flush=True);sys.stdin.read()";

const noPython = missing("python3", ["-c", "import termios"]);

test("doctor finds nothing wrong with a port that is fine, and exits 0", async (t) => {
  const device = await createDevice(t);

  const diagnosis = await diagnose(device.path);

  equal(diagnosis.code, 0);
  deepEqual(
    diagnosis.findings.filter(({ severity }) => severity === "problem"),
    [],
  );
});

test("doctor names the nearest port for a path that is missing, and exits 1", async (t) => {
  const device = await createDevice(t, join(temporaryFolder(t), "ttyUSB0"));
  const wrong = device.path.replace("ttyUSB0", "ttyUSB1");

  const diagnosis = await diagnose(wrong);

  equal(diagnosis.code, 1);
  equal(diagnosis.findings[0]?.id, "not-found");
  ok(diagnosis.findings[0]?.summary.endsWith(`did you mean ${device.path}?`));
});

test("doctor distinguishes a dangling by-id link from a missing path", async (t) => {
  const byId = join(temporaryFolder(t), "by-id");
  mkdirSync(byId);
  const link = join(byId, "usb-FTDI_A50285BI-if00-port0");
  symlinkSync("../../ttyUSB77", link);

  const finding = find(await diagnose(link), "not-found");

  match(finding?.summary ?? "", /link whose device is gone/);
  ok(finding?.evidence.some((line) => line.includes("../../ttyUSB77")));
});

test("doctor names the program that has the port open, with its pid", {
  skip: noPython,
}, async (t) => {
  const device = await createDevice(t);
  const holder = await hold(t, device.path, OPEN);

  const finding = find(await diagnose(device.path), "busy");

  equal(finding?.severity, "warning");
  ok(finding?.summary.includes(`(pid ${holder.process.pid})`), finding?.summary);
});

test("doctor sees that the holder has locked the port", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  await hold(t, device.path, LOCK);

  const finding = find(await diagnose(device.path), "busy");

  equal(finding?.severity, "problem");
  match(finding?.evidence.join() ?? "", /holds a lock/);
});

test("doctor distinguishes an exclusive mark left on a pty from a program that has it open", {
  skip: noPython,
}, async (t) => {
  // The controller of a program of its own: a controller of anyserial clears this state.
  const maker = await hold(t, "", PTY_LEFT_EXCLUSIVE);
  await maker.stdout.until(/\n/);
  const path = maker.stdout.text.trim().replace("open ", "");

  const diagnosis = await diagnose(path);

  const finding = find(diagnosis, "left-exclusive");
  equal(finding?.severity, "problem");
  match(finding?.hint ?? "", new RegExp(`start python3?\\S* \\(pid ${maker.process.pid}\\) again`));
  equal(find(diagnosis, "busy"), undefined);
});

test("doctor sees line mode that another program set", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  await hold(t, device.path, COOKED);

  const finding = find(await diagnose(device.path), "no-data");

  equal(finding?.severity, "problem");
  match(finding?.summary ?? "", /ICANON/);
});

test("doctor counts two readers", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  await hold(t, device.path, OPEN);
  await hold(t, device.path, OPEN);

  const finding = find(await diagnose(device.path), "concurrent-readers");

  equal(finding?.severity, "problem");
  equal(finding?.evidence.length, 2);
});

test("doctor sees bytes that the holder does not read", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  await hold(t, device.path, OPEN);
  await device.send(Buffer.alloc(512, 0x55));

  const diagnosis = await diagnose(device.path);

  match(find(diagnosis, "no-data")?.summary ?? "", /512 bytes wait/);
  match(find(diagnosis, "unclosed")?.evidence.join() ?? "", /512 bytes unread/);
});

test("doctor finds output that the device does not take", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  await using port = await openSerialPort(device.path);
  await floodUntilStuck(port);

  const finding = find(await diagnose(device.path), "send-never-waits");

  equal(finding?.severity, "problem");
});

test("doctor does not take a byte, and leaves the settings as they are", async (t) => {
  const device = await createDevice(t);
  await using port = await openSerialPort(device.path, { baudRate: 9600 });
  await device.send(Buffer.from("precious"));

  await diagnose(device.path);

  equal(Buffer.from(await port.receive()).toString(), "precious");
  equal((await port.effectiveConfig()).baudRate, 9600);
});

test("doctor --baud asks the driver for a rate", async (t) => {
  const device = await createDevice(t);

  const { findings } = await diagnose(device.path, "--baud", "250000");

  equal(findings.find(({ id }) => id === "custom-baud")?.severity, "ok");
});

test("doctor --baud leaves a port alone that a program has open", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  await hold(t, device.path, OPEN);

  const { findings } = await diagnose(device.path, "--baud", "250000");

  equal(
    findings.find(({ id }) => id === "custom-baud"),
    undefined,
  );
});

test("doctor explains a refusal by the mode, with the owner and this user", async (t) => {
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}; // root is never refused
  await using trial = startCli(["--help"], user);
  const { code } = await trial.ended();
  if (code !== 0) return t.skip("another user cannot run the command from this folder");
  const device = await createDevice(t);
  chmodSync(device.devicePath, 0o000);

  await using program = startCli(["doctor", "--json", device.devicePath], user);
  await program.ended();
  const diagnosis = JSON.parse(program.stdout.text) as Diagnosis;
  const finding = find(diagnosis, "permission");

  const owner = userInfo().username;
  match(
    finding?.evidence.join() ?? "",
    new RegExp(`is 0000, owner ${owner}, group .*uid ${user.uid ?? process.getuid?.()}`),
  );
});

test("doctor --report is one block, and exits as the findings say", async (t) => {
  await using program = startCli(["doctor", "--report", join(temporaryFolder(t), "no")]);

  const { code } = await program.ended();

  equal(code, 1);
  match(program.stdout.text, /^```\nsystem: .*\n[\s\S]*```\n$/);
});

test("doctor exits 2 for a wrong command line", async () => {
  await using program = startCli(["doctor", "--bad"]);

  equal((await program.ended()).code, 2);
});

test("doctor --fix asks, and runs nothing without a yes", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  const holder = await hold(t, device.path, LOCK);
  await using program = startCli(["doctor", "--fix", device.path]);

  program.process.stdin?.end("n\n");
  await program.ended();

  match(program.stderr.text, /run `kill \d+`\? \[y\/N\]/);
  equal(holder.process.exitCode, null);
});

test("doctor --fix runs the fix after a yes", { skip: noPython }, async (t) => {
  const device = await createDevice(t);
  const holder = await hold(t, device.path, LOCK);
  await using program = startCli(["doctor", "--fix", device.path]);

  program.process.stdin?.end("y\n");
  await program.ended();

  equal((await holder.ended()).signal, "SIGTERM");
});
