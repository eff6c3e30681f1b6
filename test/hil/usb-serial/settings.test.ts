// Settings on the kernel's ftdi_sio: accepted, silently changed, and missing ones.

import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { after, afterEach, test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import {
  inspectSerialPort,
  openSerialPort,
  type Rs485Config,
  type SerialConfigInput,
  type SerialPort,
} from "anyserial";
import { controlLines } from "../helpers/ioctl.ts";
import { plugAdapter } from "../helpers/usb-adapter.ts";

const { path } = await plugAdapter({ after }, { channel: "left" });
const TIMER = `/sys/class/tty/${basename(path)}/device/latency_timer`;
const RS485: Rs485Config = {
  enabled: true,
  rtsOnSend: true,
  rtsAfterSend: false,
  delayBeforeSendMs: 0,
  delayAfterSendMs: 0,
  rxDuringTx: false,
};
const CHANGED = { name: "UnsupportedConfigurationError", code: "ERR_SERIAL_SETTING_CHANGED" };

let port: SerialPort | undefined;

async function open(config: SerialConfigInput): Promise<SerialPort> {
  port = await openSerialPort(path, config);
  return port;
}

async function latency(): Promise<{ flag: boolean | undefined; timerMs: number }> {
  const { lowLatency } = await inspectSerialPort(path);
  return { flag: lowLatency, timerMs: Number(readFileSync(TIMER, "utf8")) };
}

afterEach(async () => {
  await port?.close();
});

test("lowLatency sets the driver's flag and the latency timer, close() puts both back", async () => {
  writeFileSync(TIMER, "16"); // the emulated chip starts with 0
  const opened = await open({ lowLatency: true });
  deepEqual(await latency(), { flag: true, timerMs: 1 });
  await opened.close();

  deepEqual(await latency(), { flag: false, timerMs: 16 });
});

test("lowLatency restores the timer that another program had set", async () => {
  writeFileSync(TIMER, "5");
  const opened = await open({ lowLatency: true });
  deepEqual(await latency(), { flag: true, timerMs: 1 });
  await opened.configure({ lowLatency: false });

  deepEqual(await latency(), { flag: false, timerMs: 5 });
});

for (const baudRate of [50, 9600, 250_000, 2_999_999]) {
  test(`baudRate ${baudRate} is taken exactly`, async () => {
    const opened = await open({ baudRate });

    equal((await opened.effectiveConfig()).baudRate, baudRate);
  });
}

test("baudRate 3500000 is refused: the driver silently takes 9600", async () => {
  await rejects(open({ baudRate: 3_500_000 }), { ...CHANGED, path, operation: "configure" });
});

test("configure() that the driver does not follow leaves the settings as they were", async () => {
  const opened = await open({ baudRate: 57_600 });

  await rejects(opened.configure({ baudRate: 3_500_000 }), CHANGED);

  equal(opened.config.baudRate, 57_600);
  equal((await opened.effectiveConfig()).baudRate, 57_600);
});

test("baudRate 3500000 under the policy warn is what the driver took, with one warning", async () => {
  const warned = once(process, "warning");
  const opened = await open({ baudRate: 3_500_000, unsupportedPolicy: "warn" });
  const [warning] = await warned;

  equal(warning.name, "SerialUnsupportedWarning");
  equal(warning.code, "ERR_SERIAL_SETTING_CHANGED");
  equal((await opened.effectiveConfig()).baudRate, 9600);
});

test("dataBits 7 with parity are kept by the driver", async () => {
  const opened = await open({ dataBits: 7, parity: "even", stopBits: 2 });
  const { dataBits, parity, stopBits } = await opened.effectiveConfig();

  deepEqual({ dataBits, parity, stopBits }, { dataBits: 7, parity: "even", stopBits: 2 });
});

test("dataBits 6 are refused: the driver silently keeps its old value", async () => {
  await rejects(open({ dataBits: 6 }), CHANGED);

  const opened = await open({});
  await rejects(opened.configure({ dataBits: 6 }), CHANGED);
  equal((await opened.effectiveConfig()).dataBits, 8);
});

test("sendBreak() takes as long as asked, and an aborted one leaves the port usable", async () => {
  const opened = await open({});
  const controller = new AbortController();

  await opened.sendBreak({ durationMs: 20 });
  const aborted = rejects(
    opened.sendBreak({ durationMs: 60_000, signal: controller.signal }),
    (reason) => reason === "enough",
  );
  controller.abort("enough");
  await aborted;

  await opened.send(new Uint8Array(1));
});

test("setControlLines() sets DTR and RTS each by itself", async () => {
  const opened = await open({});
  deepEqual(controlLines(opened.fd), { dtr: true, rts: true });

  await opened.setControlLines({ dtr: false });
  deepEqual(controlLines(opened.fd), { dtr: false, rts: true });
  await opened.setControlLines({ dtr: true, rts: false });
  deepEqual(controlLines(opened.fd), { dtr: true, rts: false });
});

test("controlLines are as asked right after open", async () => {
  const opened = await open({ controlLines: { dtr: false, rts: false } });

  deepEqual(controlLines(opened.fd), { dtr: false, rts: false });
});

test("inspectSerialPort() raises DTR and RTS of a port that is in use, as opening it does", async () => {
  const opened = await open({ controlLines: { dtr: false, rts: false } });
  await inspectSerialPort(path);

  deepEqual(controlLines(opened.fd), { dtr: true, rts: true });
});

test("modemLines() reports the lines of the emulated chip", async () => {
  const opened = await open({});

  deepEqual(await opened.modemLines(), { cts: true, dsr: true, ri: false, dcd: true });
  equal(opened.capabilities.modemLines, "supported");
});

test("exclusive keeps out a second opener who asks for the lock", async () => {
  await open({ exclusive: true });

  await rejects(openSerialPort(path, { exclusive: true }), { name: "PortBusyError" });
});

test("exclusive keeps out a user who asks for no lock", async (t) => {
  chmodSync(path, 0o666);
  await open({ exclusive: true });

  process.seteuid?.(65_534);
  t.after(() => process.seteuid?.(0));
  await rejects(openSerialPort(path), { name: "PortBusyError", code: "EBUSY" });
  process.seteuid?.(0);

  await port?.close();
  await (await open({})).close();
});

test("rs485 is refused under the policy raise, and nothing is left of the attempt", async () => {
  await rejects(open({ baudRate: 19_200, rs485: RS485 }), {
    name: "UnsupportedFeatureError",
    code: "ENOTTY",
    path,
    operation: "configure",
  });

  notEqual((await inspectSerialPort(path)).settings.baudRate, 19_200);
});

test("rs485 under the policy warn opens the port with one warning", async () => {
  const warned = once(process, "warning");
  const opened = await open({ rs485: RS485, unsupportedPolicy: "warn" });
  const [warning] = await warned;

  equal(warning.name, "SerialUnsupportedWarning");
  equal(warning.code, "ENOTTY");
  equal((await opened.effectiveConfig()).rs485, null);
  equal(opened.capabilities.rs485, "unsupported");
});

test("rs485 under the policy ignore opens the port without a word", async (t) => {
  const warnings: unknown[] = [];
  const onWarning = (warning: unknown): number => warnings.push(warning);
  process.on("warning", onWarning);
  t.after(() => process.off("warning", onWarning));

  const opened = await open({ rs485: RS485, unsupportedPolicy: "ignore" });
  await nextTask();

  equal((await opened.effectiveConfig()).rs485, null);
  deepEqual(warnings, []);
});
