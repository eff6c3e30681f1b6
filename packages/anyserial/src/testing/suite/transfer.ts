// Promises under load: no byte is lost, and no task starves.

import { equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import type { SerialPort } from "../../port/serial-port.ts";
import { bytes, nextTask, pattern, type SuiteCase, text, untilWaiting } from "./pair.ts";

const ROUND_TRIPS = 300;
/** Fits into any buffer, one byte a call. */
const UNWAITED_BYTES = 1000;
/** Enough for every cut of pieces, and not too much for a slow path. */
const MOST_TRANSFERRED = 2 * 1024 * 1024;

export const transferCases: readonly SuiteCase[] = [
  {
    name: "a transfer in both directions at once arrives whole, in pieces of any size",
    needs: ["twoEnds"],
    run: async ({ a, b, moreThanFits }) => {
      const length = Math.min(2 * moreThanFits, MOST_TRANSFERRED);
      const there = pattern(length, 3);
      const back = pattern(length, 4);
      const [atB, atA] = await Promise.all([
        hashOfReceived(b, there.length),
        hashOfReceived(a, back.length),
        sendInPieces(a, there),
        sendInPieces(b, back),
      ]);

      equal(atB, hashOf(there));
      equal(atA, hashOf(back));
    },
  },
  {
    name: "many small messages go there and back in order",
    needs: ["twoEnds"],
    run: async ({ a, b }) => {
      const echoing = (async () => {
        for (let round = 0; round < ROUND_TRIPS; round++) await b.send(await b.receive());
      })();
      for (let round = 0; round < ROUND_TRIPS; round++) {
        await a.send(bytes("x"));
        equal(text(await a.receive()), "x");
      }

      await echoing;
    },
  },
  {
    name: "receive() that never has to wait lets everything else run now and then",
    run: async ({ a, b }) => {
      await a.send(pattern(UNWAITED_BYTES));
      await untilWaiting(b, UNWAITED_BYTES);
      const into = new Uint8Array(1);
      const received = await countUntilTask(() => b.receiveInto(into));

      ok(received < UNWAITED_BYTES, `${received} receives in one task`);
    },
  },
  {
    name: "send() that never has to wait lets everything else run now and then",
    run: async ({ a }) => {
      const one = bytes("x");
      const sent = await countUntilTask(() => a.send(one));

      ok(sent < UNWAITED_BYTES, `${sent} sends in one task`);
    },
  },
  {
    name: "a flood lets timers and immediates run",
    run: async ({ a, b, moreThanFits }) => {
      const enough = Math.min(moreThanFits, 100_000);
      let timers = 0;
      let immediates = 0;
      let isOver = false;
      const timer = setInterval(() => timers++, 1);
      const count = async (): Promise<void> => {
        for (; !isOver; immediates++) await nextTask();
      };
      const counting = count();
      const into = new Uint8Array(64);
      const sending = flood(a, () => isOver);
      let received = 0;
      while (timers < 3 || immediates < 3 || received < enough) {
        received += await b.receiveInto(into);
      }
      isOver = true;
      clearInterval(timer);
      await counting;
      await drainInto(b, into, sending);

      ok(received >= enough);
    },
  },
];

/** Calls again and again until a task of its own has run. @returns Calls, 1000 at most. */
async function countUntilTask(call: () => Promise<unknown>): Promise<number> {
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });
  let calls = 0;
  for (; !hasRun && calls < UNWAITED_BYTES; calls++) await call();
  return calls;
}

async function sendInPieces(port: SerialPort, data: Uint8Array): Promise<void> {
  for (let at = 0, size = 1; at < data.length; at += size, size = (size * 7) % 10_007) {
    await port.send(data.subarray(at, at + size));
  }
}

async function hashOfReceived(port: SerialPort, count: number): Promise<string> {
  const hash = createHash("sha256");
  for (let left = count; left > 0; ) {
    const chunk = await port.receive({ maxBytes: left });
    hash.update(chunk);
    left -= chunk.length;
  }
  return hash.digest("hex");
}

function hashOf(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

async function flood(port: SerialPort, isOver: () => boolean): Promise<void> {
  const data = pattern(256);
  while (!isOver()) await port.send(data);
}

/** Reads on until the sender is done. */
async function drainInto(
  port: SerialPort,
  into: Uint8Array,
  sending: Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const stopped = sending.then(() => controller.abort());
  try {
    for (;;) await port.receiveInto(into, { signal: controller.signal });
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
  await stopped;
}
