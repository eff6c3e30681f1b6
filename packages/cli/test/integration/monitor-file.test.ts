// Sending a file from the monitor's menu.

import { equal } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { receiveText } from "@anyserial/test-support/receive-text";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { expectRestored, MENU, QUIT, type Scene, startScene } from "../helpers/scene.ts";

const PROMPT = /--- file to send: /;

function makeFile(t: TestContext, content: Uint8Array): string {
  const file = join(temporaryFolder(t), "firmware.bin");
  writeFileSync(file, content);
  return file;
}

async function ask({ terminal }: Scene, file: string): Promise<void> {
  await terminal.type(`${MENU}s`);
  await terminal.screen.until(PROMPT);
  await terminal.type(`${file}\r`);
}

test("monitor sends a file as it is, with progress, and keys go to the device again", async (t) => {
  const scene = await startScene(t);
  const content = randomBytes(300_000);

  await ask(scene, makeFile(t, content));

  equal(await receiveText(scene.device, content.length), content.toString("latin1"));
  const { screen } = scene.terminal;
  await screen.until(
    /\r--- sending ".*firmware\.bin": \d+ % \(\d+ of 300000 bytes, \d+ bytes\/s\)/,
  );
  await screen.until(
    /--- sent ".*firmware\.bin": 100 % \(300000 of 300000 bytes, \d+ bytes\/s\)\r\n/,
  );
  await scene.terminal.type("x");
  equal(await receiveText(scene.device, 1), "x");
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor cancels a file at Ctrl-C while the device takes nothing, and says how far it came", async (t) => {
  const scene = await startScene(t);

  await ask(scene, makeFile(t, randomBytes(1_000_000)));
  await scene.terminal.screen.until(/sending ".*": \d+ %/);
  await scene.terminal.type("ignored\x03");

  await scene.terminal.screen.until(/--- canceled ".*": \d+ % \(\d+ of 1000000 bytes/);
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor quits during a file", async (t) => {
  const scene = await startScene(t);
  await ask(scene, makeFile(t, randomBytes(1_000_000)));
  await scene.terminal.screen.until(/sending ".*": \d+ %/);

  await scene.terminal.type(QUIT);

  await expectRestored(scene);
});

test("monitor reports how much of a file was sent when the device disconnects", async (t) => {
  const scene = await startScene(t);
  await ask(scene, makeFile(t, randomBytes(1_000_000)));
  await scene.terminal.screen.until(/sending ".*": \d+ %/);

  await scene.device.close();

  await scene.terminal.screen.until(/--- Cannot write to port ".*; \d+ % \(\d+ of 1000000 bytes/);
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor reports why it cannot send a file, and continues", async (t) => {
  const scene = await startScene(t);
  const folder = temporaryFolder(t);

  await ask(scene, join(folder, "missing"));
  await scene.terminal.screen.until(
    /--- Cannot stat ".*missing": no such file or directory \(ENOENT\)/,
  );
  await ask(scene, folder);
  await scene.terminal.screen.until(/--- Cannot send ".*": not a regular file/);

  await scene.terminal.type(`x${QUIT}`);
  equal(await receiveText(scene.device, 1), "x");
  await expectRestored(scene);
});

test("monitor holds back received bytes while a file name is typed, and Escape cancels", async (t) => {
  const scene = await startScene(t);
  await scene.terminal.type(`${MENU}s`);
  await scene.terminal.screen.until(PROMPT);

  await scene.device.send(Buffer.from("meanwhile\n"));
  await scene.terminal.type("ab");
  await scene.terminal.screen.until(/file to send: ab/);
  equal(scene.terminal.screen.text.includes("meanwhile"), false);
  await scene.terminal.type("\x1b");

  await scene.terminal.screen.until(/^[^a-z]*\r\nmeanwhile\r\n/);
  await scene.terminal.type(QUIT);
  await expectRestored(scene);
});

test("monitor does not hold back without bound while a file name is typed", async (t) => {
  const scene = await startScene(t);
  await scene.terminal.type(`${MENU}s`);
  await scene.terminal.screen.until(PROMPT);

  const flood = scene.device.send(Buffer.alloc(1_200_000, 0x7e));

  await scene.terminal.screen.until(/~~~/);
  await flood;
  await scene.terminal.type(`\x03${QUIT}`);
  await expectRestored(scene);
});

test("monitor drops keys that a device does not take, reports it once, and quits at once", async (t) => {
  const scene = await startScene(t);
  const { terminal } = scene;
  const pasted = "a".repeat(1000);

  // More than the pty and the monitor hold, while the device reads nothing.
  for (let sent = 0; sent < 200_000 && !terminal.screen.text.includes("dropped"); sent += 1000) {
    await terminal.type(pasted);
  }
  await terminal.screen.until(/--- the device takes nothing: typed keys are dropped\r\n/);

  await terminal.type(QUIT);
  await expectRestored(scene);
});
