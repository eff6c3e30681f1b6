import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { createSerialConfig } from "anyserial";
import { createMemoryCable, loopBackend } from "#internal/backend/memory.js";
import { bytes, nextTask, open, openPair, raise, read } from "../../helpers/memory.ts";

test("MemoryPort.read() answers at once when bytes are there, and else with a promise", async () => {
  const { a, b } = await openPair();
  const into = new Uint8Array(8);
  const pending = b.read(into);
  ok(pending instanceof Promise);
  equal(a.write(bytes(1, 2, 3)), 3);
  equal(await pending, 3);
  a.tryWrite(bytes(4));
  await nextTask();

  equal(b.read(into), 1);
});

test("MemoryPort.cancelRead() settles the read to 0, and consumes nothing", async () => {
  const { a, b } = await openPair();
  b.cancelRead();
  const pending = b.read(new Uint8Array(8));
  b.cancelRead();
  equal(await pending, 0);
  a.tryWrite(bytes(7));

  deepEqual(await read(b), [7]);
});

test("MemoryPort.cancelRead() ends a read whose bytes were discarded under it", async () => {
  const { b, cable } = await openPair();
  const pending = b.read(new Uint8Array(8));
  cable.b.hooks.injectError("framing", 7);
  b.discard("input"); // the read is woken, and has not run yet
  b.cancelRead();

  equal(await pending, 0);
});

test("MemoryPort.write() takes what fits, then waits, and cancelWrite() settles it to 0", async () => {
  const { a, b } = await openPair({ bufferBytes: 4 }, { bufferBytes: 4 });
  equal(a.write(new Uint8Array(10)), 4);
  await nextTask();
  equal(a.tryWrite(new Uint8Array(10)), 4);
  await nextTask();
  equal(a.tryWrite(new Uint8Array(10)), 0);
  const pending = a.write(new Uint8Array(10));
  ok(pending instanceof Promise);
  a.cancelWrite();
  equal(await pending, 0);
  const next = a.write(new Uint8Array(3));
  await read(b);

  equal(await next, 3);
});

test("MemoryPort.close() returns what nobody read", async () => {
  const { a, b } = await openPair({ bufferBytes: 4 }, { bufferBytes: 4 });
  a.tryWrite(new Uint8Array(4));
  await nextTask();
  a.tryWrite(new Uint8Array(3));

  equal(await a.close(), 3);
  equal((await read(b)).length, 4);
});

test("MemoryPort.onDisconnect is called once, from a task of its own, when nobody waits", async () => {
  const { a, cable } = await openPair();
  const causes: Error[] = [];
  a.onDisconnect = (error) => causes.push(error);
  cable.a.hooks.disconnect();
  equal(causes.length, 0);
  await nextTask();
  cable.a.hooks.disconnect();
  await nextTask();

  deepEqual(
    causes.map(({ name }) => name),
    ["SerialDisconnectedError"],
  );
  throws(() => a.read(new Uint8Array(1)), { name: "SerialDisconnectedError" });
});

test("MemoryPort.onDisconnect is left alone when a read or a write is told", async () => {
  const { a, cable } = await openPair({ bufferBytes: 2 }, { bufferBytes: 2 });
  let calls = 0;
  a.onDisconnect = () => calls++;
  const reading = rejects(a.read(new Uint8Array(1)) as Promise<number>, {
    name: "SerialDisconnectedError",
  });
  cable.a.hooks.disconnect();
  await reading;
  await nextTask();

  equal(calls, 0);
});

test("MemoryPort of a disconnected device is found again after reconnect()", async () => {
  const { a, b, cable } = await openPair();
  a.tryWrite(bytes(1));
  cable.a.hooks.disconnect();
  await a.close();
  await rejects(open(cable.a), { name: "PortNotFoundError", code: "ENOENT" });
  cable.a.hooks.reconnect();
  const again = await open(cable.a);
  b.tryWrite(bytes(2));

  deepEqual(await read(again), [2]);
});

test("createMemoryCable() opens each end once at a time, and again after close()", async () => {
  const { a, cable } = await openPair();
  await rejects(open(cable.a), { name: "PortBusyError", code: "EBUSY" });
  await a.close();

  ok(await open(cable.a));
});

test("createMemoryCable() drops what is sent while nobody has the other end open", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a);
  a.tryWrite(bytes(1));
  await a.drain(true, new AbortController().signal);
  const b = await open(cable.b);
  a.tryWrite(bytes(2));

  deepEqual(await read(b), [2]);
});

test("createMemoryCable() asserts both output lines at open and drops them at close", async () => {
  const { a, b, cable } = await openPair();
  deepEqual(a.modemLines(), { cts: true, dsr: true, ri: false, dcd: true });
  await b.close();
  deepEqual(a.modemLines(), { cts: false, dsr: false, ri: false, dcd: false });
  const stays = await open(cable.b, { hangupOnClose: false });
  await stays.close();

  deepEqual(a.modemLines(), { cts: true, dsr: true, ri: false, dcd: true });
  deepEqual(a.modemLineCounts(), { cts: 3, dsr: 3, ri: 0, dcd: 3 });
});

test("createMemoryCable() refuses a buffer that is out of range", () => {
  for (const bufferBytes of [0, 1, 1.5, 2 ** 25]) {
    throws(() => createMemoryCable({ bufferBytes }), { code: "ERR_INVALID_ARG_VALUE" });
  }
});

test("openBlocking() of a memory backend refuses", () => {
  const { a } = createMemoryCable();
  const request = { path: a.path, config: createSerialConfig(), settle: raise };

  throws(() => a.backend.openBlocking(request), { name: "UnsupportedFeatureError" });
});

test("open() finds no other path than its own", async () => {
  const { a } = createMemoryCable();
  const request = { path: "memory://c", config: createSerialConfig(), settle: raise };

  await rejects(a.backend.open(request), { name: "PortNotFoundError", path: "memory://c" });
});

test("loopBackend opens a loop of its own each time", async () => {
  const request = { path: "loop://", config: createSerialConfig(), settle: raise };
  const first = await loopBackend.open(request);
  const second = await loopBackend.open(request);
  first.tryWrite(bytes(1));
  second.tryWrite(bytes(2));
  first.setControlLines({ rts: false });

  deepEqual(await read(first), [1]);
  deepEqual(await read(second), [2]);
  equal(first.modemLines().cts, false);
  equal(second.modemLines().cts, true);
  equal(first.fd, undefined);
});
