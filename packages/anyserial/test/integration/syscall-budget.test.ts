// What a receive and a send cost, counted and not timed: system calls, waits, and copies of the
// payload. The times are in bench/.

import { deepEqual, equal, ok } from "node:assert/strict";
import { createHook } from "node:async_hooks";
import { arch } from "node:process";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { until } from "@anyserial/test-support/until";
import type { SerialConfigInput, SerialPort, SerialStats } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openPtyPair } from "anyserial/testing";
import { createSerialConfig } from "../../dist/config/config.js";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { openWith } from "../../dist/port/open.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";
import { leakFree } from "../helpers/leak-free.ts";
import { startTraced, whyNoStrace } from "../helpers/strace.ts";

const MIB = 1024 * 1024;
/** Long enough to see anything that is done now and then. */
const REST_MS = 1000;
const skip = whyNoStrace();

test(
  "receive() of a reply that it waits for is two reads and one wait",
  leakFree(async () => {
    await using pair = await openPtyPair();

    const reply = pair.port.receive();
    deepEqual(pair.port.stats(), { ...NOTHING, readCalls: 1, wouldBlock: 1, waits: 1 });
    await pair.device.send(Buffer.from("reply"));
    equal((await reply).length, 5);

    const spent = { ...NOTHING, readCalls: 2, wouldBlock: 1, waits: 1, bytesIn: 5 };
    deepEqual(pair.port.stats(), spent);
  }),
);

test(
  "receive() of a reply that it waits for creates two promises, and V8 one for its await",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const ask = async (): Promise<void> => {
      const reply = pair.port.receive();
      pair.device.trySend(Buffer.from("reply"));
      await new Promise<void>((resolve) => void reply.then(() => resolve()));
    };

    let fewest = Number.POSITIVE_INFINITY; // a slow reactor's thread may wake this one twice
    for (let round = 0; round < 10; round++) fewest = Math.min(fewest, await promisesOf(ask));

    const ownHere = 6; // of promisesOf() and ask(): their promises, what then() returns, and the awaits
    // The reactor's thread wakes this one by Atomics.waitAsync(): its promise, and what then() returns.
    const wakeUp = process.env["ANYSERIAL_READINESS"] === "reactor" ? 2 : 0;
    equal(fewest - ownHere, 3 + wakeUp);
  }),
);

/** Runs something; the number of promises that were created meanwhile. */
async function promisesOf(run: () => Promise<void>): Promise<number> {
  let created = 0;
  const hook = createHook({ init: (_, type) => void (type === "PROMISE" && created++) }).enable();
  await run();
  hook.disable();
  return created;
}

test(
  "receive() of bytes that are there is one read and no wait",
  leakFree(async () => {
    await using pair = await openPtyPair();
    await pair.device.send(Buffer.from("early"));
    await arrived(pair.port, 5);

    await pair.port.receive();

    deepEqual(pair.port.stats(), { ...NOTHING, readCalls: 1, bytesIn: 5 });
  }),
);

test(
  "receive() of a flood waits once for every read that finds nothing",
  leakFree(async () => {
    await using pair = await openPtyPair();

    const sending = pair.device.send(new Uint8Array(MIB));
    while (pair.port.stats().bytesIn < MIB) await pair.port.receive();
    await sending;

    const { wouldBlock, waits } = pair.port.stats();
    equal(wouldBlock, waits);
  }),
);

test(
  "receive() takes the bytes of three sends with one read",
  leakFree(async () => {
    await using pair = await openPtyPair();
    for (const part of ["one", "two", "three"]) await pair.device.send(Buffer.from(part));
    await arrived(pair.port, 11);

    equal(Buffer.from(await pair.port.receive()).toString(), "onetwothree");

    deepEqual(pair.port.stats(), { ...NOTHING, readCalls: 1, bytesIn: 11 });
  }),
);

test(
  "receive() that waits makes one read that returns data",
  leakFree(async () => {
    await using pair = await openPtyPair();

    const waiting = pair.port.receive();
    await pair.device.send(Buffer.from("late"));
    await waiting;

    const { readCalls, wouldBlock } = pair.port.stats();
    equal(readCalls - wouldBlock, 1);
  }),
);

test(
  "send() of bytes that fit is one write and no wait",
  leakFree(async () => {
    await using pair = await openPtyPair();

    await pair.port.send(Buffer.from("request"));

    deepEqual(pair.port.stats(), { ...NOTHING, writeCalls: 1, bytesOut: 7 });
  }),
);

test(
  "send() of bytes that do not fit waits once for every write that finds no room",
  leakFree(async () => {
    await using pair = await openPtyPair();

    const sending = pair.port.send(new Uint8Array(MIB));
    for (let left = MIB; left > 0; ) left -= (await pair.device.receive()).length;
    await sending;

    const { wouldBlock, waits, bytesOut } = pair.port.stats();
    equal(bytesOut, MIB);
    ok(waits > 0);
    equal(wouldBlock, waits);
  }),
);

test(
  "receive() that fills half of its memory returns the memory that the kernel filled",
  leakFree(async () => {
    await using pair = await openObserved({ readChunkSize: 128 });

    const reply = pair.port.receive();
    await pair.device.send(new Uint8Array(64));

    const { buffer, byteOffset } = await reply;
    const filled = pair.reads.at(-1);
    equal(filled?.buffer, buffer);
    equal(filled?.byteOffset, byteOffset);
  }),
);

test(
  "receive() of small replies reads all of them into one block, and copies each out of it",
  leakFree(async () => {
    await using pair = await openObserved();
    const results: Uint8Array[] = [];

    for (let count = 0; count < 1000; count++) {
      const reply = pair.port.receive();
      await pair.device.send(Buffer.from("x"));
      results.push(await reply);
    }

    equal(new Set(pair.reads.map(({ buffer }) => buffer)).size, 1);
    deepEqual(new Set(results.map(({ buffer }) => buffer.byteLength)), new Set([1]));
  }),
);

test(
  "receive() of one byte gives a value that is one byte for another thread, too",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const { port1, port2 } = new MessageChannel();
    const posted = new Promise<Uint8Array>((resolve) => port2.once("message", resolve));
    await pair.device.send(Buffer.from("x"));

    port1.postMessage(await pair.port.receive());

    equal((await posted).buffer.byteLength, 1);
    port1.close();
  }),
);

test(
  "receiveInto() hands the caller's memory to the kernel",
  leakFree(async () => {
    await using pair = await openObserved();
    const into = new Uint8Array(64).subarray(16, 48);

    const count = pair.port.receiveInto(into);
    await pair.device.send(Buffer.from("reply"));
    await count;

    const handed = pair.reads.map(({ buffer, byteOffset, length }) => [buffer, byteOffset, length]);
    deepEqual(handed, Array(2).fill([into.buffer, 16, 32]));
    equal(Buffer.from(into.subarray(0, 5)).toString(), "reply");
  }),
);

test(
  "receiveInto() allocates no payload",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const chunk = new Uint8Array(2048);
    const into = new Uint8Array(4096);
    const bufferBytes = (): number => process.memoryUsage().arrayBuffers;
    let allocated = 0;

    for (let count = 0; count < 200; count++) {
      const before = bufferBytes();
      const received = pair.port.receiveInto(into);
      await pair.device.send(chunk);
      await received;
      if (bufferBytes() - before >= chunk.length) allocated++;
    }

    equal(allocated, 0, "calls that allocated a buffer as large as what they received");
  }),
);

test(
  "send() hands the caller's memory to the kernel",
  leakFree(async () => {
    await using pair = await openObserved();
    const data = new Uint8Array(64).subarray(8, 24);

    await pair.port.send(data);

    deepEqual(
      pair.writes.map(({ buffer, byteOffset, length }) => [buffer, byteOffset, length]),
      [[data.buffer, 8, 16]],
    );
  }),
);

test(
  "an idle open port makes no system call",
  { skip },
  leakFree(async (t) => {
    await using device = await createVirtualPort();
    const traced = startTraced(t, ["hold-port", device.path]);
    await using child = traced.child;
    await child.message();

    await traced.atRest(REST_MS);

    child.process.stdin?.end();
    equal((await child.ended()).code, 0);
  }),
);

test(
  "a round trip is three system calls for the data, and at most nine in all",
  { skip },
  leakFree(async (t) => {
    const trips = 200;
    await using device = await createVirtualPort();
    const traced = startTraced(t, ["round-trips", device.path, String(trips)], {
      ANYSERIAL_READINESS: "libuv",
    });
    await using child = traced.child;
    const opened = await child.line();
    const { fd } = JSON.parse(opened) as { readonly fd: number };
    for (let left = trips; left > 0; left--) await device.send(await device.receive());
    const done = await child.line();
    equal((await child.ended()).code, 0);
    const calls = traced.callsBetween(`${opened}\n`, `${done}\n`);
    const starting = (text: string): number => calls.filter((call) => call.startsWith(text)).length;

    equal(starting(`write(${fd},`), trips);
    equal(starting(`read(${fd},`), 2 * trips);
    ok(calls.length <= 9 * trips, `${calls.length} calls for ${trips} round trips`);
  }),
);

const NOTHING: SerialStats = {
  bytesIn: 0,
  bytesOut: 0,
  readCalls: 0,
  writeCalls: 0,
  wouldBlock: 0,
  waits: 0,
};

function arrived(port: SerialPort, count: number): Promise<boolean> {
  return until(`${count} bytes arrive`, async () => (await port.inputWaiting()) === count);
}

/** A port that shows which memory its reads and writes are given. */
interface Observed extends AsyncDisposable {
  readonly port: SerialPort;
  readonly device: Awaited<ReturnType<typeof createVirtualPort>>;
  readonly reads: readonly Uint8Array[];
  readonly writes: readonly Uint8Array[];
}

async function openObserved(config: SerialConfigInput = {}): Promise<Observed> {
  const reads: Uint8Array[] = [];
  const writes: Uint8Array[] = [];
  const parts = linuxParts(ffi, arch);
  const { libc } = parts.platform;
  const observing = {
    ...libc,
    read: (fd: number, into: Uint8Array, length: number): number => {
      reads.push(into);
      return libc.read(fd, into, length);
    },
    write: (fd: number, data: Uint8Array, length: number): number => {
      writes.push(data);
      return libc.write(fd, data, length);
    },
  };
  const backend = new PosixBackend({ ...parts, platform: { ...parts.platform, libc: observing } });
  const device = await createVirtualPort();
  const target = { path: device.path, info: undefined };
  const port = await openWith(backend, target, createSerialConfig(config));
  const close = async (): Promise<void> => {
    await Promise.all([port.close(), device.close()]);
  };
  return { port, device, reads, writes, [Symbol.asyncDispose]: close };
}
