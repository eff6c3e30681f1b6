// `anyserial monitor` with pipes instead of a terminal.

import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createDevice, floodUntilStuck } from "../helpers/device.ts";
import { startCommand } from "../helpers/in-process.ts";
import { startCli } from "../helpers/program.ts";

const withoutStyle = (text: string): string =>
  text.replaceAll("\x1b[2m", "").replaceAll("\x1b[22m", "");
const CONNECTED = /anyserial: connected to \S+, 115200 8N1\n/;

test("monitor sends the bytes of a pipe, prints the answer, and ends at its end", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path, "--idle", "500ms"], { input: "*IDN?\n" });

  equal(await receiveText(device, 6), "*IDN?\n");
  await device.send(Buffer.from("ACME,1\r\n"));

  equal(await command.ended, 0);
  equal(command.stdout.text, "ACME,1\r\n");
  equal(device.applicationOpen, false);
  match(command.stderr.text, new RegExp(`^${CONNECTED.source}$`));
});

test("monitor sends a pipe as it comes, each part at once", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path]);

  command.stdin.write("a");
  equal(await receiveText(device, 1), "a");
  command.stdin.write("b");
  equal(await receiveText(device, 1), "b");

  command.interrupt("SIGINT");
  equal(await command.ended, 0);
});

test("monitor --eol replaces the ends of line of a pipe", async (t) => {
  const device = await createDevice(t);
  const args = ["monitor", device.path, "--eol", "crlf", "--idle", "1ms"];
  const command = startCommand(args, { input: "a\nb\r\nc\r" });

  equal(await receiveText(device, 9), "a\r\nb\r\nc\r\n");
  equal(await command.ended, 0);
});

test("monitor only listens when its input is empty", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path], { input: "" });
  await command.stderr.until(CONNECTED);

  await device.send(Buffer.from("one"));
  await command.stdout.until(/one/);
  command.interrupt("SIGTERM");

  equal(await command.ended, 0);
  equal(command.stdout.text, "one");
});

test("monitor --timeout ends after a time", async (t) => {
  const device = await createDevice(t);

  equal(await startCommand(["monitor", device.path, "--timeout", "20ms"]).ended, 0);
});

test("monitor passes every byte unchanged into a pipe", async (t) => {
  const device = await createDevice(t);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const command = startCommand(["monitor", device.path]);
  await command.stderr.until(CONNECTED);

  await device.send(bytes);
  await command.stdout.until(/\xff/);

  deepEqual(command.bytes(), bytes);
  command.interrupt("SIGINT");
  await command.ended;
});

test("monitor keeps a device from controlling the terminal, unless --raw is given", async (t) => {
  const hostile = "\x1b]52;c;aGk=\x07 \x9b2J 25 \xc2\xb0C\n";
  for (const [args, expected] of [
    [[], "\\x1b]52;c;aGk=\\x07 \\x9b2J 25 \xc2\xb0C\n"],
    [["--raw"], hostile],
  ] as const) {
    const device = await createDevice(t);
    const command = startCommand(["monitor", device.path, "--json", ...args], { isTerminal: true });
    await command.stderr.until(/connected/);

    await device.send(Buffer.from(hostile, "latin1"));
    await command.stdout.until(/C\n$/);

    equal(withoutStyle(command.stdout.text), expected);
    command.interrupt("SIGINT");
    await command.ended;
  }
});

test("monitor --hex shows an unfinished line at a pause", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path, "--hex"]);
  await command.stderr.until(CONNECTED);

  await device.send(Buffer.from("*IDN?\n"));

  await command.stdout.until(/^2a 49 44 4e 3f 0a +\|\*IDN\?\.\|\n$/);
  command.interrupt("SIGINT");
  await command.ended;
});

test("monitor --timestamps puts the time in front of every line, also into a pipe", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path, "--timestamps"]);
  await command.stderr.until(CONNECTED);

  await device.send(Buffer.from("one\ntwo\n"));

  await command.stdout.until(/^\[\d\d:\d\d:\d\d\.\d{3}\] one\n\[\d\d:\d\d:\d\d\.\d{3}\] two\n$/);
  command.interrupt("SIGINT");
  await command.ended;
});

test("monitor --echo shows what a pipe sends", async (t) => {
  const device = await createDevice(t);
  const args = ["monitor", device.path, "--echo", "--idle", "1ms"];

  const command = startCommand(args, { input: "ping" });

  equal(await command.ended, 0);
  equal(command.stdout.text, "ping");
});

test("monitor --log appends the received bytes as they came, whatever is shown", async (t) => {
  const device = await createDevice(t);
  const log = join(temporaryFolder(t), "log");
  writeFileSync(log, "before ");
  const command = startCommand(["monitor", device.path, "--log", log, "--hex"]);
  await command.stderr.until(CONNECTED);

  await device.send(Buffer.from("\x00\x1b\xff", "latin1"));
  await command.stdout.until(/\n/);
  command.interrupt("SIGINT");

  equal(await command.ended, 0);
  equal(readFileSync(log, "latin1"), "before \x00\x1b\xff");
});

const FULL = "/dev/full";

test("monitor --log that fails is reported once, and the conversation continues", {
  skip: existsSync(FULL) ? false : `${FULL} does not exist`,
}, async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path, "--log", FULL]);
  await command.stderr.until(CONNECTED);

  await device.send(Buffer.from("one"));
  await command.stdout.until(/one/);
  await device.send(Buffer.from("two"));
  await command.stdout.until(/two/);

  command.interrupt("SIGINT");
  equal(await command.ended, 0);
  equal(command.stderr.text.match(/log ended: .*ENOSPC/g)?.length, 1);
});

test("monitor fails when its log cannot be opened", async (t) => {
  const device = await createDevice(t);

  const command = startCommand(["monitor", device.path, "--log", "/nonexistent/log"]);

  equal(await command.ended, 1);
  match(command.stderr.text, /^anyserial: Cannot open "\/nonexistent\/log": [^\n]+ \(ENOENT\)\n$/);
});

test("monitor fails at once, and with the port's code, when there is no port", async () => {
  const command = startCommand(["monitor", "/nonexistent/tty"]);

  equal(await command.ended, 3);
});

test("monitor --json prints each event as an object on one line", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path, "--json", "--no-reconnect"]);
  await command.stderr.until(/connected.*\n/);

  await device.close();

  equal(await command.ended, 9);
  const [connected, error] = command.stderr.text.trim().split("\n");
  equal(JSON.parse(connected ?? "").event, "connected");
  equal(JSON.parse(error ?? "").error.name, "SerialDisconnectedError");
});

test("monitor ends well when the reader of its output goes away", async (t) => {
  const device = await createDevice(t);
  await using program = startCli(["monitor", device.path]);
  await program.stderr.until(CONNECTED);

  program.process.stdout?.destroy();
  await device.send(Buffer.from("into the void"));

  deepEqual(await program.ended(), { code: 0, signal: null });
  match(program.stderr.text, new RegExp(`^${CONNECTED.source}$`));
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`monitor ends by itself at ${signal}, also while whoever reads its output is stuck`, async (t) => {
    const device = await createDevice(t);
    await using program = startCli(["monitor", device.path]);
    program.process.stdout?.pause();
    await program.stderr.until(CONNECTED);
    await floodUntilStuck(device);

    program.process.kill(signal);

    // 0 and not 128 plus the signal: it was done before it would have been ended by force.
    deepEqual(await program.exited(), { code: 0, signal: null });
  });
}
