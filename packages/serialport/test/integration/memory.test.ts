// Memory stays flat, whatever a program does with its chunks (node-serialport#2838).

import { equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { SerialPort } from "@anyserial/serialport";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { growthOf, type Habit, heldBytes, runTraffic } from "../helpers/traffic.ts";

const CHUNKS = 30_000 * Number(process.env["ANYSERIAL_TEST_RUNS"] ?? 1);
/** Less than the smallest object. */
const BYTES_PER_CHUNK = 8;
const STREAM_BYTES = 65_536;
/** A pty holds some 20 KB; the stream and its pool 64 KB each. */
const MOST_HELD = 1_000_000;

const HABITS: readonly (readonly [Habit, string])[] = [
  ["forgets", "a program that forgets each chunk"],
  ["keeps", "a program that keeps each chunk for a while"],
  ["parses", "a program that makes text of each chunk"],
];

for (const [habit, words] of HABITS) {
  test(`SerialPort memory is flat in ${words}`, async () => {
    const traffic = await runTraffic(CHUNKS, habit);

    equal(traffic.chunks, CHUNKS);
    const grown = growthOf(traffic);
    ok(grown < BYTES_PER_CHUNK * CHUNKS, `${grown} bytes more`);
  });
}

const LISTENERS: readonly (readonly [string, (port: SerialPort) => void])[] = [
  ["nobody listens", () => undefined],
  ["the program has paused it", (port) => port.on("data", () => undefined).pause()],
  ["the program waits for readable and does not read", (port) => port.on("readable", () => {})],
];

for (const [words, listen] of LISTENERS) {
  test(`SerialPort memory is bounded while ${words}`, async (t) => {
    await using device = await createVirtualPort();
    const port = new SerialPort({ path: device.path, baudRate: 115_200 });
    t.after(() => new Promise((resolve) => port.close(resolve)));
    await once(port, "open");
    listen(port);
    const before = heldBytes();

    const accepted = await sendUntilFull(device);

    ok(port.readableLength <= STREAM_BYTES, `${port.readableLength} bytes in the stream`);
    ok(accepted < MOST_HELD, `${accepted} bytes accepted`);
    ok(heldBytes() - before < MOST_HELD);
  });
}

/** Sends as much as is taken. @returns Bytes, once there was no room for a while. */
async function sendUntilFull(device: Pick<VirtualPort, "trySend">): Promise<number> {
  const data = new Uint8Array(1024);
  let accepted = 0;
  let refusals = 0;
  await until("there is no room left", () => {
    const count = device.trySend(data);
    accepted += count;
    refusals = count === 0 ? refusals + 1 : 0;
    return refusals > 100;
  });
  return accepted;
}
