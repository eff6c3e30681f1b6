// `anyserial hub demo`: what it checks, whom it serves, and what it leaves behind.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openSerialPort } from "anyserial";
import { type Program, startCli } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { Terminal } from "../helpers/terminal.ts";

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

test("hub demo --once checks every line that everybody hears, and leaves nothing", async (t) => {
  const { program, folder } = startDemo(t, ["--once"]);

  deepEqual(await program.ended(), { code: 0, signal: null });

  match(program.stdout.text, /ttyS0 {2}\*IDN\? +→ anyserial,Simulated PSU-30/);
  match(program.stdout.text, /ttyS1 {2}SET\? +→ 12\.500/);
  match(
    program.stdout.text,
    /\n13 answers, each heard by both applications and the tap: all as expected\n$/,
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
  const reader = port.buffered();

  await port.send(Buffer.from("SET 7\nSET?\n"));
  await reader.receiveUntil("7.000\r\n");
  await program.stdout.until(/demo\/app1: MEAS\? → /);
  program.process.kill("SIGINT");

  deepEqual(await program.ended(), { code: 0, signal: null });
  deepEqual(readdirSync(folder), ["anyserial"]);
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
