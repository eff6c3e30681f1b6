import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { wireTimeMs } from "../../../dist/backend/output-time.js";
import { drain, letOutputGo } from "../../../dist/io/drain.js";
import { FakeBackendPort } from "../../helpers/fake-backend-port.ts";

const never = new AbortController().signal;

/** Bytes, baud, milliseconds: ten bits a character. */
const TIMES: readonly (readonly [number, number, number])[] = [
  [0, 9600, 0],
  [96, 9600, 100],
  [1, 10, 1000],
  [11_520, 115_200, 1000],
  [1, 0, 10_000],
];
for (const [bytes, baudRate, expected] of TIMES) {
  test(`wireTimeMs() of ${bytes} bytes at ${baudRate} baud is ${expected}`, () => {
    equal(wireTimeMs(bytes, baudRate), expected);
  });
}

test("drain() looks once when the queue is empty", async () => {
  const port = new FakeBackendPort();

  await drain(port, false, never);

  deepEqual(port.calls, ["outputWaiting", "checkSent"]);
});

test("drain() looks until the queue is empty, and asks whether it was sent", async () => {
  const port = new FakeBackendPort();
  const left = [9, 5, 1, 0, 7];
  const waited: boolean[] = [];
  port.outputWaiting = () => left.shift() ?? 0;
  port.checkSent = (hadToWait = false) => void waited.push(hadToWait);

  await drain(port, false, never);

  deepEqual(left, [7]);
  deepEqual(waited, [true]);
});

test("drain() exactly looks until the transmitter is empty, then flushes", async () => {
  const port = new FakeBackendPort();
  const answers = [false, false, true, false];
  const calls: string[] = [];
  port.isTransmitterEmpty = () => answers.shift();
  const flushing = Object.assign(port, { flush: async () => void calls.push("flush") });

  await drain(flushing, true, never);

  deepEqual(answers, [false]);
  deepEqual(calls, ["flush"]);
});

test("drain() rejects with the reason of a signal that was aborted before", async () => {
  const reason = new Error("enough");

  await rejects(
    drain(new FakeBackendPort(), false, AbortSignal.abort(reason)),
    (error) => error === reason,
  );
});

for (const exact of [false, true]) {
  test(`drain() rejects with the reason when it is aborted while it waits (exact: ${exact})`, async () => {
    const port = new FakeBackendPort();
    const controller = new AbortController();
    port.queued = exact ? 0 : 1;
    port.isTransmitterEmpty = () => false;
    const waiting = drain(port, exact, controller.signal);
    controller.abort("enough");

    await rejects(waiting, (error) => error === "enough");
  });
}

test("drain() passes on the error of a query", async () => {
  const port = new FakeBackendPort();
  const failure = new Error("gone");
  port.failures.set("outputWaiting", failure);

  await rejects(drain(port, false, never), (error) => error === failure);
});

test("letOutputGo() returns the bytes that the line did not take in its time", async () => {
  const port = new FakeBackendPort();
  port.queued = 12;
  const quick = Object.assign(port, { longestOutputMs: () => 1 });

  equal(await letOutputGo(quick), 12);
});

test("letOutputGo() returns 0 when the device is gone", async () => {
  const port = new FakeBackendPort();
  port.failures.set("outputWaiting", new Error("gone"));

  equal(await letOutputGo(port), 0);
});
