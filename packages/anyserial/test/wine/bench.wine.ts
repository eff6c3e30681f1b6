// Speed under Wine, by `npm run test:wine -- --bench`: the echo of 16 bytes over a pty, in turns with the
// Windows binding of node-serialport in the same process, and bytes in bulk. It reports; it asserts only
// that everything arrived.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { openSerialPort } from "anyserial";
import { layCable } from "./cable.ts";

const ROUNDS = 6;
const ROUND_TRIPS = 300;
const MEBIBYTES = 8;
const MESSAGE = new TextEncoder().encode("0123456789abcdef");

/** The part of `@serialport/bindings-cpp` that is used. */
interface BindingPort {
  write(data: Buffer): Promise<void>;
  read(into: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}
interface Bindings {
  autoDetect(): { open(options: { path: string; baudRate: number }): Promise<BindingPort> };
}

function percentile(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return ((sorted[Math.floor(sorted.length * share)] as number) * 1000).toFixed(0);
}

async function timed(times: number[], roundTrip: () => Promise<void>): Promise<void> {
  for (let count = 0; count < ROUND_TRIPS; count++) {
    const start = performance.now();
    await roundTrip();
    times.push(performance.now() - start);
  }
}

test("16-byte echo, in turns with node-serialport's own binding", async (t) => {
  const [ours, theirs] = [await layCable("echo"), await layCable("echo")];
  const port = await openSerialPort(ours.names[0] as string, { baudRate: 115_200 });
  const into = new Uint8Array(64);
  const name = "@serialport/bindings-cpp"; // there only when test:wine put it there
  const { autoDetect } = (await import(name)) as Bindings;
  const binding = await autoDetect().open({ path: theirs.names[0] as string, baudRate: 115_200 });
  const message = Buffer.from(MESSAGE);
  const reply = Buffer.alloc(64);
  const [ourTimes, theirTimes]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    await timed(ourTimes, async () => {
      await port.send(MESSAGE);
      for (let got = 0; got < MESSAGE.length; ) got += await port.receiveInto(into);
    });
    await timed(theirTimes, async () => {
      await binding.write(message);
      for (let got = 0; got < message.length; )
        got += (await binding.read(reply, 0, reply.length)).bytesRead;
    });
  }
  await Promise.all([port.close(), binding.close()]);
  await Promise.all([ours.close(), theirs.close()]);
  const report = (who: string, times: readonly number[]): void =>
    t.diagnostic(
      `bench: ${who}: 16-byte echo p50 ${percentile(times, 0.5)} µs, p90 ${percentile(times, 0.9)} µs, of ${times.length}`,
    );

  report("anyserial", ourTimes);
  report("@serialport/bindings-cpp", theirTimes);
  equal(ourTimes.length, theirTimes.length);
});

test(`${MEBIBYTES} MiB there and back`, async (t) => {
  const cable = await layCable();
  const [nameA, nameB] = cable.names as [string, string];
  const [a, b] = [await openSerialPort(nameA), await openSerialPort(nameB)];
  const total = MEBIBYTES * 1024 * 1024;
  const into = new Uint8Array(65_536);
  const start = performance.now();
  const sending = a.send(new Uint8Array(total));
  let got = 0;
  while (got < total) got += await b.receiveInto(into);
  await sending;
  const seconds = (performance.now() - start) / 1000;
  await Promise.all([a.close(), b.close()]);
  await cable.close();

  t.diagnostic(`bench: anyserial: ${(MEBIBYTES / seconds).toFixed(1)} MiB/s in one direction`);
  ok(got === total);
});

test("from abort to rejection", async (t) => {
  const cable = await layCable();
  const port = await openSerialPort(cable.names[0] as string);
  const times: number[] = [];
  for (let count = 0; count < 1000; count++) {
    const controller = new AbortController();
    const received = port.receive({ signal: controller.signal });
    if (count % 4 === 0) await nextTask();
    const start = performance.now();
    controller.abort();
    await received.catch(() => times.push(performance.now() - start));
  }
  await port.close();
  await cable.close();

  t.diagnostic(
    `bench: anyserial: abort to rejection p50 ${percentile(times, 0.5)} µs, p99 ${percentile(times, 0.99)} µs`,
  );
  equal(times.length, 1000);
});
