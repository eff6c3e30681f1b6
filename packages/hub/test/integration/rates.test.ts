// Rates of two ends of a line: read when bytes pass, whoever changed them, and whether they said anything.

import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { findPython } from "@anyserial/test-support/programs";
import { receiveText } from "@anyserial/test-support/receive-text";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

/** Listens for "hello" at one rate after the other, as programs do that find out a rate; says nothing. */
const AUTOBAUD = `
import serial, sys
port = serial.Serial(sys.argv[1], 1200, timeout=0.2)
print("listening", flush=True)
while True:
    for rate in 2400, 4800, 9600, 19200:
        port.baudrate = rate
        port.reset_input_buffer()
        if b"hello" in port.read(20):
            print("locked at", rate, flush=True)
            sys.stdin.read()
`;

const python = findPython("serial");

test("rateMismatch garble sees a rate that a silent listener has set", async () => {
  await using bench = await BenchHub.start(["a", "b"], { rateMismatch: "garble" });
  const a = await bench.open("a", { baudRate: 9600 });
  const b = await bench.open("b", { baudRate: 1200 });
  await a.send(Buffer.from("hello"));
  await until("it is read", () => bench.member("a").in.bytes === 5);
  await until("it has passed", () => bench.member("b").out.messages === 1);
  const garbage = Buffer.from(await b.receive()).toString("latin1");

  await b.configure({ baudRate: 9600 });
  await a.send(Buffer.from("hello"));
  const clean = await receiveText(b, 5);
  await b.configure({ baudRate: 4800 });
  await a.send(Buffer.from("hello"));
  const again = Buffer.from(await b.receive()).toString("latin1");

  notEqual(garbage, "hello");
  equal(clean, "hello");
  notEqual(again, "hello");
  const rates = bench.told("settings", "b").map(({ settings }) => settings.baudRate);
  deepEqual(rates.slice(-3), [1200, 9600, 4800]);
});

test("rateMismatch garble takes the first message after a change of the sender at its new rate", async () => {
  await using bench = await BenchHub.start(["a", "b"], { rateMismatch: "garble" });
  const a = await bench.open("a", { baudRate: 9600 });
  const b = await bench.open("b", { baudRate: 9600 });
  await a.send(Buffer.from("hello"));
  equal(await receiveText(b, 5), "hello");

  await a.configure({ baudRate: 1200 });
  await a.send(Buffer.from("hello"));

  notEqual(Buffer.from(await b.receive()).toString("latin1"), "hello");
});

test("a program that tries rates finds the one of the sender, with rateMismatch garble", {
  skip: python === undefined && "pySerial is not installed",
}, async () => {
  await using bench = await BenchHub.start(["a", "b"], { rateMismatch: "garble" });
  const a = await bench.open("a", { baudRate: 9600 });
  await using listener = new Program(python ?? "", ["-c", AUTOBAUD, bench.path("b")]);
  await until("it listens", () => listener.output.includes("listening"));
  const ending = new AbortController();
  const sending = (async () => {
    while (!ending.signal.aborted) {
      await a.send(Buffer.from("hello"));
      await nextTask();
    }
  })();

  const found = await until("it has found it", () => /locked at (\d+)/.exec(listener.output)?.[1]);
  ending.abort();
  await sending;

  equal(found, "9600");
});

test("rateMismatch warn reports nothing when ports are opened, and what differs when bytes pass", async () => {
  await using bench = await BenchHub.start(["a", "b"], { rateMismatch: "warn" });
  const a = await bench.open("a", { baudRate: 9600 });
  const b = await bench.open("b", { baudRate: 19_200 });
  await until("both rates are known", () => bench.told("settings").length >= 2);
  equal(bench.told("rate-mismatch").length, 0);

  for (let round = 0; round < 3; round++) await a.send(Buffer.from("hello"));
  const told = await bench.event("rate-mismatch", "a");

  equal(await receiveText(b, 15), "hellohellohello");
  deepEqual([told.baudRate, told.other, told.otherBaudRate], [9600, "b", 19_200]);
  equal(bench.told("rate-mismatch").length, 1);
});

test("pace follows a rate that a silent listener has set", async () => {
  await using bench = await BenchHub.start(["a", "b"], {}, { b: { pace: true } });
  const a = await bench.open("a");
  const b = await bench.open("b", { baudRate: 300 });
  await b.send(Buffer.from("?"));
  await until(
    "the rate is seen",
    () => bench.told("settings", "b").at(-1)?.settings.baudRate === 300,
  );
  await a.send(Buffer.alloc(1000, "x"));
  let received = (await b.receive()).length;

  await b.configure({ baudRate: 115_200 });
  const signal = AbortSignal.timeout(20_000); // at 300 baud 33 s are left
  while (received < 1000) received += (await b.receive({ signal })).length;

  equal(received, 1000);
});

test("the settings in a snapshot are those of the moment, and a change is reported", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const b = await bench.open("b", { baudRate: 9600 });

  await b.configure({ baudRate: 1200 });
  const { settings } = bench.member("b");

  equal(settings?.baudRate, 1200);
  ok(bench.told("settings", "b").some((event) => event.settings.baudRate === 1200));
});
