import { deepEqual, equal } from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { FaultPlan, serialPortPair } from "anyserial/testing";

test("MemoryPort.close() discards bytes that a line with an odd rate cannot carry in time", async (t) => {
  const discarded: number[] = [];
  const listener = (message: unknown): void => {
    discarded.push((message as { discardedBytes: number }).discardedBytes);
  };
  subscribe("anyserial:close", listener);
  t.after(() => unsubscribe("anyserial:close", listener));
  const faults = new FaultPlan({ bytesPerSecond: 70_000 });
  const pair = await serialPortPair({ a: { faults }, b: { bufferBytes: 2 } });
  await pair.a.send(new Uint8Array(9)); // b takes 2, and does not read them: 7 are stuck

  await pair.a.close();

  equal(pair.a.isOpen, false);
  deepEqual(discarded, [7]);
  await pair.close();
});
