// `anyserial monitor` at a terminal, as an operator uses it.

import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { receiveText } from "@anyserial/test-support/receive-text";
import { createDevice, floodUntilStuck } from "../helpers/device.ts";
import { startCli, startProgram } from "../helpers/program.ts";
import { expectRestored, MENU, QUIT, startScene } from "../helpers/scene.ts";
import { Terminal } from "../helpers/terminal.ts";

const WELL = { code: 0, signal: null };

test("monitor sends keys at once, shows the answer, quits at Ctrl-] and restores the terminal", async (t) => {
  const scene = await startScene(t);
  const { device, terminal } = scene;
  notEqual(terminal.settings, scene.settings);

  await terminal.type("M");
  equal(await receiveText(device, 1), "M");
  await terminal.type("EAS?\r");
  equal(await receiveText(device, 5), "EAS?\r");
  await device.send(Buffer.from("23.5\r\n"));
  await terminal.screen.until(/23\.5\r+\n/);
  await terminal.type(QUIT);

  await expectRestored(scene);
});

test("monitor that ends in the middle of a line gives the prompt a line of its own", async (t) => {
  const scene = await startScene(t);
  await scene.device.send(Buffer.from("no end"));
  await scene.terminal.screen.until(/no end$/);

  await scene.terminal.type(QUIT);

  await scene.terminal.screen.until(/^\r\n/);
  await expectRestored(scene);
});

test("monitor sends Ctrl-C, Ctrl-D, Ctrl-Z, Ctrl-S and Ctrl-V to the device", async (t) => {
  const scene = await startScene(t);

  await scene.terminal.type("\x03\x04\x1a\x13\x11\x16\x1c");

  equal(await receiveText(scene.device, 7), "\x03\x04\x1a\x13\x11\x16\x1c");
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor --eol and --echo send and show lines", async (t) => {
  const scene = await startScene(t, ["--echo", "--eol", "crlf"]);

  await scene.terminal.type("SET 5\r");

  equal(await receiveText(scene.device, 7), "SET 5\r\n");
  await scene.terminal.screen.until(/^SET 5\r\n/);
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor shows what a hostile device sends escaped", async (t) => {
  const scene = await startScene(t);

  await scene.device.send(Buffer.from("\x1b]0;owned\x07\x1b[6n\x9b6n 25 \xc2\xb0C\n", "latin1"));

  await scene.terminal.screen.until(/^\\x1b\]0;owned\\x07\\x1b\[6n\\x9b6n 25 \xc2\xb0C\r\n/);
  await scene.terminal.type(`${MENU}q`);
  await expectRestored(scene);
});

test("monitor's menu reports actions that a device without lines cannot do, and continues", async (t) => {
  const scene = await startScene(t);
  const { terminal } = scene;

  await terminal.type(`${MENU}?`);
  await terminal.screen.until(/--- Ctrl-T s +send a file.*\r\n/);
  for (const key of ["d", "r"]) {
    await terminal.type(MENU + key);
    await terminal.screen.until(/--- Cannot set the control lines of port ".*ENOTTY.*\r\n/);
  }
  await terminal.type(`${MENU}l`);
  await terminal.screen.until(/--- Cannot read the modem lines of port ".*ENOTTY.*\r\n/);
  await terminal.type(`${MENU}b`);
  await terminal.screen.until(/--- (break sent|Cannot send a break).*\r\n/);
  await terminal.type(`${MENU}!`);
  await terminal.screen.until(/--- no such key: Ctrl-T \? lists them\r\n/);

  await terminal.type(`x${QUIT}`);
  equal(await receiveText(scene.device, 1), "x");
  await expectRestored(scene);
});

test("monitor's menu changes how bytes are shown", async (t) => {
  const scene = await startScene(t);
  const { device, terminal } = scene;

  await terminal.type(`${MENU}x`);
  await terminal.screen.until(/--- hex dump on\r\n/);
  await device.send(Buffer.from("A\x00"));
  await terminal.screen.until(/41 00 +\|A\.\|\r\n/);
  await terminal.type(`${MENU}x${MENU}t`);
  await terminal.screen.until(/--- timestamps on\r\n/);
  await device.send(Buffer.from("B\n"));
  await terminal.screen.until(/^\[\d\d:\d\d:\d\d\.\d{3}\] B\r\n/);
  await terminal.type(`${MENU}e`);
  await terminal.screen.until(/--- local echo on\r\n/);
  await terminal.type("C");
  await terminal.screen.until(/^C/);
  await terminal.type(`${MENU}i`);
  await terminal.screen.until(
    /\r\n--- .*: 115200 8N1\r\n--- flow control none\r\n--- 4 bytes received, 1 bytes sent/,
  );

  await terminal.type(QUIT);
  await expectRestored(scene);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`monitor restores the terminal and ends by itself at ${signal}`, async (t) => {
    const scene = await startScene(t);

    scene.program.process.kill(signal);

    await expectRestored(scene);
  });

  test(`monitor restores a terminal that stands still, while the device floods, at ${signal}`, async (t) => {
    const scene = await startScene(t);
    await scene.terminal.freeze();
    await floodUntilStuck(scene.device);

    scene.program.process.kill(signal);

    await expectRestored(scene);
  });
}

test("monitor restores the terminal when it crashes", async (t) => {
  const fixture = fileURLToPath(new URL("../fixtures/crash-on-signal.js", import.meta.url));
  const scene = await startScene(t, [], { NODE_OPTIONS: `--import ${fixture}` });

  scene.program.process.kill("SIGUSR2");

  deepEqual(await scene.program.exited(), { code: 1, signal: null });
  await scene.terminal.screen.until(/anyserial: not expected by any handler\r\n/);
  equal(scene.terminal.settings, scene.settings);
});

test("monitor restores the terminal when the device is gone and is not waited for", async (t) => {
  const scene = await startScene(t, ["--no-reconnect"]);

  await scene.device.close();

  deepEqual(await scene.program.exited(), { code: 9, signal: null });
  equal(scene.terminal.settings, scene.settings);
});

test("monitor enters raw mode again after it was stopped and continued", async (t) => {
  const scene = await startScene(t);
  const raw = scene.terminal.settings;
  scene.program.process.kill("SIGSTOP");
  scene.terminal.reset();

  scene.program.process.kill("SIGCONT");
  await scene.terminal.type(`${MENU}e`);
  await scene.terminal.screen.until(/local echo on/);

  equal(scene.terminal.settings, raw);
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor ends when the terminal goes away", async (t) => {
  const scene = await startScene(t);

  await scene.terminal.close();

  deepEqual(await scene.program.exited(), WELL);
});

test("a terminal that goes away leaves its numbers to no thread that starts", async (t) => {
  const terminal = await Terminal.create(t);
  const { fd } = terminal;
  const fixture = fileURLToPath(new URL("../fixtures/gone-terminal.js", import.meta.url));
  await using program = startProgram(process.execPath, [fixture], { stdio: [fd, fd, fd] });
  await terminal.screen.until(/ready/);

  await terminal.close();

  deepEqual(await program.exited(), { code: 3, signal: null });
});

test("monitor drops keys typed while the device is away, and still quits", async (t) => {
  const scene = await startScene(t);
  await scene.device.close();
  await scene.terminal.screen.until(/--- disconnected: waiting for .* to come back\r\n/);

  await scene.terminal.type("abc");
  await scene.terminal.screen.until(/--- no device: typed keys are dropped\r\n/);
  await scene.terminal.type(`def${QUIT}`);

  await expectRestored(scene);
  equal(scene.terminal.screen.text.match(/dropped/g)?.length, 1);
});

test("monitor sends the received bytes into a pipe while keys come from a terminal", async (t) => {
  const device = await createDevice(t);
  const terminal = await Terminal.create(t);
  const { settings, fd } = terminal;
  await using program = startCli(["monitor", device.path], { stdio: [fd, "pipe", fd] });
  await terminal.screen.until(/anyserial: connected to .*\r\n/);

  await terminal.type("?");
  equal(await receiveText(device, 1), "?");
  await device.send(Buffer.from("\x1b[1mbold\n"));
  await program.stdout.until(/bold\n/);
  await terminal.type(QUIT);

  deepEqual(await program.ended(), WELL);
  equal(program.stdout.text, "\x1b[1mbold\n");
  equal(terminal.settings, settings);
});
