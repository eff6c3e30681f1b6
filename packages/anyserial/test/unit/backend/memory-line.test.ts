import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { FaultPlan } from "anyserial/testing";
import { drain } from "../../../dist/io/drain.js";
import { createMemoryCable } from "../../../dist/memory/memory-backend.js";
import { writeSome } from "../../helpers/channel.ts";
import { open, openPair, read } from "../../helpers/memory.ts";

test("a marking receiver gets escapes as Linux makes them", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a, { lineErrors: "mark" });
  const b = await open(cable.b);
  equal(a.marksErrors, true);
  b.tryWrite(Uint8Array.of(1, 0xff, 2));
  await nextTask();
  cable.a.hooks.injectError("parity", 0x41);
  cable.a.hooks.injectError("framing", 0xff);
  cable.a.hooks.injectError("overrun");
  cable.a.hooks.injectError("break", 0x42);
  b.setBreak(true);
  await nextTask();
  b.setBreak(false);

  const marks = [0xff, 0, 0x41, 0xff, 0, 0xff, 0xff, 0, 0, 0xff, 0, 0];
  deepEqual(await read(a), [1, 0xff, 0xff, 2, ...marks]);
  deepEqual(a.lineErrorCounts(), {
    framing: 1,
    parity: 1,
    overrun: 1,
    break: 2,
    bufferOverflow: 0,
  });
});

test("an error behind the bytes sent so far arrives between them and the next", async () => {
  for (const faults of [undefined, new FaultPlan({ bytesPerSecond: 10_000, latencyMs: 2 })]) {
    const cable = createMemoryCable({}, { faults });
    const a = await open(cable.a, { lineErrors: "mark" });
    const b = await open(cable.b);
    b.tryWrite(Uint8Array.of(1, 2));
    cable.a.injectErrorBehind("parity", 0x41);
    cable.a.injectErrorBehind("break");
    b.tryWrite(Uint8Array.of(3));
    const seen: number[] = [];

    await until("all is there", async () => seen.push(...(await read(a))) >= 9);

    deepEqual(seen, [1, 2, 0xff, 0, 0x41, 0xff, 0, 0, 3]);
  }
});

test("an error behind bytes that are discarded arrives all the same", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a, { lineErrors: "mark" });
  const b = await open(cable.b);
  b.tryWrite(Uint8Array.of(1, 2));
  cable.a.injectErrorBehind("parity", 0x41);
  b.discard("output");
  await nextTask();

  deepEqual(await read(a), [0xff, 0, 0x41]);
});

test("a counting receiver gets the broken character, and a NUL for a break", async () => {
  const { a, b, cable } = await openPair();
  cable.a.hooks.injectError("parity", 0x41);
  b.setBreak(true);
  await nextTask();

  deepEqual(await read(a), [0x41, 0]);
  equal(a.lineErrorCounts().parity, 1);
});

test("a broken character that does not fit is counted as lost", async () => {
  const { a, b, cable } = await openPair({ bufferBytes: 2 });
  b.tryWrite(Uint8Array.of(1, 2));
  await nextTask();
  cable.a.hooks.injectError("framing", 3);

  deepEqual(await read(a), [1, 2]);
  equal(a.lineErrorCounts().bufferOverflow, 1);
});

test("a break holds back the bytes sent after it, and arrives once", async () => {
  const { a, b } = await openPair();
  a.setBreak(true);
  a.setBreak(true);
  a.tryWrite(Uint8Array.of(1));
  await nextTask();
  await nextTask();
  deepEqual(await read(b), [0]);
  equal(a.outputWaiting(), 1);
  a.setBreak(false);

  deepEqual(await read(b), [1]);
  equal(b.lineErrorCounts().break, 1);
});

test("XON/XOFF holds output back, and takes both characters out of the input", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a, { flowControl: { xonXoff: true } });
  const b = await open(cable.b);
  b.tryWrite(Uint8Array.of(1, 0x13, 2));
  await nextTask();
  a.tryWrite(Uint8Array.of(3));
  await nextTask();
  await nextTask();
  equal(a.outputWaiting(), 1);
  equal(b.inputWaiting(), 0);
  b.tryWrite(Uint8Array.of(0x11));
  deepEqual(await read(b), [3]);

  deepEqual(await read(a), [1, 2]);
});

test("DTR/DSR holds output back", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a, { flowControl: { dtrDsr: true } });
  const b = await open(cable.b, { controlLines: { dtr: false } });
  a.tryWrite(Uint8Array.of(1));
  await nextTask();
  await nextTask();
  equal(a.outputWaiting(), 1);
  b.setControlLines({ dtr: true });

  deepEqual(await read(b), [1]);
});

test("discard(output) keeps queued bytes from arriving", async () => {
  const { a, b } = await openPair();
  a.tryWrite(Uint8Array.of(1));
  a.discard("output");
  equal(a.outputWaiting(), 0);
  a.tryWrite(Uint8Array.of(2));

  deepEqual(await read(b), [2]);
});

test("FaultPlan disconnects a port exactly after its bytes, and the peer has them", async () => {
  const faults = new FaultPlan({ disconnectAfterBytes: 5 });
  const { a, b } = await openPair({ faults });
  const gone = new Promise<Error>((resolve) => {
    a.onFailed = resolve;
  });
  equal(a.tryWrite(Uint8Array.of(1, 2, 3, 4, 5, 6, 7)), 5);
  equal((await gone).name, "SerialDisconnectedError");

  deepEqual(await read(b), [1, 2, 3, 4, 5]);
  equal((await b.modemLines()).dsr, false);
});

test("FaultPlan disconnects a port at its Nth call", async () => {
  const { a } = await openPair({ faults: new FaultPlan({ disconnectOnCall: 2 }) });
  a.tryWrite(Uint8Array.of(1));

  throws(() => a.tryWrite(Uint8Array.of(2)), { name: "SerialDisconnectedError" });
});

test("FaultPlan storms are waited out, and counted", async () => {
  const faults = new FaultPlan({ eagain: { times: 3 }, eintr: { times: 2 } });
  const { a, b } = await openPair({ faults });
  equal(await writeSome(a, Uint8Array.of(9)), 1);
  b.tryWrite(Uint8Array.of(7, 8));

  deepEqual(await read(a), [7, 8]);
  ok(faults.counts.eagain >= 6);
  ok(faults.counts.eintr >= 4);
  ok(a.counters.wouldBlock >= 6);
});

test("FaultPlan latency delays sent bytes, and drain(exact) waits for them", async () => {
  const { a, b } = await openPair({ faults: new FaultPlan({ latencyMs: 20 }) });
  const sentMs = performance.now();
  a.tryWrite(Uint8Array.of(1));
  await drain(a, false, new AbortController().signal);
  equal(b.inputWaiting(), 0);
  await drain(a, true, new AbortController().signal);
  equal(b.inputWaiting(), 1);

  ok(performance.now() - sentMs >= 20);
});

test("FaultPlan bytesPerSecond is never exceeded, and no byte is lost", async () => {
  const faults = new FaultPlan({ bytesPerSecond: 20_000, latencyMs: 1 });
  const { a, b } = await openPair({ faults });
  const sentMs = performance.now();
  equal(a.tryWrite(Uint8Array.from({ length: 1000 }, (_, at) => at)), 1000);
  await nextTask();
  ok(a.outputWaiting() > 0);
  const received: number[] = [];
  while (received.length < 1000) received.push(...(await read(b, 4096)));

  ok(performance.now() - sentMs >= 50);
  deepEqual(received.slice(-3), [0xe5, 0xe6, 0xe7]);
});

test("a line with latency holds no more than the receiver has room for", async () => {
  const faults = new FaultPlan({ latencyMs: 5 });
  const { a, b } = await openPair({ faults, bufferBytes: 4 }, { bufferBytes: 4 });
  let taken = 0;
  for (let round = 0; round < 10; round++) {
    taken += a.tryWrite(Uint8Array.of(1, 2, 3, 4));
    await nextTask();
  }

  equal(taken, 8);
  deepEqual(await read(b), [1, 2, 3, 4]);
  deepEqual(await read(b), [1, 2, 3, 4]);
});

test("a marking receiver that is full holds back what its escapes have no room for", async () => {
  const cable = createMemoryCable({ bufferBytes: 4 }, { bufferBytes: 4 });
  const a = await open(cable.a, { lineErrors: "mark" });
  const b = await open(cable.b);
  b.tryWrite(Uint8Array.of(0xff, 1, 0xff, 2));
  const received: number[] = [];
  while (received.length < 6) received.push(...(await read(a)));

  deepEqual(received, [0xff, 0xff, 1, 0xff, 0xff, 2]);
});

test("a device that is unplugged takes what is on its line with it", async () => {
  const { a, b, cable } = await openPair({ faults: new FaultPlan({ latencyMs: 1 }) });
  a.tryWrite(Uint8Array.of(1));
  await nextTask();
  equal(a.outputWaiting(), 0);
  cable.a.hooks.disconnect();
  cable.a.hooks.reconnect();
  const again = await open(cable.a);
  again.tryWrite(Uint8Array.of(2));

  deepEqual(await read(b), [2]);
});

test("drain() leaves no listener on its signal", async () => {
  const { a } = await openPair();
  const { signal } = new AbortController();
  a.tryWrite(Uint8Array.of(1));
  await drain(a, false, signal);

  equal(getEventListeners(signal, "abort").length, 0);
});
