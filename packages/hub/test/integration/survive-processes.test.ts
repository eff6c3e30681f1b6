// Applications in processes of their own that come and go without end, read next to nothing, or talk
// while the configuration changes.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { Holders } from "../../dist/hub/presence.js";
import { BenchHub } from "../helpers/bench-hub.ts";
import { receiveChecked, sendChecked } from "../helpers/checked-stream.ts";
import { Program } from "../helpers/programs.ts";

const VISITOR = `
  import { closeSync, constants, openSync } from "node:fs";
  for (let round = 0; round < 10_000; round++)
    closeSync(openSync(process.argv[1], constants.O_RDWR | constants.O_NOCTTY));
  console.log("through");
`;

/** Reads one byte, waits for a second, and so on. */
const SLOW_READER = `
  import { openSync, readSync } from "node:fs";
  const fd = openSync(process.argv[1], "r+");
  const byte = Buffer.alloc(1);
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    if (readSync(fd, byte) === 1) process.stdout.write(byte.toString("latin1"));
    Atomics.wait(clock, 0, 0, 1000);
  }
`;

/** Writes numbered lines, the second half on a signal; a write waits while there is no room. */
const COUNTER = `
  import { openSync, readSync, writeSync } from "node:fs";
  const fd = openSync(process.argv[1], "r+");
  for (let number = 0; number < 20_000; number++) {
    if (number === 10_000) readSync(0, Buffer.alloc(1));
    const line = Buffer.from("line " + number + "\\n");
    for (let at = 0; at < line.length; ) at += writeSync(fd, line, at);
  }
  process.stdin.resume(); // the port stays open until the test ends
`;

/**
 * Reads numbered lines, and prints the number of the last one when each followed the one before.
 */
const CHECKER = `
  import { openSync, readSync } from "node:fs";
  const fd = openSync(process.argv[1], "r+");
  const bytes = Buffer.alloc(4096);
  let [rest, next] = ["", 0];
  while (next < 20_000) {
    const lines = (rest + bytes.toString("latin1", 0, readSync(fd, bytes))).split("\\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line !== "line " + next++) throw new Error(line + " in place of " + (next - 1));
    }
  }
  console.log("complete");
  process.stdin.resume();
`;

function start(code: string, path: string): Program {
  return new Program(process.execPath, ["--input-type=module", "-e", code, path]);
}

test("a program that opens and closes a port 10,000 times leaves it usable", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  await using visitor = start(VISITOR, bench.path("a"));
  await until("it is through", () => visitor.output.includes("through"));
  await until("no application is there", () => !bench.member("a").applicationOpen);
  bench.events.length = 0;

  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await a.send(Buffer.from("hello"));

  equal(await receiveText(b, 5), "hello");
  equal(bench.told("member-error").length, 0);
});

test("a program that takes 1 byte a second delays no other member, and gets them in order", async () => {
  const slow = { queue: 2000, stallAfterMs: 100 };
  await using bench = await BenchHub.start(["a", "slow", "b"], { queue: 300_000 }, { slow });
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await using reader = start(SLOW_READER, bench.path("slow"));
  await bench.event("member-open", "slow");
  await a.send(Buffer.from("0123456789"));
  await until("it reads", () => reader.output === "0");

  const [sent, received] = await Promise.all([
    sendChecked(a, 200_000),
    receiveChecked(b, 200_010).then(() => bench.member("b")),
  ]);
  const stall = await bench.event("stall", "slow");
  await until("it goes on", () => reader.output.startsWith("012"));

  equal(sent.bytes, 200_000);
  equal(received.dropped.bytes, 0);
  ok(stall.queuedBytes > 0);
  ok(bench.member("slow").highWaterBytes <= 2000);
  equal(bench.told("stall", "b").length, 0);
});

test("a reload in mid-traffic loses, doubles and swaps nothing", async () => {
  const network = { overflow: "backpressure", framing: "line", whenAbsent: "keep" } as const;
  await using bench = await BenchHub.start(["a", "b"], network);
  await using checker = start(CHECKER, bench.path("b"));
  await bench.event("member-open", "b");
  await using counter = start(COUNTER, bench.path("a"));
  await until("they talk", () => bench.member("b").out.messages > 100);

  let reloads = 0;
  for (; !checker.output.includes("complete"); reloads++) {
    const names = reloads % 2 === 0 ? ["a", "b", "c"] : ["a", "b"];
    const queue = 2000 + (reloads % 7) * 500;
    await bench.hub.reload(
      bench.config(names, { ...network, queue }, { c: { role: "tap", overflow: "drop-newest" } }),
    );
    equal(checker.process.exitCode, null, "the reader found a line out of place");
    if (reloads === 2) counter.process.stdin?.write("\n");
    await nextTask();
  }

  ok(reloads > 2);
  equal(bench.member("b").out.messages, 20_000);
  equal(bench.member("b").dropped.bytes, 0);
  equal(counter.process.exitCode, null);
});

test("a snapshot names the programs that have a port open now, not those that opened it", async () => {
  await using bench = BenchHub.prepare();
  await bench.run(bench.config(["a"]), { holders: new Holders() });
  const holds = (then: string): Program =>
    new Program("sh", ["-c", `exec 3<>"$0"; ${then}`, bench.path("a")]);
  const namesNow = (): string =>
    bench
      .member("a")
      .pids.map(({ name }) => name)
      .sort()
      .join(" ");
  await using first = holds("read line; exec sleep 1000");
  await until("the first is there", () => namesNow() === "sh");

  await using second = holds("exec cat");
  await until("both are there", () => namesNow() === "cat sh");
  first.say("go on\n");
  await until("the first is another program", () => namesNow() === "cat sleep");
  await second.kill();
  await until("the second is gone", () => namesNow() === "sleep");

  equal(bench.told("member-open", "a").length, 1);
  equal(bench.told("member-close", "a").length, 0);
});
