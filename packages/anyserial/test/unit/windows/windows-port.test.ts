import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { bytes } from "@anyserial/test-support/bytes";
import { tasks } from "@anyserial/test-support/tasks";
import { isSerialError, SerialError, type SerialPort } from "anyserial";
import { FakeComm } from "../../helpers/fake-comm.ts";
import { openFake, openFakePair } from "../../helpers/windows-port.ts";

async function closeAll(system: FakeComm, ...ports: SerialPort[]): Promise<void> {
  await Promise.all(ports.map((port) => port.close()));
  await tasks(5);
  deepEqual([system.openHandles.size, system.blocks], [0, 0]);
}

test("a port that is garbage while the driver still works on a read keeps the read's memory", async () => {
  const { system, a, b } = await openFakePair();
  system.isCancelLate = true;
  const failed = rejects(a.receive(), { name: "SerialClosedError" });
  const blocks = system.blocks;
  const closed = a.close();
  equal(system.blocks, blocks, "nothing is freed before the driver is done");
  await Promise.all([failed, closed]);
  await tasks(5);

  ok(system.blocks < blocks);
  await closeAll(system, b);
});

test("a byte that comes after a receive was canceled is given to the next one", async () => {
  const { system, ports, a, b } = await openFakePair();
  const controller = new AbortController();
  const failed = rejects(a.receive({ signal: controller.signal }), { name: "AbortError" });
  controller.abort();
  await failed;
  system.receive(ports.a, [0x41]);
  await tasks(3);

  equal(await a.inputWaiting(), 1);
  deepEqual([...(await a.receive())], [0x41]);
  await closeAll(system, a, b);
});

test("an aborted receive() makes no system call", async () => {
  const { system, a, b } = await openFakePair();
  const controller = new AbortController();
  const failed = rejects(a.receive({ signal: controller.signal }), { name: "AbortError" });
  system.calls.length = 0;
  controller.abort();
  await failed;

  deepEqual(system.calls, []);
  await closeAll(system, a, b);
});

test("a read that the driver ends without our cancel is a disconnect, with its code", async () => {
  const system = new FakeComm();
  const ports = system.addPair();
  system.fail("WaitCommEvent", 1); // so that nothing else tells
  const a = await openFake(system, "COM1");
  const failed = a.receive().catch((error) => error);
  system.unplug(ports.a);
  const { name, winerror, syscall } = (await failed) as SerialError;

  deepEqual([name, winerror, syscall], ["SerialDisconnectedError", 995, "ReadFile"]);
  await closeAll(system, a);
});

test("a device that goes without a pending call is reported by the pending WaitCommEvent", async () => {
  const { system, ports, a, b } = await openFakePair();
  await tasks(3); // the first wait is ended, to learn that its end is told
  system.unplug(ports.a);
  const cause = await a.closed;

  ok(cause instanceof SerialError);
  equal(cause.winerror, 22);
  await rejects(a.receive(), { name: "SerialDisconnectedError", winerror: 22 });
  await closeAll(system, b);
});

const FLOOD_ENDS = new Set<unknown>(["done", "aborted", "ENODEV", "ERR_SERIAL_CLOSED"]);

/** How a call of the flood ended; throws an error that is no outcome of a port. */
function endOf(error: unknown, { reason }: AbortSignal): string {
  if (error === reason) return "aborted";
  if (!isSerialError(error)) throw error;
  return error.cause === reason ? "aborted" : error.code;
}

test("a flood of opens, aborts, sends and unplugs writes to no freed memory and leaves nothing", async () => {
  let state = 12_345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % below;
  };
  const ends = new Set<unknown>();
  for (let round = 0; round < 15; round++) {
    const { system, ports, a, b } = await openFakePair();
    system.isCancelLate = random(2) === 0;
    const work: Promise<unknown>[] = [];
    for (let step = 0; step < 12; step++) {
      const signal = AbortSignal.timeout(1 + random(3));
      const port = random(2) === 0 ? a : b;
      const size = random(30_000);
      work.push(
        [
          () => port.receive({ signal }),
          () => port.send(new Uint8Array(size), { signal }),
          () => port.drain({ signal }),
          () => port.modemLineChanges({ signal }).next(),
          () => port.setControlLines({ rts: random(2) === 0 }),
          () => port.discardOutput(),
        ]
          [random(6)]?.()
          .then(
            () => "done",
            (error: unknown) => endOf(error, signal),
          ) ?? Promise.resolve(),
      );
      await tasks(random(3));
    }
    if (random(3) === 0) system.unplug(ports.a);
    for (const port of [a, b]) await port.discardOutput().catch(() => undefined);
    await Promise.all([a.close(), b.close()]);
    for (const end of await Promise.all(work)) ends.add(end);
    await closeAll(system);
  }

  const others = [...ends].filter((end) => !FLOOD_ENDS.has(end));
  deepEqual(others, []);
  ok(ends.has("done") && ends.has("aborted"), [...ends].join());
});

test("lineErrors() adds up the result of each query, and counts errors between them", async () => {
  const { system, ports, a, b } = await openFakePair();
  await tasks(3);
  for (const flags of [0x8, 0x8, 0x4, 0x2, 0x1]) {
    system.receive(ports.a, [0x55], flags);
    await tasks(3);
  }
  const { framing, parity, overrun, bufferOverflow } = await a.lineErrors();

  deepEqual([framing, parity, overrun, bufferOverflow], [2, 1, 1, 1]);
  await closeAll(system, a, b);
});

test("modemLineChanges() is notified by WaitCommEvent, and nothing is asked without an iterator", async () => {
  const { system, a, b } = await openFakePair();
  await tasks(3);
  const changes = a.modemLineChanges();
  const next = changes.next();
  await tasks(3);
  const asked = system.calls.length;
  await tasks(20);
  equal(system.calls.length, asked, "nothing polls");
  await b.setControlLines({ rts: false });
  const { value } = await next;

  deepEqual([value?.line, value?.state], ["cts", false]);
  await closeAll(system, a, b);
});

test("a port without modem lines says so", async () => {
  const { system, ports, a, b } = await openFakePair();
  ports.a.hasLines = false;

  equal(a.capabilities.modemLines, "unsupported");
  await rejects(a.modemLines(), { name: "UnsupportedFeatureError", winerror: 1 });
  await closeAll(system, a, b);
});

test("trySend() hands one part over, and takes no more before that is out", async () => {
  const { system, a, b } = await openFakePair();
  const more = new Uint8Array(20_000);
  equal(a.trySend(more), 16_384);
  equal(a.trySend(more), 0);
  equal(await a.outputWaiting(), 16_384);
  const reader = b.reader;
  await reader.receiveExactly(16_384);
  await a.drain();

  equal(a.trySend(bytes("x")), 1);
  await closeAll(system, a, b);
});

test("discardOutput() ends the write that is under way, and the next one works", async () => {
  const { system, a, b } = await openFakePair({ a: { flowControl: { rtsCts: true } } });
  await b.setControlLines({ rts: false });
  a.trySend(bytes("held"));
  await a.discardOutput();
  await tasks(3);
  equal(await a.outputWaiting(), 0);
  await b.setControlLines({ rts: true });
  await a.send(bytes("next"));

  deepEqual(await b.reader.receiveExactly(4), bytes("next"));
  await closeAll(system, a, b);
});

test("setControlLines() outlives a later configure()", async () => {
  const { system, ports, a, b } = await openFakePair();
  await a.setControlLines({ rts: false });
  await a.configure({ baudRate: 9600 });
  equal(ports.a.output.rts, false);
  await a.configure({ flowControl: { rtsCts: true } });
  await a.configure({ flowControl: { rtsCts: false } });

  equal(ports.a.output.rts, false);
  await closeAll(system, a, b);
});

test("configure() that the driver refuses puts the settings back", async () => {
  const { system, ports, a, b } = await openFakePair({ a: { baudRate: 9600 } });
  ports.a.rates.set(12_345, "refused");
  await rejects(a.configure({ baudRate: 12_345, parity: "odd" }), { winerror: 87 });
  await rejects(a.configure({ stopBits: 1.5 }), { winerror: 87 });

  equal((await a.effectiveConfig()).baudRate, 9600);
  equal((await a.effectiveConfig()).parity, "none");
  await closeAll(system, a, b);
});

test("a waiting receive() and send() fail when the thread of completions ends", async () => {
  const { system, a, b } = await openFakePair({ a: { flowControl: { rtsCts: true } } });
  await b.setControlLines({ rts: false });
  const broken = new SerialError("broken", { code: "ERR_SERIAL_READINESS" });
  const failed = [a.receive(), a.send(new Uint8Array(40_000))].map((work) =>
    rejects(work, { code: "ERR_SERIAL_READINESS" }),
  );
  await tasks(2);
  system.completions.breakDown(broken);

  await Promise.all(failed);
  await closeAll(system, a, b);
});

test("close() ends pending operations; without any it flushes nothing", async () => {
  const { system, a, b } = await openFakePair();
  const failed = rejects(a.receive(), { name: "SerialClosedError" });
  system.calls.length = 0;
  await Promise.all([failed, a.close()]);

  ok(system.calls.includes("SetCommMask"));
  equal(system.calls.includes("PurgeComm"), false);
  await closeAll(system, b);
});

test("a driver that does not end canceled operations delays neither close() nor other calls", async () => {
  const { system, a, b } = await openFakePair();
  system.cancelIoEx = () => 0;
  system.purgeComm = () => 0;
  system.isCancelLate = true; // it ends when the handle is gone
  const failed = rejects(a.receive(), { name: "SerialClosedError" });
  const blocks = system.blocks;
  await Promise.all([a.close(), failed]);
  equal(system.blocks, blocks - 2, "the read's memory is the driver's");
  await tasks(5);

  await closeAll(system, b);
});
