// Other people's programs with ours: picocom, socat and pySerial. Missing ones are skipped.

import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { findPython, missing } from "@anyserial/test-support/programs";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { type Program, startCli, startProgram } from "../helpers/program.ts";
import { Terminal } from "../helpers/terminal.ts";

const WELL = { code: 0, signal: null };
const python = findPython("serial");
const noPython = python === undefined ? "no python3 that has pySerial" : false;
const noSocat = missing("socat", ["-V"]);
const noPicocom = missing("picocom", ["--help"]);

async function startDemo(t: TestContext): Promise<{ program: Program; path: string }> {
  const env = { ...process.env, TMPDIR: temporaryFolder(t) };
  const program = startCli(["demo"], { env });
  t.after(() => program[Symbol.asyncDispose]());
  const [, path = ""] = await program.stdout.until(/anyserial monitor --echo (\S+)\n/);
  return { program, path };
}

const ASK = `
import serial, sys
with serial.Serial(sys.argv[1], 115200, timeout=5) as port:
    for command in ("*IDN?", "SET 4.5", "OUTP ON", "MEAS:VOLT?"):
        port.write(command.encode() + b"\\r")
        print(port.readline().decode().strip(), flush=True)
`;

test("demo answers pySerial", { skip: noPython }, async (t) => {
  const { path } = await startDemo(t);
  await using client = startProgram(python ?? "", ["-c", ASK, path]);

  deepEqual(await client.ended(), WELL);

  equal(client.stdout.text, "anyserial,Simulated PSU-30,0001,1.0\nOK\nOK\n4.500\n");
});

test("demo answers pySerial's miniterm at a terminal", { skip: noPython }, async (t) => {
  const { path } = await startDemo(t);
  const terminal = await Terminal.create(t);
  const { fd } = terminal;
  const args = ["-m", "serial.tools.miniterm", path, "115200"];
  await using miniterm = startProgram(python ?? "", args, { stdio: [fd, fd, fd] });
  await terminal.screen.until(/--- Quit/);

  await terminal.type("*IDN?\r");
  await terminal.screen.until(/anyserial,Simulated PSU-30/);
  await terminal.type("\x1d");

  deepEqual(await miniterm.exited(), WELL);
});

test("demo answers picocom at a terminal", { skip: noPicocom }, async (t) => {
  const { path } = await startDemo(t);
  const terminal = await Terminal.create(t);
  const { fd } = terminal;
  await using picocom = startProgram("picocom", ["--nolock", path], { stdio: [fd, fd, fd] });
  await terminal.screen.until(/Terminal ready/);

  await terminal.type("SET 2\r");
  await terminal.screen.until(/OK/);
  await terminal.type("SET?\r");
  await terminal.screen.until(/2\.000/);
  await terminal.type("\x01\x18");

  deepEqual(await picocom.exited(), WELL);
});

interface Cable {
  readonly ends: readonly [string, string];
  readonly socat: Program;
}

async function startCable(t: TestContext, folder: string): Promise<Cable> {
  const ends = [join(folder, "a"), join(folder, "b")] as const;
  const sides = ends.map((link) => `PTY,link=${link},rawer`);
  const socat = startProgram("socat", ["-d", "-d", ...sides]);
  t.after(() => socat[Symbol.asyncDispose]());
  await socat.stderr.until(/starting data transfer loop/);
  return { ends, socat };
}

test("monitors on both ends of socat's cable talk to each other", { skip: noSocat }, async (t) => {
  const { ends } = await startCable(t, temporaryFolder(t));
  await using a = startCli(["monitor", ends[0]]);
  await using b = startCli(["monitor", ends[1]]);
  await a.stderr.until(/connected/);
  await b.stderr.until(/connected/);

  a.process.stdin?.write("ping\n");
  await b.stdout.until(/^ping\n$/);
  b.process.stdin?.write("pong\n");
  await a.stdout.until(/^pong\n$/);

  for (const program of [a, b]) {
    program.process.kill("SIGINT");
    deepEqual(await program.ended(), WELL);
  }
});

test("monitor reports that socat is killed, and continues when it is back", {
  skip: noSocat,
}, async (t) => {
  const folder = temporaryFolder(t);
  const { ends, socat } = await startCable(t, folder);
  await using monitor = startCli(["monitor", ends[0]]);
  await monitor.stderr.until(/connected to/);

  socat.process.kill("SIGKILL");
  await monitor.stderr.until(/disconnected: waiting/);
  await startCable(t, folder);
  await monitor.stderr.until(/connected to/);
  await using sender = startCli(["send", ends[1], "again"]);

  deepEqual(await sender.ended(), WELL);
  await monitor.stdout.until(/^again$/);
  monitor.process.kill("SIGINT");
  deepEqual(await monitor.ended(), WELL);
});

test("monitor goes on after the program on the other end was stopped and continued", {
  skip: noSocat,
}, async (t) => {
  const { ends, socat } = await startCable(t, temporaryFolder(t));
  await using a = startCli(["monitor", ends[0]]);
  await using b = startCli(["monitor", ends[1]]);
  await a.stderr.until(/connected/);
  await b.stderr.until(/connected/);

  socat.process.kill("SIGSTOP");
  a.process.stdin?.write("later\n");
  socat.process.kill("SIGCONT");

  await b.stdout.until(/^later\n$/);
});
