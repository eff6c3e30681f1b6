// Lines that take their time, lose and garble: with real ptys, and counts that stay exact.

import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";
import { sendChecked } from "../helpers/checked-stream.ts";

test("pace lets no more bytes out than the application's rate allows", async () => {
  await using bench = await BenchHub.start(["a", "b"], {}, { b: { pace: true } });
  const a = await bench.open("a");
  const b = await bench.open("b", { baudRate: 9600 });
  await until("the rate is known", () => bench.member("b").settings?.baudRate === 9600);
  const startedAt = performance.now();

  await a.send(Buffer.alloc(200, "x"));
  const text = await receiveText(b, 200);
  const tookMs = performance.now() - startedAt;

  equal(text, "x".repeat(200));
  ok(tookMs >= (200 * 10_000) / 9600 - 10, `${tookMs} ms`); // a lower bound: never too fast
  equal(bench.member("b").dropped.bytes, 0);
});

test("latency delays messages and keeps their order", async () => {
  await using bench = await BenchHub.start(
    ["a", "b"],
    { framing: "line" },
    { b: { latencyMs: 20, jitterMs: 20 } },
  );
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  const text = Array.from({ length: 50 }, (_, number) => `${number}\n`).join("");
  const startedAt = performance.now();

  await a.send(Buffer.from(text));

  equal(await receiveText(b, text.length), text);
  ok(performance.now() - startedAt >= 19);
});

test("dropRate loses the same messages for a seed, and counts them", async () => {
  const run = async (): Promise<string> => {
    await using bench = await BenchHub.start(
      ["a", "b"],
      { framing: "line" },
      { b: { dropRate: 0.5, seed: 42 } },
    );
    const [a, b] = [await bench.open("a"), await bench.open("b")];
    for (let number = 10; number < 60; number++) await a.send(Buffer.from(`${number}\n`));
    await until("all is read", () => bench.member("a").in.messages === 50);
    const { faulted } = bench.member("b");
    const text = await receiveText(b, 150 - faulted.bytes);
    equal(text.length / 3 + faulted.messages, 50);
    return text;
  };

  const first = await run();

  equal(await run(), first);
  ok(first.length > 0 && first.length < 150);
});

test("bitErrorRate garbles bits and loses no byte", async () => {
  await using bench = await BenchHub.start(["a", "b"], {}, { b: { bitErrorRate: 0.01, seed: 1 } });
  const [a, b] = [await bench.open("a"), await bench.open("b")];

  const sent = await sendChecked(a, 2000);
  const received = await receiveText(b, 2000);

  equal(received.length, sent.bytes);
  notEqual(received, "");
  deepEqual(bench.member("b").dropped, { bytes: 0, messages: 0 });
});
