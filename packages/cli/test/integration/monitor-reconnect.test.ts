// `anyserial monitor` when the device goes away and comes back.

import { equal, match } from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createVirtualPort } from "anyserial/pty";
import { createDevice } from "../helpers/device.ts";
import { startCommand } from "../helpers/in-process.ts";

const CONNECTED = /connected to .*\n/;
const DISCONNECTED = /disconnected: waiting for .* to come back\n/;

test("monitor reports a disconnection and a reconnection once each", async (t) => {
  const link = join(temporaryFolder(t), "ttyTEST");
  const first = await createVirtualPort({ link });
  const command = startCommand(["monitor", link]);
  await command.stderr.until(CONNECTED);

  for (const round of ["one", "two", "three"]) {
    const device = round === "one" ? first : await createVirtualPort({ link });
    if (round !== "one") await command.stderr.until(CONNECTED);
    await device.send(Buffer.from(`${round}\n`));
    await command.stdout.until(new RegExp(`${round}\n`));
    await device.close();
    await command.stderr.until(DISCONNECTED);
  }

  command.interrupt("SIGINT");
  equal(await command.ended, 0);
  equal(command.stdout.text, "one\ntwo\nthree\n");
  equal(command.stderr.text.match(new RegExp(DISCONNECTED, "g"))?.length, 3);
  equal(command.stderr.text.match(new RegExp(`: ${CONNECTED.source}`, "g"))?.length, 3);
});

test("monitor finds the device again when its folder was gone as well", async (t) => {
  const folder = join(temporaryFolder(t), "ports");
  mkdirSync(folder);
  const link = join(folder, "ttyTEST");
  const device = await createVirtualPort({ link });
  const command = startCommand(["monitor", link]);
  await command.stderr.until(CONNECTED);

  await device.close();
  rmSync(folder, { recursive: true });
  await command.stderr.until(DISCONNECTED);
  mkdirSync(folder);
  await createDevice(t, link);

  await command.stderr.until(CONNECTED);
  command.interrupt("SIGINT");
  equal(await command.ended, 0);
});

test("monitor applies its settings anew each time", async (t) => {
  const link = join(temporaryFolder(t), "ttyTEST");
  const first = await createVirtualPort({ link });
  const command = startCommand(["monitor", link, "--baud", "9600", "--flow", "xonxoff"]);
  await command.stderr.until(CONNECTED);

  await first.close();
  await command.stderr.until(DISCONNECTED);
  const second = await createDevice(t, link);
  await command.stderr.until(CONNECTED);

  const { baudRate, flowControl } = second.settings();
  equal(baudRate, 9600);
  equal(flowControl.xonXoff, true);
  command.interrupt("SIGINT");
  await command.ended;
});

test("monitor sends bytes of a pipe that arrive while the device is away after it is back", async (t) => {
  const link = join(temporaryFolder(t), "ttyTEST");
  const first = await createVirtualPort({ link });
  const command = startCommand(["monitor", link]);
  await command.stderr.until(CONNECTED);
  await first.close();
  await command.stderr.until(DISCONNECTED);

  command.stdin.write("late");
  const second = await createDevice(t, link);

  equal(await receiveText(second, 4), "late");
  command.interrupt("SIGINT");
  equal(await command.ended, 0);
});

test("monitor --wait waits for a device that is not there yet", async (t) => {
  const link = join(temporaryFolder(t), "ttyTEST");
  const command = startCommand(["monitor", link, "--wait"]);
  await command.stderr.until(/waiting for .*\n/);

  await createDevice(t, link);

  await command.stderr.until(CONNECTED);
  command.interrupt("SIGINT");
  equal(await command.ended, 0);
});

test("monitor that waits for a device ends when it is interrupted", async (t) => {
  const command = startCommand(["monitor", join(temporaryFolder(t), "tty"), "--wait"]);
  await command.stderr.until(/waiting for .*\n/);

  command.interrupt("SIGTERM");

  equal(await command.ended, 0);
});

test("monitor --no-reconnect ends with 9 when the device goes away", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["monitor", device.path, "--no-reconnect"]);
  await command.stderr.until(CONNECTED);

  await device.close();

  equal(await command.ended, 9);
  match(command.stderr.text, /anyserial: .*the device is gone.*: hint: .*\n$/);
});
