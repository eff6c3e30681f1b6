// A UART on the kernel's 8250 driver: loopback, modem lines, breaks, and a line that takes nothing.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { afterEach, test } from "node:test";
import { until } from "@anyserial/test-support/until";
import {
  listSerialPorts,
  openSerialPort,
  type SendAbortedError,
  type SerialConfigInput,
  type SerialPort,
} from "anyserial";
import { askHost, qmp } from "../helpers/host.ts";
import { setLoopback } from "../helpers/ioctl.ts";

const PATH = "/dev/ttyS0";
const MEGABYTE = 1024 * 1024;
const CALM = { cts: true, dsr: true, ri: false, dcd: true };

let port: SerialPort;

async function open(config: SerialConfigInput = {}): Promise<SerialPort> {
  port = await openSerialPort(PATH, config);
  return port;
}

async function openLooped(): Promise<SerialPort> {
  await open();
  setLoopback(port.fd, true);
  return port;
}

async function hostSends(text: string): Promise<void> {
  await askHost("send", { channel: "line", data: Buffer.from(text).toString("base64") });
}

/** Writes until the line, which takes nothing, has filled everything on the way. */
async function fillUp(): Promise<void> {
  await askHost("mode", { channel: "line", mode: "stall" });
  const chunk = new Uint8Array(4096);
  for (let idle = 0; idle < 20; idle++) {
    if (port.trySend(chunk) > 0) idle = 0;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How much the kernel keeps then depends on how much the host's socket took. */
async function untilNothingMoves(): Promise<void> {
  let before = 0;
  let same = 0;
  await until("the line takes nothing any more", async () => {
    const waiting = await port.outputWaiting();
    same = waiting > 0 && waiting === before ? same + 1 : 0;
    before = waiting;
    return same === 20;
  });
}

/** A line that takes nothing would hold a broken test up for good. */
const BOUNDED = { timeout: 60_000 };

afterEach(async () => {
  await askHost("mode", { channel: "line", mode: "sink" });
  if (port?.isOpen) setLoopback(port.fd, false); // the driver keeps it over a close
  await port?.close();
});

test("listSerialPorts() leaves out the placeholders of absent UARTs", async () => {
  const ports = await listSerialPorts();
  const uarts = ports.filter(({ name }) => name.startsWith("ttyS"));

  equal(uarts.length, 3);
  ok(uarts.some(({ path }) => path === PATH));
  ok(readdirSync("/dev").filter((name) => /^ttyS\d+$/.test(name)).length > 3);
  deepEqual(
    uarts.map(({ driver }) => driver).filter((driver) => driver === undefined),
    [],
  );
});

test("openSerialPort() of an absent UART says that there is none", async () => {
  const absent = await absentUart();

  await rejects(openSerialPort(absent), { name: "PortNotFoundError", path: absent });
});

test("receive() gets the bytes of send(), over the loopback of the chip", async () => {
  await openLooped();
  const all = Uint8Array.from({ length: 256 }, (_, value) => value);

  const received = port.reader.receiveExactly(all.length);
  await port.send(all);

  deepEqual(Buffer.from(await received), Buffer.from(all));
});

test("modemLines() follows RTS and DTR over the loopback", async () => {
  await openLooped();

  await port.setControlLines({ rts: true, dtr: false });
  const { cts, dsr } = await port.modemLines();

  deepEqual({ cts, dsr }, { cts: true, dsr: false });
});

test("modemLineChanges() reports the edges of the loopback in order", async () => {
  await openLooped();
  await port.setControlLines({ rts: true, dtr: true });
  const changes = port.modemLineChanges();
  const found: string[] = [];

  for (const lines of [{ rts: false }, { dtr: false }, { rts: true }, { dtr: true }]) {
    const next = changes.next();
    await port.setControlLines(lines);
    const { value } = await next;
    found.push(`${value?.line} ${value?.state}`);
  }

  deepEqual(found, ["cts false", "dsr false", "cts true", "dsr true"]);
  await changes.return?.();
});

test("modemLines() without loopback are those of the line", async () => {
  await open();

  deepEqual(await port.modemLines(), CALM);
});

test("receiveEvents() gives a break where it was received", async () => {
  await open({ lineErrors: "mark" });
  await hostSends("ab");
  await until("two bytes are there", async () => (await port.inputWaiting()) >= 2);
  await qmp("chardev-send-break", { id: "line" });
  await until("the break is there", async () => (await port.lineErrors()).break === 1);
  await hostSends("cd");
  const events: string[] = [];
  for await (const event of port.receiveEvents()) {
    events.push(event.kind === "data" ? Buffer.from(event.data).toString() : event.kind);
    if (events.join("").endsWith("cd")) break;
  }

  deepEqual(events, ["ab", "break", "cd"]);
  equal((await port.lineErrors()).break, 1);
});

test("receive() without marks passes a break as a NUL, and counts it", async () => {
  await open();
  await qmp("chardev-send-break", { id: "line" });

  deepEqual([...(await port.receive())], [0]);
  equal((await port.lineErrors()).break, 1);
});

test(
  "send() on a stalled line can be aborted, and reports how many bytes went out",
  BOUNDED,
  async () => {
    await open();
    await askHost("mode", { channel: "line", mode: "stall" });
    const controller = new AbortController();

    const failed = rejects(
      port.send(new Uint8Array(MEGABYTE), { signal: controller.signal }),
      (error: SendAbortedError) => error.bytesWritten === port.stats().bytesOut,
    );
    await untilNothingMoves();
    controller.abort();
    await failed;

    ok(port.stats().bytesOut < MEGABYTE);
  },
);

test(
  "drain() on a stalled line waits, can be aborted, and resolves when the line takes it",
  BOUNDED,
  async () => {
    await open();
    await fillUp();
    ok((await port.outputWaiting()) > 0);

    await rejects(port.drain({ signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
    ok((await port.outputWaiting()) > 0);

    const draining = port.drain();
    await askHost("mode", { channel: "line", mode: "sink" });
    await draining;
    equal(await port.outputWaiting(), 0);
  },
);

test("drainExact() waits for the chip as well, where drain() is done", BOUNDED, async () => {
  await open({ flowControl: { rtsCts: true } });
  await fillUp();
  await port.discardOutput();
  await port.drain();
  await rejects(port.drainExact({ signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });

  const draining = port.drainExact();
  await askHost("mode", { channel: "line", mode: "sink" });

  await draining;
});

test("discardOutput() lets a drain() on a stalled line go", BOUNDED, async () => {
  await open();
  await fillUp();
  const draining = port.drain();
  await port.discardOutput();

  await draining;
  equal(await port.outputWaiting(), 0);
});

test("close() does not wait for a stalled line", BOUNDED, async () => {
  await open();
  await fillUp();
  const sending = rejects(port.send(new Uint8Array(MEGABYTE)), { name: "SerialClosedError" });
  await port.close();

  await sending;
});

test("baudRate that the chip cannot make is refused: the driver silently keeps the one before", async () => {
  await rejects(openSerialPort(PATH, { baudRate: 250_000 }), {
    name: "UnsupportedConfigurationError",
    code: "ERR_SERIAL_SETTING_CHANGED",
  });
});

test("rs485 is refused by a driver that only lets it be read", async () => {
  await rejects(openSerialPort(PATH, { rs485: { enabled: true } }), {
    name: "UnsupportedFeatureError",
    code: "ENOTTY",
  });
});

async function absentUart(): Promise<string> {
  const listed = (await listSerialPorts()).map(({ name }) => name);
  const name = readdirSync("/dev").find((node) => /^ttyS\d+$/.test(node) && !listed.includes(node));
  return `/dev/${name}`;
}
