// Cancellation under stress over real Win32 calls: memory that the system writes to is freed only when it
// is done with it, no byte is lost, and no handle is left.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { openSerialPort } from "anyserial";
import { ffi } from "../../dist/ffi/koffi.js";
import { layCable } from "./cable.ts";

const LANES = 6;
const ROUNDS = 12;

const kernel32 = ffi.load("kernel32.dll", "stdcall");
const currentProcess = kernel32.bind<() => number>("GetCurrentProcess", "ssize", []);
const getHandleCount = kernel32.bind<(process: number, count: Uint8Array) => number>(
  "GetProcessHandleCount",
  "int",
  ["ssize", "bytes"],
);

function handleCount(): number {
  const count = new Uint32Array(1);
  ok(getHandleCount(currentProcess(), new Uint8Array(count.buffer)) !== 0);
  return count[0] as number;
}

function lane(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % below;
  };
}

/** Opens, aborts and closes at random moments while bytes come in. */
async function churn(seed: number): Promise<number> {
  const random = lane(seed);
  let aborted = 0;
  const cable = await layCable();
  const [nameA, nameB] = cable.names as [string, string];
  for (let round = 0; round < ROUNDS; round++) {
    const a = await openSerialPort(nameA);
    const b = await openSerialPort(nameB);
    const flood = b.send(new Uint8Array(random(200_000))).catch(() => undefined);
    for (let step = 0; step < 30; step++) {
      const controller = new AbortController();
      const into = new Uint8Array(1 + random(5000));
      const received = a.receiveInto(into, { signal: controller.signal });
      if (random(2) === 0) await nextTask();
      if (random(3) > 0) controller.abort();
      else setTimeout(() => controller.abort(), random(4));
      await received.catch(() => aborted++);
      structuredClone(into, { transfer: [into.buffer] }); // its memory goes elsewhere at once
    }
    const pending = a.receive().catch(() => undefined);
    await Promise.all([a.close(), b.close()]);
    await Promise.all([pending, flood]);
  }
  await cable.close();
  return aborted;
}

test("opening, flooding, aborting and closing at random leaves no handle", async () => {
  await churn(1); // loads modules that are loaded once
  const before = handleCount();
  const aborted = await Promise.all(Array.from({ length: LANES }, (_, at) => churn(at + 2)));
  (globalThis as { gc?: () => void }).gc?.();
  await new Promise((resolve) => setTimeout(resolve, 200));

  ok(
    aborted.reduce((sum, count) => sum + count, 0) > LANES * ROUNDS,
    "too little was aborted to be meaningful",
  );
  const left = handleCount() - before;
  ok(left <= LANES, `${left} handles are left of ${LANES * ROUNDS * 2} ports`);
});

test("aborts that race with arrivals lose no byte and repeat none", async () => {
  const cable = await layCable();
  const [nameA, nameB] = cable.names as [string, string];
  const [a, b] = [await openSerialPort(nameA), await openSerialPort(nameB)];
  const random = lane(99);
  const total = 20_000;
  const sent = Uint8Array.from({ length: total }, (_, at) => (at * 7 + (at >> 8)) & 255);
  const sending = (async () => {
    for (let at = 0; at < total; ) {
      const part = sent.subarray(at, at + 1 + random(400));
      await b.send(part);
      at += part.length;
      if (random(2) === 0) await nextTask();
    }
  })();
  const got: number[] = [];
  while (got.length < total) {
    const controller = new AbortController();
    const received = a.receive({ signal: controller.signal, maxBytes: 1 + random(100) });
    if (random(3) === 0) setImmediate(() => controller.abort());
    for (const byte of await received.catch(() => new Uint8Array(0))) got.push(byte);
  }
  await sending;

  equal(Buffer.compare(Buffer.from(got), Buffer.from(sent)), 0);
  await Promise.all([a.close(), b.close()]);
  await cable.close();
});
