// Many adapters at once, and many bytes: every one arrives, in both directions at the same time.

import { deepEqual, equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { type ChipName, createVirtualAdapter } from "anyserial/adapter";
import { unlessLong } from "../helpers/long.ts";
import { takenPorts } from "../helpers/vhci-ports.ts";

const CHIPS = ["cdc-acm", "ft232r", "cp2102n", "ch340", "pl2303"] as const;
const MANY = 16;
const MB = 1_000_000;
const PIECE = 50_000;

for (const [bytes, skip] of [
  [20_000, false],
  [(100 * MB) / MANY, unlessLong()],
] as const) {
  test(`${MANY} adapters at once move ${bytes} bytes each, both ways`, { skip }, async () => {
    const results = await Promise.allSettled(
      Array.from({ length: MANY }, (_, at) => moveBothWays(CHIPS[at % 5], bytes, at)),
    );

    deepEqual(
      results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
      [],
    );
    await until("nothing is left", () => takenPorts() === 0);
  });
}

for (const [bytes, skip] of [
  [5 * MB, false],
  [100 * MB, unlessLong()],
] as const) {
  test(`cdc-acm moves ${bytes / MB} MB both ways`, { skip }, async () => {
    await moveBothWays("cdc-acm", bytes, 1);
  });
}

async function moveBothWays(
  chip: ChipName | undefined,
  length: number,
  seed: number,
): Promise<void> {
  await using adapter = await createVirtualAdapter({ chip });
  await using port = await openSerialPort(adapter.path);
  const [there, back, atAdapter, atPort] = await Promise.all([
    send(port, length, seed),
    send(adapter, length, seed + MANY),
    receive(adapter, length),
    receive(port, length),
  ]);

  equal(atAdapter, there);
  equal(atPort, back);
}

/** @returns The hash of what was sent. */
async function send(
  to: { send(bytes: Uint8Array): Promise<void> },
  length: number,
  seed: number,
): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < length; at += PIECE) {
    const piece = Buffer.alloc(Math.min(PIECE, length - at));
    for (let byte = 0; byte < piece.length; byte++) piece[byte] = (byte * 31 + at + seed) >> 3;
    hash.update(piece);
    await to.send(piece);
  }
  return hash.digest("hex");
}

/** @returns The hash of what arrived. */
async function receive(
  from: { receive(options: { readonly maxBytes: number }): Promise<Uint8Array> },
  length: number,
): Promise<string> {
  const hash = createHash("sha256");
  for (let left = length; left > 0; ) {
    const chunk = await from.receive({ maxBytes: left });
    hash.update(chunk);
    left -= chunk.length;
  }
  return hash.digest("hex");
}
