// The programs of examples/, each against a simulated device on an emulated port.

import { deepEqual, equal, match } from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createVirtualPort } from "anyserial/pty";
import { takeUpload } from "./devices/boot-loader.ts";
import { serveBootLoader } from "./devices/esp-chip.ts";
import { registers, serveModbus, withCrc } from "./devices/modbus-device.ts";
import { serveModem } from "./devices/modem.ts";
import { servePrinter } from "./devices/printer.ts";
import { sentence } from "./devices/receiver.ts";
import { Program } from "./program.ts";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const MOST_LINES = 39;
const GGA = "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,";

test("each example has less than 40 lines", () => {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ts"));

  equal(names.length, 7);
  for (const name of names) {
    const count = readFileSync(join(EXAMPLES, name), "utf8").trimEnd().split("\n").length;
    equal(Math.max(count, MOST_LINES), MOST_LINES, `${name} has ${count} lines`);
  }
});

test("nmea-logger logs whole sentences, also of a receiver that comes back", async (t) => {
  const link = join(folder(t), "ttyGPS");
  await using program = new Program("nmea-logger", [link]);
  await using receiver = await createVirtualPort({ link });
  await program.said(/receiving/);

  await receiver.send(Buffer.from(`06.4,W*69\r\n${sentence(GGA)}`)); // it begins within a sentence
  await receiver.send(Buffer.from(sentence(GGA).replace("4807", "4907")));
  await receiver.send(Buffer.from(`${"\xff".repeat(2000)}\r\n${sentence("GPGLL,1")}`, "latin1"));
  await program.said(/GPGLL,1/);
  await receiver.close();
  await program.said(/unplugged/);
  await using again = await createVirtualPort({ link });
  await program.said(/receiving.*receiving/s);
  await again.send(Buffer.from(sentence("GPGLL,2")));
  await program.said(/Z \$GPGLL,2\*\w\w\n/);

  match(program.output, /damaged: 06\.4,W\*69\n/);
  match(program.output, /damaged: \$GPGGA,123519,4907/);
  match(program.output, /longer than 1024 bytes/);
  match(program.output, /^\d{4}-\d\d-\d\dT[\d:.]+Z \$GPGGA,123519,4807\.038,N.*\*47$/m);
  equal(program.output.match(/Z \$GPGGA/g)?.length, 1);
});

test("modbus-master asks again, and takes no late answer for another one's", async () => {
  await using device = await createVirtualPort();
  await using program = new Program("modbus-master", [device.path]);
  const meter = [undefined, damaged(registers(1, 230, 50)), withCrc(registers(1, 230, 50))];
  let pumpAsked = 0;
  const late = program.said(/pump Cannot/).then(() => device.send(withCrc(registers(2, 666, 666))));
  void serveModbus(device, async ([unit]) => {
    if (unit === 2 && ++pumpAsked <= 3) return undefined;
    if (unit === 1 && meter.length > 0) return meter.shift();
    await late;
    return withCrc(unit === 1 ? registers(1, 231, 51) : Buffer.from([2, 0x83, 2]));
  });

  await program.said(/exception/);

  deepEqual(program.output.split("\n").slice(0, 4), [
    "meter [ 230, 50 ]",
    `pump Cannot read from port "${device.path}": no answer came in time to 3 requests`,
    "meter [ 231, 51 ]",
    "pump unit 2: exception 2",
  ]);
});

test("esp-chip syncs with a boot loader over Web Serial, and names the chip", async () => {
  await using device = await createVirtualPort();
  void serveBootLoader(device);
  await using program = new Program("esp-chip", [device.path]);

  await program.said(/^ESP32\n/);
});

test("at-dialogue asks a modem that says other things meanwhile", async () => {
  await using device = await createVirtualPort();
  void serveModem(device);
  await using program = new Program("at-dialogue", [device.path]);

  equal(await program.ended(), 0, program.output);
  deepEqual(program.output.split("\n").sort(), [
    "",
    '+CMGL: 1,"REC READ","+431234"',
    '+CMGL: 2,"REC UNREAD","+431234"',
    "AT+CPIN?: +CME ERROR: 10",
    "signal: 20 of 31",
    "the first text",
    "the second text",
    'unasked: +CMTI: "SM",3',
    "unasked: RING",
  ]);
});

test("gcode-streamer sends line by line, and a damaged one again", async (t) => {
  await using device = await createVirtualPort();
  const file = join(folder(t), "part.gcode");
  writeFileSync(file, "; a square\nG28 ; home\n\nG1 X10 Y0\nG1 X10 Y10\r\nM84\n");
  const printed = servePrinter(device, 2);
  await using program = new Program("gcode-streamer", [device.path, file]);

  equal(await program.ended(), 0, program.output);
  await device.close();
  deepEqual(await printed, ["M110", "G28", "G1 X10 Y0", "G1 X10 Y10", "M84"]);
  match(program.output, /5 of 5: ok\n$/);
  match(program.output, /^2 of 5: echo:busy: processing, ok$/m);
  match(program.output, /^2 of 5: Error:checksum mismatch, Last Line: 1, Resend: 2, ok$/m);
});

test("multimeter.test passes", async () => {
  await using program = new Program("multimeter.test", []);

  equal(await program.ended(), 0, program.output);
  match(program.output, /pass 1\b/);
});

test("firmware-upload sends all blocks, a damaged one again", async (t) => {
  await using device = await createVirtualPort();
  const { file, bytes } = firmware(t, 33_000);
  const taken = takeUpload(device, { damaged: 2 });
  await using program = new Program("firmware-upload", [device.path, file]);

  equal(await program.ended(), 0, program.output);
  const image = await taken;
  equal(image.length, 33_024);
  deepEqual(image.subarray(0, 33_000), bytes);
  match(program.output, /^128 of 33000 bytes\n256 of 33000 bytes\n/);
  match(program.output, /33000 of 33000 bytes\n$/);
});

test("firmware-upload ends when the boot loader refuses a block", async (t) => {
  await using device = await createVirtualPort();
  const { file } = firmware(t, 1000);
  takeUpload(device, { refused: 3 }).catch(() => undefined);
  await using program = new Program("firmware-upload", [device.path, file]);

  equal(await program.ended(), 1);
  match(program.output, /256 of 1000 bytes\n.*canceled: byte 24/s);
});

function damaged(answer: Buffer): Buffer {
  const bytes = withCrc(answer);
  bytes[3] = (bytes[3] as number) ^ 1;
  return bytes;
}

function firmware(t: TestContext, length: number): { file: string; bytes: Buffer } {
  const file = join(folder(t), "firmware.bin");
  const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 7) % 251));
  writeFileSync(file, bytes);
  return { file, bytes };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "anyserial-examples-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
