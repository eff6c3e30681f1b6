// Members that do not read: the effect on them, and none on the others.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialPort } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Checked, receiveChecked, sendChecked } from "../helpers/checked-stream.ts";

const LINE = 100;

/** Lines that carry their number. */
function lineOf(number: number): string {
  return `${String(number).padStart(LINE - 1, "0")}\n`;
}

async function sendLines(port: SerialPort, count: number): Promise<void> {
  for (let number = 0; number < count; number++) await port.send(Buffer.from(lineOf(number)));
}

/** Receives so many bytes, which are to be lines. */
async function receiveLines(port: SerialPort, bytes: number): Promise<number[]> {
  const text = await receiveText(port, bytes);
  equal(text.length, bytes);
  equal(bytes % LINE, 0, "a line was cut");
  const lines = text.match(/.{99}\n/gs) ?? [];
  return lines.map(Number);
}

for (const overflow of ["drop-newest", "drop-oldest"] as const) {
  test(`overflow ${overflow} loses whole lines, exactly those that are counted`, async () => {
    await using bench = await BenchHub.start(
      ["a", "reads", "stalls"],
      {
        framing: "line",
        overflow,
        queue: 10_000,
        stallAfterMs: 300,
      },
      { reads: { queue: 100_000 } },
    );
    const a = await bench.open("a");
    const reads = await bench.open("reads");
    const stalls = await bench.open("stalls");
    const reading = receiveText(reads, 1000 * LINE);

    await sendLines(a, 1000);
    const all = await reading;
    await bench.event("stall", "stalls");
    const dropped = bench.member("stalls").dropped;
    const got = await receiveLines(stalls, 1000 * LINE - dropped.bytes);
    equal(bench.member("stalls").queuedBytes, 0);
    const recovered = await bench.event("recover", "stalls");

    equal(all, Array.from({ length: 1000 }, (_, number) => lineOf(number)).join(""));
    equal(got.length + dropped.messages, 1000);
    equal(dropped.bytes, dropped.messages * LINE);
    deepEqual(
      got,
      [...got].sort((x, y) => x - y),
    );
    equal(new Set(got).size, got.length);
    equal(got.at(-1) === 999, overflow === "drop-oldest");
    equal(recovered.bytesLost, dropped.bytes);
    equal(recovered.messagesLost, dropped.messages);
    equal(bench.told("stall", "stalls").length, 1);
    equal(bench.told("recover", "stalls").length, 1);
  });
}

test("overflow drop-newest without framing loses exactly the counted bytes", async () => {
  await using bench = await BenchHub.start(["a", "b"], { queue: 5000 });
  const [a, b] = [await bench.open("a"), await bench.open("b")];

  await sendChecked(a, 100_000);
  await until("all is read", () => bench.member("a").in.bytes === 100_000);
  const { dropped, unreadBytes } = bench.member("b");
  const got = await receiveChecked(b, 100_000 - dropped.bytes);

  ok((unreadBytes ?? 0) > 0);
  equal(got.bytes + dropped.bytes, 100_000);
  equal(bench.member("b").out.bytes, got.bytes);
  equal(bench.member("b").highWaterBytes, 5000);
});

test("overflow disconnect hangs up on the reader, and serves the next one", async () => {
  await using bench = await BenchHub.start(["a", "b"], { overflow: "disconnect", queue: 2000 });
  const a = await bench.open("a");
  const b = await bench.open("b");

  await sendChecked(a, 60_000);
  const cause = await b.closed;
  const told = await bench.event("disconnect", "b");
  await bench.event("member-close", "b");
  await until("there is a new pty", () => bench.member("b").devicePath !== undefined);
  await until("all is read", () => bench.member("a").in.bytes === 60_000);
  bench.events.length = 0;
  const next = await bench.open("b");
  await a.send(Buffer.from("again"));

  equal(cause?.name, "SerialDisconnectedError");
  ok(told.bytesLost > 2000);
  equal(await receiveText(next, 5), "again");
});

test("overflow backpressure loses nothing to a slow reader", async () => {
  const total = 2_000_000;
  await using bench = await BenchHub.start(["a", "fast", "slow"], {
    overflow: "backpressure",
    queue: 8192,
  });
  const a = await bench.open("a");
  const fast = await bench.open("fast");
  const slow = await bench.open("slow");
  const slowly = async (): Promise<Checked> => {
    const received = new Checked();
    while (received.bytes < total) {
      // Reads only when everybody waits for it.
      await until("the network waits", () => {
        const [network] = bench.hub.snapshot().networks;
        return network?.paused === true || bench.member("a").in.bytes === total;
      });
      for (let most = 30_000; most > 0 && received.bytes < total; ) {
        const chunk = await slow.receive({ maxBytes: 997 });
        received.add(chunk);
        most -= chunk.length;
      }
    }
    return received;
  };

  const [sent, quick, late] = await Promise.all([
    sendChecked(a, total),
    receiveChecked(fast, total),
    slowly(),
  ]);

  equal(quick.digest, sent.digest);
  equal(late.digest, sent.digest);
  equal(bench.member("slow").dropped.bytes, 0);
  ok(bench.member("slow").highWaterBytes <= 8192 + 8192);
});

test("overflow backpressure of one network leaves the others alone", async () => {
  await using bench = BenchHub.prepare();
  const full = { overflow: "backpressure" as const, queue: 1000 };
  const { net } = bench.config(["a", "b"], full).networks;
  const { net: other } = bench.config(["x", "y"]).networks;
  if (net === undefined || other === undefined) throw new Error("no networks");
  await bench.run({ networks: { net, other } });
  const a = await bench.open("a");
  await bench.open("b");
  await using x = await openIn(bench, "x");
  await using y = await openIn(bench, "y");
  while (!bench.hub.snapshot().networks[0]?.paused)
    a.trySend(Buffer.alloc(1000)) || (await nextTask());

  await x.send(Buffer.from("hello"));

  equal(await receiveText(y, 5), "hello");
  equal(bench.hub.snapshot().networks[0]?.paused, true);
});

async function openIn(bench: BenchHub, name: string): Promise<SerialPort> {
  const port = await openSerialPort(bench.path(name), { exclusive: false });
  await until(`${name} is open`, () => bench.member(name, "other").applicationOpen);
  return port;
}

test("a stalled member is not noticed by the others", async () => {
  await using bench = await BenchHub.start(
    ["a", "b", "stalls"],
    { queue: 1000 },
    { b: { queue: 500_000 } },
  );
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await bench.open("stalls");

  const [sent, received] = await Promise.all([sendChecked(a, 500_000), receiveChecked(b, 500_000)]);

  equal(received.digest, sent.digest);
  ok(bench.member("stalls").dropped.bytes > 400_000);
});

test("close() does not wait for anybody who is not reading", async () => {
  await using bench = await BenchHub.start(["a", "b"], { overflow: "backpressure", queue: 1000 });
  const a = await bench.open("a");
  await bench.open("b");
  while (!bench.hub.snapshot().networks[0]?.paused)
    a.trySend(Buffer.alloc(1000)) || (await nextTask());

  await bench.hub.close();

  await rejects(a.receive(), { name: "SerialDisconnectedError" });
});

test("an endless line in 1-byte writes cannot grow a queue beyond its limit", async () => {
  await using bench = await BenchHub.start(["a", "b", "flood"], { framing: "line", queue: 3000 });
  await bench.open("a");
  await bench.open("b");
  const flood = await bench.open("flood");

  for (let round = 0; round < 50_000; round++)
    if (flood.trySend(Buffer.from("x")) === 0) await nextTask();
  await until("it is read", () => bench.member("flood").in.bytes > 40_000);

  ok(bench.member("a").highWaterBytes <= 3000);
  ok(bench.member("a").queuedBytes <= 3000);
});

for (const overflow of ["drop-newest", "drop-oldest"] as const) {
  for (const framing of ["raw", "line"] as const) {
    test(`on() of traffic reports all that ${overflow} takes and loses, framing ${framing}`, async () => {
      await using bench = await BenchHub.start(["a", "b"], { overflow, framing, queue: 10_000 });
      const [a] = [await bench.open("a"), await bench.open("b")];
      const seen = { in: 0, out: 0, drop: 0 };
      bench.hub.on("traffic", ({ direction }, bytes) => {
        seen[direction] += bytes.length;
      });

      await sendLines(a, 1000);
      await until("all is read", () => bench.member("a").in.bytes === 1000 * LINE);
      const { out, dropped, queuedBytes } = bench.member("b");

      equal(seen.in, 1000 * LINE);
      equal(seen.drop, dropped.bytes);
      // Bytes that drop-oldest lost had been taken before.
      const taken = out.bytes + queuedBytes + (overflow === "drop-oldest" ? dropped.bytes : 0);
      equal(seen.out, taken);
    });
  }
}
