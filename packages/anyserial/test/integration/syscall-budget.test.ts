// What a receive and a send cost, counted and not timed: system calls, waits, and copies of the
// payload. The times are in bench/.

import { deepEqual, equal, ok } from "node:assert/strict";
import { arch } from "node:process";
import { test } from "node:test";
import { createSerialConfig, type SerialPort, type SerialStats } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openPtyPair } from "anyserial/testing";
import { ffi } from "#internal/ffi/koffi.js";
import { LinuxBackend, linuxParts } from "#internal/linux/backend.js";
import { openWith } from "#internal/open.js";
import { leakFree } from "../helpers/leak-free.ts";
import { startTraced, whyNoStrace } from "../helpers/strace.ts";
import { until } from "../helpers/until.ts";

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
  "receiveAvailable() takes what three sends left with one read",
  leakFree(async () => {
    await using pair = await openPtyPair();
    for (const part of ["one", "two", "three"]) await pair.device.send(Buffer.from(part));
    await arrived(pair.port, 11);

    equal(Buffer.from(await pair.port.receiveAvailable()).toString(), "onetwothree");

    deepEqual(pair.port.stats(), { ...NOTHING, readCalls: 1, bytesIn: 11 });
  }),
);

test(
  "receiveAvailable() that waits makes one read that returns data",
  leakFree(async () => {
    await using pair = await openPtyPair();

    const waiting = pair.port.receiveAvailable();
    await pair.device.send(Buffer.from("late"));
    await waiting;

    const { readCalls, wouldBlock } = pair.port.stats();
    equal(readCalls - wouldBlock, 1);
  }),
);

test(
  "send() of what fits is one write and no wait",
  leakFree(async () => {
    await using pair = await openPtyPair();

    await pair.port.send(Buffer.from("request"));

    deepEqual(pair.port.stats(), { ...NOTHING, writeCalls: 1, bytesOut: 7 });
  }),
);

test(
  "send() of what does not fit waits once for every write that finds no room",
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
  "receive() returns the memory that the kernel filled",
  leakFree(async () => {
    await using pair = await openObserved();

    const reply = pair.port.receive();
    await pair.device.send(Buffer.from("reply"));

    const { buffer, byteOffset } = await reply;
    const filled = pair.reads.at(-1);
    equal(filled?.buffer, buffer);
    equal(filled?.byteOffset, byteOffset);
  }),
);

test(
  "receive() of small replies uses one block of memory for many of them",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const blocks = new Set<ArrayBufferLike>();

    for (let count = 0; count < 1000; count++) {
      const reply = pair.port.receive();
      await pair.device.send(Buffer.from("x"));
      blocks.add((await reply).buffer);
    }

    equal(blocks.size, 1);
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
    const before = process.memoryUsage().arrayBuffers;

    for (let count = 0; count < 1000; count++) {
      const received = pair.port.receiveInto(into);
      await pair.device.send(chunk);
      await received;
    }

    const grown = process.memoryUsage().arrayBuffers - before;
    ok(grown < 64 * 1024, `buffers of ${grown} bytes for ${1000 * chunk.length} received`);
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

for (const mechanism of ["libuv", "reactor"]) {
  test(
    `an idle open port makes no system call, with ${mechanism}`,
    { skip },
    leakFree(async (t) => {
      await using device = await createVirtualPort();
      const traced = startTraced(t, ["hold-port", device.path], { ANYSERIAL_READINESS: mechanism });
      await using child = traced.child;
      await child.message();

      await traced.atRest(REST_MS);

      child.process.stdin?.end();
      equal((await child.ended()).code, 0);
    }),
  );
}

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

async function openObserved(): Promise<Observed> {
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
  const backend = new LinuxBackend({ ...parts, platform: { ...parts.platform, libc: observing } });
  const device = await createVirtualPort();
  const target = { path: device.path, info: undefined };
  const port = await openWith(backend, target, createSerialConfig());
  const close = async (): Promise<void> => {
    await Promise.all([port.close(), device.close()]);
  };
  return { port, device, reads, writes, [Symbol.asyncDispose]: close };
}
