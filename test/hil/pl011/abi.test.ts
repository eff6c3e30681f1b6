// The table of Linux on arm64, request by request: each call has an effect that another call, or the
// kernel's own files, show.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { inspectSerialPort, openSerialPort } from "anyserial";
import { askHost, qmp } from "../helpers/host.ts";
import { controlLines } from "../helpers/ioctl.ts";

const PL011 = "/dev/ttyAMA0";
const UART = "/dev/ttyS0";
/** Of QEMU's machine "virt", hw/arm/virt.c. */
const PL011_BASE = 0x0900_0000;
/** ARM DDI 0183, 3.3.7. */
const UARTLCR_H = 0x2c;
const BRK = 1;

await askHost("mode", { channel: "uart", mode: "pl011" });

test("configure() sets every framing and reads it back (TCSETS2, TCGETS2)", async () => {
  await using port = await openSerialPort(PL011);
  for (const dataBits of [5, 6, 7, 8] as const) {
    for (const parity of ["none", "even", "odd", "mark", "space"] as const) {
      for (const stopBits of [1, 2] as const) {
        await port.configure({ dataBits, parity, stopBits });

        const effective = await port.effectiveConfig();
        deepEqual(
          [effective.dataBits, effective.parity, effective.stopBits],
          [dataBits, parity, stopBits],
        );
      }
    }
  }
});

test("configure() sets standard and other rates, and refuses one beyond the clock (BOTHER)", async () => {
  await using port = await openSerialPort(PL011);
  for (const baudRate of [50, 9600, 74_880, 115_200, 250_000, 1_500_000]) {
    await port.configure({ baudRate });

    equal((await port.effectiveConfig()).baudRate, baudRate);
  }
  await rejects(port.configure({ baudRate: 2_000_000 }), {
    code: "ERR_SERIAL_SETTING_CHANGED",
    message: /changed baudRate from 2000000 to 1500000$/,
  });

  equal((await port.effectiveConfig()).baudRate, 1_500_000);
});

test("configure() sets flow control and hang-up on close (CRTSCTS, IXON, IXOFF, HUPCL)", async () => {
  await using port = await openSerialPort(PL011);
  await port.configure({ flowControl: { rtsCts: true, xonXoff: true }, hangupOnClose: false });

  const { flowControl, hangupOnClose } = await port.effectiveConfig();
  deepEqual(flowControl, { rtsCts: true, xonXoff: true, dtrDsr: false });
  equal(hangupOnClose, false);
});

test("setControlLines() sets and clears each line (TIOCMBIS, TIOCMBIC, TIOCMGET)", async () => {
  await using port = await openSerialPort(PL011);
  for (const lines of [
    { rts: true, dtr: false },
    { rts: false, dtr: true },
  ]) {
    await port.setControlLines(lines);

    deepEqual(controlLines(port.fd), lines);
  }
});

test("modemLines() shows the lines that the 16550 of QEMU has on (TIOCMGET)", async () => {
  await using port = await openSerialPort(UART);

  deepEqual(await port.modemLines(), { cts: true, dsr: true, ri: false, dcd: true });
});

test("sendBreak() switches the break on, and off when it is aborted (TIOCSBRK, TIOCCBRK)", async () => {
  await using port = await openSerialPort(PL011);
  const controller = new AbortController();
  const reason = new Error("enough");
  equal(await isSendingBreak(), false);

  const sending = port.sendBreak({ durationMs: 60_000, signal: controller.signal });
  await until("the break is on", isSendingBreak);
  controller.abort(reason);

  await rejects(sending, (error) => error === reason);
  equal(await isSendingBreak(), false);
});

/** Bit BRK of UARTLCR_H, read from the machine: the chip has no other sign of a break that it sends. */
async function isSendingBreak(): Promise<boolean> {
  const command = `xp /1wx 0x${(PL011_BASE + UARTLCR_H).toString(16)}`;
  const shown = await qmp("human-monitor-command", { "command-line": command });
  const [, value] = /: (0x[0-9a-f]+)/.exec(String(shown)) ?? [];
  return (Number(value) & BRK) !== 0;
}

test("receiveEvents() gives a received break in its place, and lineErrors() counts it (PARMRK, TIOCGICOUNT)", async () => {
  await using port = await openSerialPort(PL011, { lineErrors: "mark" });
  await using peer = await openSerialPort(UART);
  await peer.send(Uint8Array.of(0xff, 0x41));
  await until("two bytes arrived", async () => (await port.inputWaiting()) === 2);
  await qmp("chardev-send-break", { id: "pl011" });
  await until("the break arrived", async () => (await port.lineErrors()).break === 1);
  await peer.send(Uint8Array.of(0x42));

  const found: unknown[] = [];
  for await (const event of port.receiveEvents()) {
    found.push(event.kind === "data" ? [...event.data] : event.kind);
    if (found.flat().includes(0x42)) break;
  }
  deepEqual(found.flat(), [0xff, 0x41, "break", 0x42]);
});

test("lowLatency sets the driver's flag until close() (TIOCGSERIAL, TIOCSSERIAL)", async () => {
  const port = await openSerialPort(PL011, { lowLatency: true });
  equal((await inspectSerialPort(PL011)).lowLatency, true);
  await port.close();

  equal((await inspectSerialPort(PL011)).lowLatency, false);
});

test("exclusive locks, and is seen by others (flock, TIOCEXCL, TIOCGEXCL, TIOCNXCL)", async () => {
  const port = await openSerialPort(PL011, { exclusive: true });
  equal((await inspectSerialPort(PL011)).exclusive, true);
  await rejects(openSerialPort(PL011, { exclusive: true }), { name: "PortBusyError" });
  await port.close();

  equal((await inspectSerialPort(PL011)).exclusive, false);
});

test("the queues are counted and discarded (FIONREAD, TIOCOUTQ, TCFLSH)", async () => {
  await using port = await openSerialPort(PL011);
  await using peer = await openSerialPort(UART);
  await peer.send(new Uint8Array(300));
  await until("the bytes arrived", async () => (await port.inputWaiting()) === 300);
  await port.discardInput();

  equal(await port.inputWaiting(), 0);
  equal(await peer.outputWaiting(), 0);
});

test("drainExact() asks the driver for its transmitter (TIOCSERGETLSR), and sends the queued bytes", async () => {
  await using port = await openSerialPort(UART);
  await using _reader = await openSerialPort(PL011);
  const before = sent(0);
  await port.send(new Uint8Array(1000));
  await port.drainExact();

  equal(sent(0) - before, 1000);
});

/** Bytes that a 16550 has sent, by the kernel's own count. */
function sent(line: number): number {
  const text = readFileSync("/proc/tty/driver/serial", "utf8");
  return Number(new RegExp(`^${line}: .* tx:(\\d+)`, "m").exec(text)?.[1]);
}
