// A recording is sent again in its own rhythm.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type CaptureRecord, type ReplayOptions, replay } from "@anyserial/hub/capture";

const RECORDS: readonly CaptureRecord[] = [
  { ...record(0, "a"), source: "plant/meter", event: "received" },
  { ...record(1, "a"), source: "plant/logger", event: "transmitted" },
  { ...record(100, "b"), source: "plant/logger", event: "received" },
  { ...record(110, "b"), source: "plant/meter", event: "overflow" },
  { ...record(300, "c"), source: "plant/meter", event: "received" },
];

function record(ms: number, text: string): Omit<CaptureRecord, "source" | "event"> {
  const timestampNs = 1_700_000_000_000_000_000n + BigInt(ms) * 1_000_000n;
  return { timestampNs, bytes: Buffer.from(text), comment: undefined };
}

/** Replays on a clock that only waiting moves, and returns the times of the messages. */
async function run(options: Omit<ReplayOptions, "inject" | "clock">): Promise<string[]> {
  let now = 1000;
  const sent: string[] = [];
  const clock = {
    now: () => now,
    wait: async (delayMs: number) => {
      now += delayMs;
    },
  };
  const inject = async (network: string, member: string, bytes: Uint8Array): Promise<void> => {
    sent.push(`${now - 1000} ${network}/${member} ${Buffer.from(bytes).toString()}`);
  };
  await replay(stream(), { ...options, inject, clock });
  return sent;
}

async function* stream(): AsyncGenerator<CaptureRecord> {
  yield* RECORDS;
}

test("replay() sends the members' messages at their original times", async () => {
  assert.deepEqual(await run({}), ["0 plant/meter a", "100 plant/logger b", "300 plant/meter c"]);
});

test("replay() is as many times as fast as asked", async () => {
  assert.deepEqual(await run({ speed: 2 }), [
    "0 plant/meter a",
    "50 plant/logger b",
    "150 plant/meter c",
  ]);
});

test("replay() does not wait at infinite speed", async () => {
  const sent = await run({ speed: Number.POSITIVE_INFINITY });

  assert.deepEqual(sent, ["0 plant/meter a", "0 plant/logger b", "0 plant/meter c"]);
});

test("replay() sends into another network, and from some members only", async () => {
  assert.deepEqual(await run({ network: "lab", members: ["meter"] }), [
    "0 lab/meter a",
    "300 lab/meter c",
  ]);
});

test("replay() ends with the signal's reason while it waits", async () => {
  const ending = new AbortController();
  const reason = new Error("enough");
  const inject = async (): Promise<void> => ending.abort(reason);

  await assert.rejects(replay(stream(), { inject, signal: ending.signal }), reason);
});
