import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { serialPortPair } from "anyserial/testing";
import { READ } from "../../../dist/backend/channel.js";
import { createSerialConfig } from "../../../dist/config/config.js";
import { drain, letOutputGo } from "../../../dist/io/drain.js";
import { createMemoryCable, loopBackend } from "../../../dist/memory/memory-backend.js";
import { writeSome } from "../../helpers/channel.ts";
import { open, openPair, read } from "../../helpers/memory.ts";

test("a takeBaudRate that throws fails the call that asked, and changes nothing", async () => {
  const bug = new Error("bug");
  const takeBaudRate = (baudRate: number): number => {
    if (baudRate === 1200) throw bug;
    return baudRate;
  };
  await using pair = await serialPortPair({ a: { takeBaudRate, config: { baudRate: 9600 } } });

  await rejects(pair.a.configure({ baudRate: 1200, lineErrors: "mark" }), (error) => error === bug);

  equal(pair.a.isOpen, true);
  equal(pair.a.config.baudRate, 9600);
  equal(pair.a.config.lineErrors, "count");
  await pair.b.send(Uint8Array.of(0xff, 0x01));
  deepEqual([...(await pair.a.reader.receiveExactly(2))], [0xff, 0x01]);
});

test("MemoryPort.tryRead() takes the available bytes, and 0 when there are none", async () => {
  const { a, b } = await openPair();
  const into = new Uint8Array(8);
  equal(b.tryRead(into), 0);
  equal(a.tryWrite(Uint8Array.of(1, 2, 3)), 3);
  await nextTask();

  equal(b.tryRead(into), 3);
  equal(b.tryRead(into), 0);
});

test("MemoryPort.arm() reports once that bytes came, from a task of its own", async () => {
  const { a, b } = await openPair();
  const ready: number[] = [];
  b.onReady = (directions) => ready.push(directions);
  b.arm(READ);
  a.tryWrite(Uint8Array.of(1));
  deepEqual(ready, []);
  await nextTask();
  a.tryWrite(Uint8Array.of(2));
  await nextTask();

  deepEqual(ready, [READ]);
});

test("MemoryPort.arm() of a read whose bytes were discarded reports those that come next", async () => {
  const { a, b, cable } = await openPair();
  b.arm(READ);
  cable.b.hooks.injectError("framing", 7);
  b.discard("input");
  const received = read(b);
  a.tryWrite(Uint8Array.of(8));

  deepEqual(await received, [8]);
});

test("MemoryPort.tryWrite() takes as many bytes as fit, and arm() reports room", async () => {
  const { a, b } = await openPair({ bufferBytes: 4 }, { bufferBytes: 4 });
  equal(a.tryWrite(new Uint8Array(10)), 4);
  await nextTask();
  equal(a.tryWrite(new Uint8Array(10)), 4);
  await nextTask();
  equal(a.tryWrite(new Uint8Array(10)), 0);
  const next = writeSome(a, new Uint8Array(3));
  await read(b);

  equal(await next, 3);
});

test("letOutputGo() counts bytes that no port has read", async () => {
  const { a, b } = await openPair({ bufferBytes: 4 }, { bufferBytes: 4 });
  a.tryWrite(new Uint8Array(4));
  await nextTask();
  a.tryWrite(new Uint8Array(3));

  equal(await letOutputGo(a), 3);
  equal((await read(b)).length, 4);
});

test("MemoryPort.onFailed is called once, from a task of its own, when the device goes away", async () => {
  const { a, cable } = await openPair();
  const causes: Error[] = [];
  a.onFailed = (error) => causes.push(error);
  cable.a.hooks.disconnect();
  equal(causes.length, 0);
  await nextTask();
  cable.a.hooks.disconnect();
  await nextTask();

  deepEqual(
    causes.map(({ name }) => name),
    ["SerialDisconnectedError"],
  );
  throws(() => a.tryRead(new Uint8Array(1)), { name: "SerialDisconnectedError" });
});

test("MemoryPort of a disconnected device is found again after reconnect()", async () => {
  const { a, b, cable } = await openPair();
  a.tryWrite(Uint8Array.of(1));
  cable.a.hooks.disconnect();
  await a.close(0);
  await rejects(open(cable.a), { name: "PortNotFoundError", code: "ENOENT" });
  cable.a.hooks.reconnect();
  const again = await open(cable.a);
  b.tryWrite(Uint8Array.of(2));

  deepEqual(await read(again), [2]);
});

test("createMemoryCable() opens each end once at a time, and again after close()", async () => {
  const { a, cable } = await openPair();
  await rejects(open(cable.a), { name: "PortBusyError", code: "EBUSY" });
  await a.close(0);

  ok(await open(cable.a));
});

test("createMemoryCable() drops bytes sent while the other end is closed", async () => {
  const cable = createMemoryCable();
  const a = await open(cable.a);
  a.tryWrite(Uint8Array.of(1));
  await drain(a, true, new AbortController().signal);
  const b = await open(cable.b);
  a.tryWrite(Uint8Array.of(2));

  deepEqual(await read(b), [2]);
});

test("createMemoryCable() asserts both output lines at open and drops them at close", async () => {
  const { a, b, cable } = await openPair();
  deepEqual(a.modemLines(), { cts: true, dsr: true, ri: false, dcd: true });
  await b.close(0);
  deepEqual(a.modemLines(), { cts: false, dsr: false, ri: false, dcd: false });
  const stays = await open(cable.b, { hangupOnClose: false });
  await stays.close(0);

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
  const request = { path: a.path, config: createSerialConfig(), onRefusal: "stop" as const };

  throws(() => a.backend.openBlocking(request), { name: "UnsupportedFeatureError" });
});

test("open() finds no other path than its own", async () => {
  const { a } = createMemoryCable();
  const request = { path: "memory://c", config: createSerialConfig(), onRefusal: "stop" as const };

  await rejects(a.backend.open(request), { name: "PortNotFoundError", path: "memory://c" });
});

test("loopBackend opens a loop of its own each time", async () => {
  const request = { path: "loop://", config: createSerialConfig(), onRefusal: "stop" as const };
  const first = await loopBackend.open(request);
  const second = await loopBackend.open(request);
  first.tryWrite(Uint8Array.of(1));
  second.tryWrite(Uint8Array.of(2));
  first.setControlLines({ rts: false });

  deepEqual(await read(first), [1]);
  deepEqual(await read(second), [2]);
  equal((await first.modemLines()).cts, false);
  equal((await second.modemLines()).cts, true);
  equal(first.fd, undefined);
});
