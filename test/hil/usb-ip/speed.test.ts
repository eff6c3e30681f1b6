// An adapter beside a pty, in turns, in one run: the figures are printed. Only `ANYSERIAL_TEST_LONG=1` compares them, for
// a machine that does nothing else.

import { ok } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort, type SerialPort } from "anyserial";
import { createVirtualAdapter } from "anyserial/adapter";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { unlessLong } from "../helpers/long.ts";

const ROUNDS = 7;
const ECHOES = 300;
const BYTES = 2_000_000;
const PIECE = 16_384;

/** The best of the rounds: milliseconds of an echo, and kB/s to the device and from it. */
interface Figures {
  echo: number;
  to: number;
  from: number;
}

test("speed of cdc-acm and ft232r beside a pty", { skip: unlessLong() }, async (t) => {
  const devices = {
    pty: await createVirtualPort(),
    acm: await createVirtualAdapter({ chip: "cdc-acm" }),
    ftdi: await createVirtualAdapter({ chip: "ft232r" }),
  };
  const best: Record<keyof typeof devices, Figures> = {
    pty: { echo: Number.POSITIVE_INFINITY, to: 0, from: 0 },
    acm: { echo: Number.POSITIVE_INFINITY, to: 0, from: 0 },
    ftdi: { echo: Number.POSITIVE_INFINITY, to: 0, from: 0 },
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["pty", "acm", "ftdi"] as const) {
      const bytes = name === "ftdi" ? BYTES / 10 : BYTES;
      const figures = await measure(devices[name], bytes);
      best[name] = {
        echo: Math.min(best[name].echo, figures.echo),
        to: Math.max(best[name].to, figures.to),
        from: Math.max(best[name].from, figures.from),
      };
    }
  }
  await Promise.all(Object.values(devices).map((device) => device.close()));
  for (const [name, { echo, to, from }] of Object.entries(best)) {
    const { pty } = best;
    const ratios = [echo / pty.echo, to / pty.to, from / pty.from].map((one) => one.toFixed(2));
    t.diagnostic(
      `${name}: echo ${echo.toFixed(2)} ms, to ${to.toFixed(0)} kB/s, from ${from.toFixed(0)} kB/s: ${ratios.join(", ")} of the pty`,
    );
  }

  ok(best.acm.to >= best.pty.to, "throughput to the device");
  ok(best.acm.from >= 0.9 * best.pty.from, "throughput from the device");
  ok(best.acm.echo <= 1.5 * best.pty.echo, "echo of cdc-acm");
  ok(best.ftdi.echo <= 1.5 * best.pty.echo, "echo of ft232r");
});

async function measure(device: VirtualPort, bytes: number): Promise<Figures> {
  await using port = await openSerialPort(device.path);
  return {
    echo: await medianEcho(device, port),
    to: await throughput(port, device, bytes),
    from: await throughput(device, port, bytes),
  };
}

async function medianEcho(device: VirtualPort, port: SerialPort): Promise<number> {
  const listening = device.subscribe({ onData: (bytes) => void device.trySend(bytes) });
  const times: number[] = [];
  const one = Uint8Array.of(0x55);
  const into = new Uint8Array(1);
  for (let count = 0; count < ECHOES; count++) {
    const start = performance.now();
    await port.send(one);
    await port.receiveInto(into);
    times.push(performance.now() - start);
  }
  listening.stop();
  return times.sort((a, b) => a - b)[ECHOES / 2] ?? 0;
}

interface Sender {
  send(bytes: Uint8Array): Promise<void>;
}
interface Receiver {
  receive(): Promise<Uint8Array>;
}

/** @returns Bytes a millisecond. */
async function throughput(from: Sender, to: Receiver, bytes: number): Promise<number> {
  const piece = new Uint8Array(PIECE).fill(0x55);
  const start = performance.now();
  const sending = (async () => {
    for (let left = bytes; left > 0; left -= PIECE) await from.send(piece.subarray(0, left));
  })();
  for (let left = bytes; left > 0; ) left -= (await to.receive()).length;
  await sending;
  return bytes / (performance.now() - start);
}
