// `anyserial sniff` between a program and a device on emulated ports.

import { deepEqual, equal, match } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { findPython } from "@anyserial/test-support/programs";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import type { VirtualPort } from "anyserial/pty";
import { createDevice } from "../helpers/device.ts";
import { type RunningCommand, startCommand } from "../helpers/in-process.ts";
import { startProgram } from "../helpers/program.ts";

const python = findPython("serial");
const noPython = python === undefined ? "no python3 that has pySerial" : false;

interface Scene {
  readonly device: VirtualPort;
  readonly command: RunningCommand;
  readonly link: string;
}

async function start(t: TestContext, args: readonly string[] = []): Promise<Scene> {
  const device = await createDevice(t);
  const link = join(temporaryFolder(t), "ttySNIFF");
  const command = startCommand(["sniff", device.path, link, ...args]);
  await command.stderr.until(/the application opens/);
  return { device, command, link };
}

test("sniff prints both directions with their times, and the device has the application's rate", async (t) => {
  const { device, command, link } = await start(t);
  await using application = await openSerialPort(link, { baudRate: 9600 });
  await until("the rate has arrived", () => device.settings().baudRate === 9600);

  await application.send(Buffer.from("MEAS?\r\n"));
  equal(Buffer.from(await device.receive()).toString(), "MEAS?\r\n");
  await device.send(Buffer.from("4.5\n"));
  equal(Buffer.from(await application.receive()).toString(), "4.5\n");

  await command.stdout.until(/< /);
  match(
    command.stdout.text,
    /^\[\d\d:\d\d:\d\d\.\d{3}\] > MEAS\?\\x0d\\x0a\n\[.*\] < 4\.5\\x0a\n$/,
  );
  match(command.stderr.text, /application: set to 9600 baud/);
  command.interrupt("SIGINT");
  equal(await command.ended, 0);
});

test("sniff --framing prints a message on a line, --hex its bytes", async (t) => {
  const args = ["--framing", "slip", "--no-time"];
  const { device, command, link } = await start(t, args);
  await using application = await openSerialPort(link);

  await application.send(Uint8Array.of(1, 0xdb, 0xdc));
  await device.receive();
  await application.send(Uint8Array.of(2, 0xc0, 3, 0xc0));

  await command.stdout.until(/03\n/);
  equal(command.stdout.text, "> 01 c0 02\n> 03\n");
});

test("sniff --json prints an object for each chunk", async (t) => {
  const { command, link } = await start(t, ["--json"]);
  await using application = await openSerialPort(link);

  await application.send(Uint8Array.of(65, 255));

  await command.stdout.until(/\n/);
  const { time, from, base64 } = JSON.parse(command.stdout.text) as Record<string, string>;
  deepEqual([from, base64], ["application", "Qf8="]);
  match(time ?? "", /^\d{4}-\d\d-\d\dT/);
});

test("sniff --capture records, and the application loses nothing of a flood", async (t) => {
  const file = join(temporaryFolder(t), "flood.pcapng");
  const { device, command, link } = await start(t, ["--hex", "--capture", file]);
  await using application = await openSerialPort(link);
  const all = Buffer.alloc(100_000, "0123456789");

  const sending = application.send(all);
  let received = 0;
  while (received < all.length) received += (await device.receive()).length;
  await sending;
  command.interrupt("SIGTERM");
  equal(await command.ended, 0);

  equal(readFileSync(file).length > 2 * all.length, true, "both members are in it");
});

test("sniff of a path without a port fails, and leaves no link", async (t) => {
  const link = join(temporaryFolder(t), "ttySNIFF");

  const command = startCommand(["sniff", "/dev/ttyNOTHING", link]);

  equal(await command.ended, 3);
  match(command.stderr.text, /ttyNOTHING/);
});

test("sniff shows what pySerial and its device send to each other", {
  skip: noPython,
}, async (t) => {
  const { device, command, link } = await start(t, ["--no-time"]);
  const script = `
import serial, sys
with serial.Serial(sys.argv[1], 19200, timeout=5) as port:
    port.write(b"*IDN?\\n")
    print(port.readline().decode().strip())
`;
  await using client = startProgram(python ?? "", ["-c", script, link]);

  equal(Buffer.from(await device.receive()).toString(), "*IDN?\n");
  equal(device.settings().baudRate, 19_200);
  await device.send(Buffer.from("PSU\n"));

  deepEqual(await client.ended(), { code: 0, signal: null });
  equal(client.stdout.text, "PSU\n");
  equal(command.stdout.text, "> *IDN?\\x0a\n< PSU\\x0a\n");
});
