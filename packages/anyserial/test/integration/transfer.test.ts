// Bytes over a real pty: many, in pieces, against a peer that does not read, goes away, or fails.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { alive } from "@anyserial/test-support/alive";
import { isSerialError, type SendAbortedError, type SerialPort } from "anyserial";
import type { VirtualPort } from "anyserial/pty";
import { FaultPlan, openPtyPair } from "anyserial/testing";
import { openFaultyPty } from "../helpers/faulty-pty.ts";
import { leakFree } from "../helpers/leak-free.ts";

const HUNDRED_MB = 100 * 1024 * 1024;

test(
  "send() of 100 MB in one call arrives whole and in order",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const data = repeated(HUNDRED_MB);
    const [received] = await Promise.all([
      digestOf(pair.device, data.length),
      pair.port.send(data),
    ]);

    equal(received, digest(data));
    equal(pair.port.stats().bytesOut, HUNDRED_MB);
  }),
);

test(
  "receive() of 100 MB that the device sends in one call is whole and in order",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const data = repeated(HUNDRED_MB);
    const [received] = await Promise.all([
      digestOf(pair.port, data.length),
      pair.device.send(data),
    ]);

    equal(received, digest(data));
    equal(pair.port.stats().bytesIn, HUNDRED_MB);
  }),
);

test(
  "send() and receive() move every byte when each call fails first and moves one byte then",
  leakFree(async () => {
    const plan = new FaultPlan({
      eintr: { times: 2 },
      eagain: { times: 2 },
      shortReads: { maxBytes: 1 },
      shortWrites: { maxBytes: 1 },
    });
    await using pair = await openFaultyPty(plan);
    const data = randomBytes(2000);
    const [there, back] = await Promise.all([
      digestOf(pair.device, data.length),
      digestOf(pair.port, data.length),
      pair.port.send(data),
      pair.device.send(data),
    ]);

    equal(there, digest(data));
    equal(back, digest(data));
    ok(plan.counts.eintr >= 4 * data.length, `${plan.counts.eintr} interrupts`);
    ok(plan.counts.eagain >= 4 * data.length, `${plan.counts.eagain} storms`);
    equal(plan.counts.bytes, 2 * data.length);
  }),
);

test(
  "send() to a device that goes away reports how many bytes it took, and closed reports why",
  leakFree(async () => {
    await using pair = await openFaultyPty(new FaultPlan({ disconnectAfterBytes: 1000 }));
    const error: unknown = await pair.port.send(new Uint8Array(3000)).catch((reason) => reason);

    ok(isSerialError(error));
    equal(error.name, "SerialDisconnectedError");
    equal(error.code, "EIO");
    equal(error.bytesWritten, 1000);
    equal((await pair.port.closed)?.code, "EIO");
  }),
);

test(
  "send() to a peer that never reads waits, leaves the event loop free, and reports the bytes sent",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const controller = new AbortController();
    const data = randomBytes(1024 * 1024);
    const failed: Promise<unknown> = pair.port
      .send(data, { signal: controller.signal })
      .catch((error) => error);
    // A loop that is not free does not get here; one that spins reads or writes all the time.
    await full(pair.port);
    const { writeCalls } = pair.port.stats();
    for (let turn = 0; turn < 1000; turn++) await nextTask();
    // The kernel may still find some room, and a send() looks for itself every 100 ms.
    ok(pair.port.stats().writeCalls - writeCalls < 20);

    controller.abort("enough");
    const error = (await failed) as SendAbortedError;
    equal(error.cause, "enough");
    ok(error.bytesWritten > 0 && error.bytesWritten < data.length);
    const received = await take(pair.device, error.bytesWritten);
    deepEqual(received, data.subarray(0, error.bytesWritten));
    await pair.port.send(Buffer.from("next"));
    equal((await take(pair.device, 4)).toString(), "next");
  }),
);

test(
  "receiveExactly() keeps the half of a message that came before the device went away",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const reader = pair.port.reader;
    const message = reader.receiveExactly(20);
    await pair.device.send(Buffer.from("half of a "));
    while (reader.bufferedBytes < 10) await nextTask();
    await Promise.all([rejects(message, { name: "SerialDisconnectedError" }), pair.device.close()]);

    equal(Buffer.from(reader.takeBuffered()).toString(), "half of a ");
    equal((await pair.port.closed)?.name, "SerialDisconnectedError");
  }),
);

test(
  "closed of an idle port resolves when the device goes away, for every port on it",
  leakFree(async () => {
    await using pair = await openPtyPair();
    await using other = await openPtyPair();
    const closed = alive(pair.port.closed);
    await pair.device.close();

    equal((await closed)?.name, "SerialDisconnectedError");
    equal(pair.port.isOpen, false);
    equal(other.port.isOpen, true);
  }),
);

test(
  "close() during a receive, a send, a drain and a configure ends them all and leaves nothing",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const { port } = pair;
    const waiting = [
      port.receive(),
      port.send(new Uint8Array(1024 * 1024)),
      port.drain(),
      port.drainExact(),
      port.configure({ baudRate: 9600 }),
      port.reader.receiveExactly(1),
    ].map((call) => call.then(String, (error: Error) => error.name));
    await port.close();

    const ends = await Promise.all(waiting);
    equal(ends[0], "SerialClosedError");
    equal(ends[1], "SerialClosedError");
    ok(
      ends
        .slice(2)
        .every((end) => /^(undefined|SerialClosedError|SerialConcurrencyError)$/.test(end)),
    );
    await rejects(port.receive(), { code: "ERR_SERIAL_CLOSED" });
  }),
);

/** Waits until the port has written all that the kernel takes. */
async function full(port: SerialPort): Promise<void> {
  const seen = { bytes: -1, turns: 0 };
  while (seen.turns < 50) {
    const { bytesOut, waits } = port.stats();
    seen.turns = bytesOut === seen.bytes && waits > 0 ? seen.turns + 1 : 0;
    seen.bytes = bytesOut;
    await nextTask();
  }
}

async function take(from: VirtualPort | SerialPort, count: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let left = count; left > 0; left -= chunks.at(-1)?.length ?? 0) {
    chunks.push(await from.receive({ maxBytes: left }));
  }
  return Buffer.concat(chunks);
}

async function digestOf(from: VirtualPort | SerialPort, count: number): Promise<string> {
  const hash = createHash("sha1");
  for (let left = count; left > 0; ) {
    const chunk = await from.receive();
    hash.update(chunk);
    left -= chunk.length;
  }
  return hash.digest("hex");
}

function digest(data: Uint8Array): string {
  return createHash("sha1").update(data).digest("hex");
}

/** A megabyte of noise after the other, each beginning with its number. */
function repeated(length: number): Uint8Array {
  const block = randomBytes(1024 * 1024);
  const data = Buffer.alloc(length, block);
  for (let at = 0; at < length; at += block.length) data.writeUInt32BE(at, at);
  return data;
}
