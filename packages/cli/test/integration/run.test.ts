// `anyserial run`: scripts of a browser, and the question for a port at a terminal.

import { deepEqual, equal, match } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createDevice } from "../helpers/device.ts";
import { type Program, startCli } from "../helpers/program.ts";
import { Terminal } from "../helpers/terminal.ts";

const ASK = `
  const port = await navigator.serial.requestPort({ filters: [{ usbVendorId: 0x303a }] });
  await port.open({ baudRate: 115200 });
  const writer = port.writable.getWriter();
  await writer.write(new TextEncoder().encode("hello"));
  await writer.close(); // waits until everything is sent
  await port.close();
  console.log("product", port.getInfo().usbProductId);
`;
const ASK_OR_SAY = `
  try {
    await navigator.serial.requestPort();
  } catch (error) {
    console.log(error.name, error.message);
  }
`;

function writeScript(t: TestContext, text: string, name = "script.mjs"): string {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, text);
  return path;
}

function start(t: TestContext, args: readonly string[], terminal?: Terminal): Program {
  const stdio = terminal === undefined ? "pipe" : [terminal.fd, terminal.fd, terminal.fd];
  const program = startCli(["run", ...args], { stdio: stdio as "pipe" });
  t.after(() => program[Symbol.asyncDispose]());
  return program;
}

test("run gives a script the arguments behind it, and ends with its exit code", async (t) => {
  const script = writeScript(
    t,
    "console.log(JSON.stringify(process.argv.slice(1))); process.exitCode = 7;",
  );

  const program = start(t, [script, "--json", "-x", "--", "y"]);

  deepEqual(await program.ended(), { code: 7, signal: null });
  deepEqual(JSON.parse(program.stdout.text), [script, "--json", "-x", "--", "y"]);
});

test("run puts Serial and SerialPort beside navigator.serial", async (t) => {
  const script = writeScript(
    t,
    "console.log(navigator.serial instanceof Serial, typeof SerialPort);",
  );

  const program = start(t, [script]);

  await program.ended();
  equal(program.stdout.text, "true function\n");
});

test("run starts a CommonJS script as the main module", async (t) => {
  const script = writeScript(t, "console.log(require.main === module)", "script.cjs");

  const program = start(t, [script]);

  await program.ended();
  equal(program.stdout.text, "true\n");
});

test("run leaves an error of the script to Node.js, with its stack", async (t) => {
  const script = writeScript(t, 'throw new Error("of the script")');

  const program = start(t, [script]);

  deepEqual(await program.ended(), { code: 1, signal: null });
  match(program.stderr.text, /Error: of the script\n +at .*script\.mjs:1/);
});

test("run leaves signals to the script", async (t) => {
  const script = writeScript(
    t,
    `process.on("SIGTERM", () => { console.log("got it"); process.exit(3); });
     setInterval(() => {}, 1000);
     console.log("ready");`,
  );
  const program = start(t, [script]);
  await program.stdout.until(/ready/);

  program.process.kill("SIGTERM");

  deepEqual(await program.ended(), { code: 3, signal: null });
  match(program.stdout.text, /got it/);
});

test("run refuses a script that is not there", async (t) => {
  const program = start(t, ["nowhere.mjs"]);

  equal((await program.ended()).code, 2);
  equal(program.stderr.text, 'anyserial: run: there is no script "nowhere.mjs"\n');
});

test("run without a terminal names the ports that could be granted", async (t) => {
  const device = await createDevice(t);
  const script = writeScript(t, ASK_OR_SAY);

  const program = start(t, ["--offer", `${device.path}=303a:1001`, script]);

  await program.ended();
  match(
    program.stdout.text,
    /^NotFoundError No port was chosen: there is no terminal .*--grant 303a:1001 /,
  );
  match(program.stdout.text, new RegExp(`Offered are: .*${device.path} \\(303a:1001\\)`));
});

test("run --grant PATH=VID:PID gives the script the port without a question", async (t) => {
  const device = await createDevice(t);
  const script = writeScript(t, ASK);

  const program = start(t, ["--grant", `${device.path}=303a:1001`, script]);

  equal(await receiveText(device, 5), "hello");
  deepEqual(await program.ended(), { code: 0, signal: null });
  equal(program.stdout.text, "product 4097\n");
  equal(program.stderr.text, "");
});

test("run --grant gives the script its port by getPorts() from the start, and --offer does not", async (t) => {
  const [granted, offered] = [await createDevice(t), await createDevice(t)];
  const script = writeScript(
    t,
    "console.log((await navigator.serial.getPorts()).map((port) => port.getInfo().usbProductId));",
  );

  const program = start(t, [
    `--grant=${granted.path}=303a:1`,
    `--offer=${offered.path}=303a:2`,
    script,
  ]);

  await program.ended();
  equal(program.stdout.text, "[ 1 ]\n");
});

test("run --grant VID:PID chooses among the offered ports", async (t) => {
  const [other, device] = [await createDevice(t), await createDevice(t)];
  const script = writeScript(t, ASK);

  const program = start(t, [
    "--grant=303a:1002",
    `--offer=${other.path}=303a:1001`,
    `--offer=${device.path}=303a:1002`,
    script,
  ]);

  equal(await receiveText(device, 5), "hello");
  deepEqual(await program.ended(), { code: 0, signal: null });
});

/** A script that asks at a terminal, with two emulated ports to choose from. */
async function startAsking(t: TestContext, text: string) {
  const folder = temporaryFolder(t);
  const links = ["ttyA", "ttyB"].map((name) => join(folder, name));
  const [a, b] = [await createDevice(t, links[0]), await createDevice(t, links[1])];
  const terminal = await Terminal.create(t);
  const { settings } = terminal;
  const offers = links.map((link) => `--offer=${link}=303a:1001`);
  const program = start(t, [...offers, writeScript(t, text)], terminal);
  await terminal.screen.until(
    /asks for a serial port:\r\n> 1 {2}.*ttyA.*\r\n {2}2 {2}.*ttyB.*\r\n/,
  );
  await terminal.screen.until(/Esc chooses none.*\r\n/);
  return { a, b, terminal, program, settings, folder };
}

test("run lists the ports at a terminal; arrow keys and Enter choose one", async (t) => {
  const { b, terminal, program, settings } = await startAsking(t, ASK);

  await terminal.type("\x1b[B");
  await terminal.screen.until(/ {2}1 {2}.*ttyA.*\r\n> 2 {2}.*ttyB.*\r\n/);
  await terminal.type("\r");

  equal(await receiveText(b, 5), "hello");
  await terminal.screen.until(/anyserial: serial port .*ttyB {2}\(303a:1001\)\r\n/);
  deepEqual(await program.exited(), { code: 0, signal: null });
  equal(terminal.settings, settings);
});

test("run takes a number for a port", async (t) => {
  const { b, terminal, program } = await startAsking(t, ASK);

  await terminal.type("2");

  equal(await receiveText(b, 5), "hello");
  deepEqual(await program.exited(), { code: 0, signal: null });
});

test("run rejects requestPort() with NotFoundError at Esc", async (t) => {
  const { terminal, program, settings } = await startAsking(t, ASK_OR_SAY);

  await terminal.type("\x1b");

  await terminal.screen.until(/anyserial: no serial port\r\n/);
  await terminal.screen.until(/NotFoundError/);
  deepEqual(await program.exited(), { code: 0, signal: null });
  equal(terminal.settings, settings);
});

test("run ends at Ctrl-C in the list as at Ctrl-C elsewhere, and restores the terminal", async (t) => {
  const { terminal, program, settings } = await startAsking(t, ASK);

  await terminal.type("\x03");

  deepEqual(await program.exited(), { code: null, signal: "SIGINT" });
  equal(terminal.settings, settings);
});

test("run shows a port that comes while the list is open", async (t) => {
  const terminal = await Terminal.create(t);
  const link = join(temporaryFolder(t), "ttyLATE");
  start(t, [`--offer=${link}`, writeScript(t, ASK_OR_SAY)], terminal);
  await terminal.screen.until(/There is no such port yet/);

  await createDevice(t, link);

  await terminal.screen.until(/> 1 {2}.*ttyLATE/);
  await terminal.type("\r");
  await terminal.screen.until(/anyserial: serial port .*ttyLATE/);
});

test("run keeps the keys of the list from a script that reads the terminal, and no others", async (t) => {
  const device = await createDevice(t);
  const terminal = await Terminal.create(t);
  const script = writeScript(
    t,
    `import { createInterface } from "node:readline/promises";
     const lines = createInterface({ input: process.stdin, output: process.stdout });
     console.log("first", await lines.question("first? "));
     const port = await navigator.serial.requestPort();
     console.log("second", await lines.question("second? "));
     lines.close();`,
  );
  const program = start(t, [`--offer=${device.path}=303a:1001`, script], terminal);
  await terminal.screen.until(/first\? /);
  await terminal.type("one\r");
  await terminal.screen.until(/Esc chooses none/);

  await terminal.type("1");
  await terminal.screen.until(/second\? /);
  await terminal.type("two\r");

  await terminal.screen.until(/second two/);
  deepEqual(await program.exited(), { code: 0, signal: null });
});
