// `anyserial demo` as a program: its output, its clients, and its files.

import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { openSerialPort } from "anyserial";
import { type Program, startCli } from "../helpers/program.ts";

const WELL = { code: 0, signal: null };

interface Demo {
  readonly program: Program;
  /** Path of the port that is free. */
  readonly path: string;
  /** Folder in which it makes its own. */
  readonly folder: string;
}

async function startDemo(t: TestContext, args: readonly string[] = []): Promise<Demo> {
  const folder = temporaryFolder(t);
  const program = startCli(["demo", "--interval", "20ms", ...args], {
    env: { ...process.env, TMPDIR: folder },
  });
  t.after(() => program[Symbol.asyncDispose]());
  const [, path = ""] = await program.stdout.until(/anyserial monitor --echo (\S+)\n/);
  return { program, path, folder };
}

test("demo --once talks over both ports, checks every answer, and leaves nothing", async (t) => {
  const folder = temporaryFolder(t);
  await using program = startCli(["demo", "--once"], { env: { ...process.env, TMPDIR: folder } });

  deepEqual(await program.ended(), WELL);

  match(program.stdout.text, /ttyS0 {2}\*IDN\? +→ anyserial,Simulated PSU-30/);
  match(program.stdout.text, /ttyS1 {2}SET\? +→ 12\.500/);
  match(program.stdout.text, /\n13 answers, all as expected\n$/);
  equal(program.stderr.text, "");
  deepEqual(readdirSync(folder), []);
});

test("demo --once --json prints one object a line", async (t) => {
  const folder = temporaryFolder(t);
  const env = { ...process.env, TMPDIR: folder };
  await using program = startCli(["demo", "--once", "--json"], { env });

  deepEqual(await program.ended(), WELL);

  const events = program.stdout.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  equal(events[0].event, "opened");
  equal(events.filter(({ event, ok }) => event === "answer" && ok === true).length, 13);
  deepEqual(events.at(-1), { event: "verified", answers: 13, wrong: 0, ok: true });
});

test("demo serves an application on its second port, shows what it asks, and goes on measuring", async (t) => {
  const { program, path } = await startDemo(t);
  await using port = await openSerialPort(path, { baudRate: 9600 });
  const reader = port.reader;

  await port.send(Buffer.from("SET 3\r\nmeas:volt?\r\n"));

  equal(Buffer.from(await reader.receiveUntil("\n")).toString(), "OK\r\n");
  equal(Buffer.from(await reader.receiveUntil("\n")).toString(), "3.000\r\n");
  await program.stdout.until(/ttyS1 {2}SET 3 +→ OK\n/);
  await program.stdout.until(/ttyS0 {2}MEAS\? +→ \d+\.\d\d,3\.000,0\.300\n/);
  program.process.kill("SIGINT");
  deepEqual(await program.ended(), WELL);
});

test("demo escapes control characters that an application sends", async (t) => {
  const { program, path } = await startDemo(t);
  await using port = await openSerialPort(path);

  await port.send(Buffer.from("\x1b[2J\x07\n"));

  await program.stdout.until(/ttyS1 {2}\\x1b\[2J\\x07 +→ ERROR -113/);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`demo ends by itself at ${signal}, and leaves nothing behind`, async (t) => {
    const { program, path, folder } = await startDemo(t);
    equal(existsSync(path), true);

    program.process.kill(signal);

    // 0 and not 128 plus the signal: it was done before it would have been ended by force.
    deepEqual(await program.ended(), WELL);
    deepEqual(readdirSync(folder), []);
    equal(program.stderr.text, "");
  });
}

test("demo ends by itself while an application floods it and reads nothing", async (t) => {
  const { program, path, folder } = await startDemo(t);
  await using port = await openSerialPort(path);
  const flooding = new AbortController();
  const flood = port.send(Buffer.from("HELP?\n".repeat(20_000)), flooding);
  const failed = flood.then(
    () => "taken",
    () => "cut off",
  );
  await program.stdout.until(/ttyS1 {2}HELP\? +→ \*IDN/);

  program.process.kill("SIGINT");

  deepEqual(await program.ended(), WELL);
  equal(await failed, "cut off");
  deepEqual(readdirSync(folder), []);
});

test("demo ends well when the reader of its output goes away", async (t) => {
  const { program, folder } = await startDemo(t);

  program.process.stdout?.destroy();

  deepEqual(await program.exited(), WELL);
  deepEqual(readdirSync(folder), []);
});

test("demo --dir makes its folder, and removes it again with the links", async (t) => {
  const folder = temporaryFolder(t);
  const { program, path } = await startDemo(t, ["--dir", join(folder, "ports")]);
  equal(path, join(folder, "ports", "ttyS1"));

  program.process.kill("SIGTERM");

  deepEqual(await program.ended(), WELL);
  deepEqual(readdirSync(folder), []);
});

test("demo --dir leaves a folder that was there", async (t) => {
  const folder = temporaryFolder(t);
  const { program } = await startDemo(t, ["--dir", folder]);

  program.process.kill("SIGTERM");

  deepEqual(await program.ended(), WELL);
  deepEqual(readdirSync(folder), []);
});

test("demo overwrites nothing that is not its own, and removes what it had made", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "ttyS1"));
  await using program = startCli(["demo", "--once", "--dir", folder]);

  equal((await program.ended()).code, 5);

  match(program.stderr.text, /^anyserial: [^\n]*ttyS1[^\n]*\n$/);
  deepEqual(readdirSync(folder), ["ttyS1"]);
});
