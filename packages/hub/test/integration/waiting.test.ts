// Losses without a configured policy: none on a cable and towards a real port, as long as the
// reader reads. The applications are programs of their own where their pace matters.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Checked, receiveChecked, sendChecked } from "../helpers/checked-stream.ts";
import { Program } from "../helpers/programs.ts";

/** Writes so many random bytes, waiting where the port makes it wait; prints their checksum. */
const WRITER = `
  import { createHash, randomBytes } from "node:crypto";
  import { openSync, writeSync } from "node:fs";
  const fd = openSync(process.argv[1], "r+");
  const bytes = randomBytes(Number(process.argv[2]));
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  console.log(createHash("sha256").update(bytes).digest("hex"));
  process.stdin.resume(); // the port stays open until the test ends
`;

/** Reads so many bytes, so many at a time, with a pause after each of them; prints their checksum. */
const READER = `
  import { createHash } from "node:crypto";
  import { openSync, readSync } from "node:fs";
  const [path, total, piece, pauseMs] = process.argv.slice(1);
  const fd = openSync(path, "r+");
  const bytes = Buffer.alloc(Number(piece));
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const hash = createHash("sha256");
  for (let left = Number(total); left > 0; ) {
    const count = readSync(fd, bytes, 0, Math.min(left, bytes.length));
    hash.update(bytes.subarray(0, count));
    left -= count;
    Atomics.wait(clock, 0, 0, Number(pauseMs));
  }
  console.log(hash.digest("hex"));
  process.stdin.resume();
`;

/** A line whose other end is read as READER reads; prints its path first. */
const LINE = `
  import { createVirtualPort } from ${JSON.stringify(import.meta.resolve("anyserial/pty"))};
  const [total, piece, pauseMs] = process.argv.slice(1);
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const line = await createVirtualPort();
  console.log(line.path);
  for (let left = Number(total); left > 0; ) {
    left -= (await line.receive({ maxBytes: Number(piece) })).length;
    Atomics.wait(clock, 0, 0, Number(pauseMs));
  }
  console.log("complete");
  process.stdin.resume();
`;

/** The path of a LINE. */
async function pathOf(line: Program): Promise<string> {
  return until("there is a line", () => /^(\S+)\n/.exec(line.output)?.[1]);
}

function start(code: string, ...args: readonly (string | number)[]): Program {
  return new Program(process.execPath, ["--input-type=module", "-e", code, ...args.map(String)]);
}

const transfers = [
  { what: "20 kB", bytes: 20_000, piece: 4096, pauseMs: 0 },
  { what: "200 kB", bytes: 200_000, piece: 4096, pauseMs: 0 },
  { what: "5 MB", bytes: 5_000_000, piece: 4096, pauseMs: 0 },
  { what: "200 kB to a slow reader", bytes: 200_000, piece: 512, pauseMs: 4 },
];

for (const { what, bytes, piece, pauseMs } of transfers) {
  test(`a pair carries ${what} without a loss by default`, async () => {
    await using bench = await BenchHub.start(["a", "b"], { topology: "pair" });
    await using reader = start(READER, bench.path("b"), bytes, piece, pauseMs);
    await bench.event("member-open", "b");
    await using writer = start(WRITER, bench.path("a"), bytes);

    await until("all is written and read", () => writer.output !== "" && reader.output !== "");

    equal(reader.output, writer.output);
    equal(bench.member("b").dropped.bytes, 0);
    ok(bench.member("b").highWaterBytes <= 65_536 + 8192);
  });
}

for (const topology of ["pair", "bus"] as const) {
  test(`a ${topology} loses nothing towards a slow real port by default`, async () => {
    await using bench = BenchHub.prepare();
    const real = await createVirtualPort();
    const { net } = bench.config(["a"]).networks;
    const members = { ...net?.members, real: { serial: real.path } };
    await bench.run({ networks: { net: { topology, queue: 3000, members } } });
    const a = await bench.open("a");
    await until("it is open", () => bench.member("real").applicationOpen);
    const receiving = (async () => {
      const received = new Checked();
      while (received.bytes < 200_000) {
        // Reads only when the sender waits for it.
        await until("the network waits", () => {
          const [network] = bench.hub.snapshot().networks;
          return network?.paused === true || bench.member("a").in.bytes === 200_000;
        });
        for (let pieces = 10; pieces > 0 && received.bytes < 200_000; pieces--)
          received.add(await real.receive({ maxBytes: 501 }));
      }
      return received;
    })();

    const sent = await sendChecked(a, 200_000);

    equal((await receiving).digest, sent.digest);
    equal(bench.member("real").dropped.bytes, 0);
    await bench.stop();
    await real.close();
  });
}

test("a reader that takes 960 bytes a second, and a line of that rate, have not stalled", async () => {
  const bytes = 6000;
  await using bench = BenchHub.prepare();
  await using line = start(LINE, bytes, 96, 100);
  const { net } = bench.config(["a", "b"]).networks;
  const members = { ...net?.members, real: { serial: await pathOf(line) } };
  await bench.run({ networks: { net: { members, queue: 4096, overflow: "wait-then-drop" } } });
  const a = await bench.open("a");
  await bench.event("member-open", "real");
  await using reader = start(READER, bench.path("b"), bytes, 96, 100);
  await bench.event("member-open", "b");
  const ending = new AbortController();
  const sending = (async () => {
    const { signal } = ending;
    while (!signal.aborted) await a.send(new Uint8Array(500), { signal });
  })().catch(() => undefined);

  await until("both have read", () => reader.output !== "" && line.output.includes("complete"));
  ending.abort();
  await sending;

  for (const name of ["b", "real"])
    ok(bench.member(name).highWaterBytes > 0, `${name} had to wait`);
  deepEqual(bench.told("stall"), []);
  deepEqual(bench.told("drop"), []);
});

test("others on a bus are received while one of them floods a slow line", async () => {
  await using bench = BenchHub.prepare();
  await using line = start(LINE, 1_000_000, 96, 100);
  const { net } = bench.config(["flood", "meter", "logger"]).networks;
  const members = { ...net?.members, real: { serial: await pathOf(line), queue: 4096 } };
  await bench.run({ networks: { net: { members } } });
  await bench.event("member-open", "real");
  const [flood, meter] = [await bench.open("flood"), await bench.open("meter")];
  const logger = await bench.open("logger");
  const ending = new AbortController();
  const sending = (async () => {
    for (;;) await flood.send(Buffer.alloc(4096, "."), { signal: ending.signal });
  })().catch(() => undefined);
  await until("senders wait", () => bench.hub.snapshot().networks[0]?.paused);
  const before = bench.member("real").out.bytes;

  for (let number = 0; number < 5; number++) {
    await meter.send(Buffer.from(`${number}`));
    for (let text = ""; !text.includes(`${number}`); )
      text = Buffer.from(await logger.receive()).toString();
  }
  const sent = bench.member("real").out.bytes - before;
  ending.abort();
  await sending;

  ok(sent < 5 * 2048, `${sent} bytes went out while five of the meter's passed`);
  equal(bench.member("real").dropped.bytes, 0);
  ok(!line.output.includes("complete"));
});

test("a stalled reader of a pair holds up its sender no longer than it takes to stall", async () => {
  await using bench = await BenchHub.start(
    ["a", "b", "spy"],
    { topology: "pair", stallAfterMs: 300 },
    { spy: { role: "tap", queue: 1_000_000 } },
  );
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  const spy = await bench.open("spy");

  const [sent, heard] = await Promise.all([sendChecked(a, 500_000), receiveChecked(spy, 500_000)]);
  const { dropped, highWaterBytes } = bench.member("b");
  const got = await receiveChecked(b, sent.bytes - dropped.bytes);
  const recovered = await bench.event("recover", "b");

  equal(heard.digest, sent.digest);
  equal(bench.told("stall", "b").length, 1);
  ok(dropped.bytes > 300_000);
  ok(highWaterBytes <= 65_536 + 8192, `${highWaterBytes} bytes waited`);
  equal(got.bytes + dropped.bytes, sent.bytes);
  deepEqual([recovered.bytesLost, recovered.messagesLost], [dropped.bytes, dropped.messages]);
  equal(bench.hub.snapshot().networks[0]?.paused, false);
});

test("a port that no application has open keeps no sender waiting", async () => {
  for (const whenAbsent of ["discard", "keep"] as const) {
    await using bench = await BenchHub.start(["a", "b"], { topology: "pair", whenAbsent });
    const a = await bench.open("a");

    await sendChecked(a, 300_000);
    await until("all is read", () => bench.member("a").in.bytes === 300_000);

    const { dropped, discarded, queuedBytes } = bench.member("b");
    equal(dropped.bytes + discarded.bytes + queuedBytes, 300_000);
    equal(bench.told("stall").length, 0);
  }
});

test("losses of a reader that goes on are two events: the first at once, and the total", async () => {
  await using bench = await BenchHub.start(["a", "b"], { queue: 5000, stallAfterMs: 60_000 });
  const [a, b] = [await bench.open("a"), await bench.open("b")];

  await sendChecked(a, 100_000);
  await until("all is read", () => bench.member("a").in.bytes === 100_000);
  const { dropped } = bench.member("b");
  const first = await bench.event("drop", "b");
  await receiveChecked(b, 100_000 - dropped.bytes);
  const total = await bench.event("drop-total", "b");

  ok(first.bytes < total.bytes);
  equal(first.messages, 1);
  deepEqual([total.bytes, total.messages], [dropped.bytes, dropped.messages]);
  equal(bench.told("drop").length, 1);
});

test("losses of a reader that leaves, or that is there when the hub stops, have their total", async () => {
  await using bench = await BenchHub.start(["a", "b", "c"], { queue: 5000, stallAfterMs: 60_000 });
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await bench.open("c");
  await sendChecked(a, 100_000);
  await until("all is read", () => bench.member("a").in.bytes === 100_000);
  const lost = { b: bench.member("b").dropped.bytes, c: bench.member("c").dropped.bytes };

  await b.close();
  const left = await bench.event("drop-total", "b");
  await bench.hub.close();
  const stopped = await bench.event("drop-total", "c");

  deepEqual({ b: left.bytes, c: stopped.bytes }, lost);
  equal(bench.told("recover").length, 0);
});

test("an overflow that the configuration names holds for a pair and for a real port, too", async () => {
  await using bench = await BenchHub.start(["a", "b"], {
    topology: "pair",
    overflow: "drop-oldest",
  });
  const [a, b] = [await bench.open("a"), await bench.open("b")];

  await sendChecked(a, 300_000);
  await a.send(Buffer.from("the end"));
  await until("all is read", () => bench.member("a").in.bytes === 300_007);
  const { dropped } = bench.member("b");
  const text = await receiveText(b, 300_007 - dropped.bytes);

  ok(dropped.bytes > 0);
  ok(text.endsWith("the end"));
});
