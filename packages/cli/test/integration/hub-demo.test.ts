// `anyserial hub demo`: its checks, its clients, and its files.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { openSerialPort } from "anyserial";
import { type Program, startCli } from "../helpers/program.ts";
import { Terminal } from "../helpers/terminal.ts";

const BIN = fileURLToPath(new URL("../../bin/anyserial.js", import.meta.url));

interface Demo {
  readonly program: Program;
  readonly folder: string;
}

function startDemo(t: TestContext, args: readonly string[], terminal?: Terminal): Demo {
  const folder = temporaryFolder(t);
  const env = { ...process.env, TMPDIR: folder, XDG_RUNTIME_DIR: join(folder) };
  const stdio = terminal === undefined ? "pipe" : [terminal.fd, terminal.fd, terminal.fd];
  const program = startCli(["hub", "demo", "--interval", "20ms", ...args], { env, stdio });
  t.after(() => program[Symbol.asyncDispose]());
  return { program, folder };
}

test("hub demo --once checks every line that reaches the members, and leaves nothing", async (t) => {
  const { program, folder } = startDemo(t, ["--once"]);

  deepEqual(await program.ended(), { code: 0, signal: null });

  match(program.stdout.text, /ttyS0 {2}\*IDN\? +→ anyserial,Simulated PSU-30/);
  match(program.stdout.text, /ttyS1 {2}SET\? +→ 12\.500/);
  match(
    program.stdout.text,
    /\n13 answers, each received by both applications and the tap: all as expected\n$/,
  );
  equal(program.stderr.text, "");
  deepEqual(readdirSync(folder), ["anyserial"]);
  deepEqual(readdirSync(join(folder, "anyserial")), []);
});

test("hub demo --once --json prints one object a line", async (t) => {
  const { program } = startDemo(t, ["--once", "--json"]);
  await program.ended();

  const events = program.stdout.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

  equal(
    events.filter(({ event, ok: isRight }) => event === "answer" && isRight === true).length,
    13,
  );
  deepEqual(events.at(-1), { event: "verified", answers: 13, wrong: 0, lost: 0, ok: true });
});

test("hub demo serves an application on its second port", async (t) => {
  const { program, folder } = startDemo(t, ["--dir", join(temporaryFolder(t), "ports")]);
  const [, path = ""] = await program.stdout.until(/anyserial monitor --echo --eol lf (\S+)\n/);
  await using port = await openSerialPort(path);
  const reader = port.reader;

  await port.send(Buffer.from("SET 7\nSET?\n"));
  await reader.receiveUntil("7.000\r\n");
  await program.stdout.until(/demo\/app1: MEAS\? → /);
  program.process.kill("SIGINT");

  deepEqual(await program.ended(), { code: 0, signal: null });
  deepEqual(readdirSync(folder), ["anyserial"]);
});

test("hub demo prints commands that stall the tap, while the instrument still answers", async (t) => {
  const { program } = startDemo(t, ["--dir", join(temporaryFolder(t), "ports")]);
  const [, reader = ""] = await program.stdout.until(/ {2}(sleep 60 < .+ &)\n/);
  const [, writer = ""] = await program.stdout.until(/ {2}(while .+ \| npx anyserial .+)\n/);
  const faster = writer.replace("sleep 0.1;", "sleep 0.02;");
  const command = `${reader}\n${faster.replace("npx anyserial", `'${process.execPath}' '${BIN}'`)}`;
  const shell = spawn("bash", ["-c", command], { detached: true, stdio: "ignore" });
  t.after(() => process.kill(-(shell.pid ?? 0), "SIGKILL"));

  await program.stdout.until(/demo\/tap: is not being read/);
  await program.stdout.until(/demo\/app1: MEAS\? → \d/);
  program.process.kill("SIGINT");

  deepEqual(await program.ended(), { code: 0, signal: null });
});

test("hub demo shows the live table and what to try", async (t) => {
  const terminal = await Terminal.create(t);
  const { program } = startDemo(t, [], terminal);

  await terminal.screen.until(/app1 .*app2 .*instrument .*tap /s);
  await terminal.screen.until(/app1: MEAS\? /);
  program.process.kill("SIGINT");

  deepEqual(await program.ended(), { code: 0, signal: null });
  ok(terminal.screen.text.includes("anyserial monitor"));
});
