// Programs of Debian that people use with serial adapters, unchanged, on emulated ones.

import { deepEqual, equal, match } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { createVirtualAdapter, type VirtualAdapter } from "anyserial/adapter";
import { missing, pathOf, programEnvironment } from "../helpers/debian-programs.ts";

/** A program, and all that it has printed. */
interface Program {
  readonly child: ChildProcess;
  readonly said: () => string;
}

function start(t: TestContext, command: string, args: readonly string[]): Program {
  const child = spawn(command, args, { env: programEnvironment() });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  return { child, said: () => said };
}

test("picocom shows the levels of all six lines, and lets its user switch DTR", {
  skip: missing("picocom"),
}, async (t) => {
  await using adapter = await createVirtualAdapter({ chip: "ft232r" });
  await adapter.setModemLines({ cts: true, dcd: true });
  const { child, said } = start(t, pathOf("picocom"), ["--baud", "19200", adapter.path]);
  await until("picocom is ready", () => said().includes("Terminal ready"));
  child.stdin?.write("\x01\x16"); // Ctrl+A Ctrl+V
  await until("it shows the lines", () => /mctl: .*RI:/.test(said()));
  match(said(), /DTR:1 DSR:0 DCD:1 RTS:1 CTS:1 RI:0/);
  child.stdin?.write("\x01\x14"); // Ctrl+A Ctrl+T
  await until("DTR falls", () => !adapter.lines().dtr);
  child.stdin?.write("typed");

  equal(await receiveText(adapter, 5), "typed");
  equal(Math.abs(adapter.settings().baudRate - 19_200) < 200, true);
});

test("minicom shows what arrives, and sends what is typed", {
  skip: missing("minicom"),
}, async (t) => {
  await using adapter = await createVirtualAdapter({ chip: "cp2102n" });
  await adapter.setModemLines({ cts: true, dsr: true, dcd: true });
  const minicom = `exec ${pathOf("minicom")} -o -b 9600 -D ${adapter.path}`;
  const { child, said } = start(t, "script", [
    "-qfc",
    `stty rows 24 cols 80; ${minicom}`,
    "/dev/null",
  ]);
  await until("minicom has opened the port", () => adapter.applicationOpen);
  await until("it is ready", () => said().includes("Welcome to minicom"));
  await adapter.send(Buffer.from("a scale of 12 kg\r\n"));
  await until("it shows the text", () => said().includes("a scale of 12 kg"));
  child.stdin?.write("tare");

  equal(await receiveText(adapter, 4), "tare");
});

test("mbpoll reads registers from a Modbus device on an adapter", {
  skip: missing("mbpoll"),
}, async (t) => {
  await using adapter = await createVirtualAdapter({ chip: "ch340" });
  const words = "-m rtu -b 9600 -P none -a 7 -r 1 -c 2 -1 -o 10".split(" ");
  const { child, said } = start(t, pathOf("mbpoll"), [...words, adapter.path]);
  const ended = once(child, "exit");
  const request: number[] = [];
  while (request.length < 8) request.push(...(await adapter.receive()));
  await adapter.send(withCrc([7, 3, 4, 0x12, 0x34, 0x00, 0x2a]));
  await ended;

  deepEqual(Buffer.from(request), withCrc([7, 3, 0, 0, 0, 2]));
  match(said(), /\[1\]:\s+4660\s+\[2\]:\s+42/);
});

test("gpsd takes an adapter for a receiver, and reports where it is", {
  skip: missing("gpsd"),
}, async (t) => {
  await using adapter = await createVirtualAdapter({ chip: "pl2303" });
  const words = ["-N", "-n", "-D", "1", "-S", "2947", adapter.path];
  start(t, pathOf("gpsd"), words);
  const speaking = setInterval(() => adapter.trySend(Buffer.from(SENTENCES)), 250);
  t.after(() => clearInterval(speaking));
  await until("gpsd has opened the adapter", () => adapter.applicationOpen);
  const report = await positionOf(t);

  equal(report["device"], adapter.path);
  deepEqual([report["lat"], report["lon"]], [48.1173, 11.516_666_667]);
});

const SENTENCES = [
  "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,",
  "GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,,",
]
  .map((body) => `$${body}*${checksum(body)}\r\n`)
  .join("");

function checksum(body: string): string {
  const sum = Buffer.from(body).reduce((sum, byte) => sum ^ byte, 0);
  return sum.toString(16).toUpperCase().padStart(2, "0");
}

/** Waits for the first position that gpsd reports. */
async function positionOf(t: TestContext): Promise<Record<string, unknown>> {
  const socket = connect(2947, "127.0.0.1");
  t.after(() => socket.destroy());
  let rest = "";
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.write('?WATCH={"enable":true,"json":true};\n');
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      const reports = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const found = reports.find((one) => one["class"] === "TPV" && one["lat"] !== undefined);
      if (found !== undefined) resolve(found);
    });
  });
}

/** Modbus RTU: CRC-16 with the polynomial 0xa001, low byte first. */
function withCrc(frame: readonly number[]): Buffer {
  let crc = 0xffff;
  for (const byte of frame) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0xa001;
  }
  return Buffer.from([...frame, crc & 0xff, crc >> 8]);
}

async function receiveText(adapter: VirtualAdapter, length: number): Promise<string> {
  const bytes: number[] = [];
  while (bytes.length < length) bytes.push(...(await adapter.receive()));
  return Buffer.from(bytes).toString();
}
