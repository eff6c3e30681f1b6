// Promises of receive() and receiveInto().

import { deepEqual, equal, rejects } from "node:assert/strict";
import { getEventListeners } from "node:events";
import {
  bytes,
  everyByte,
  expectBytes,
  injectError,
  nextTask,
  pattern,
  rejection,
  type SuiteCase,
  text,
  untilWaiting,
} from "./pair.ts";

const ATTEMPTS = 3;

const results: readonly SuiteCase[] = [
  {
    name: "receive() waits until there are bytes",
    run: async ({ a, b }) => {
      const received = b.receive();
      await nextTask();
      await a.send(bytes("x"));

      equal(text(await received), "x");
    },
  },
  {
    name: "receive() takes at most maxBytes and leaves the rest",
    run: async ({ a, b }) => {
      await a.send(bytes("abcdef"));
      await untilWaiting(b, 6);

      equal(text(await b.receive({ maxBytes: 4 })), "abcd");
      equal(text(await b.receive({ maxBytes: 4 })), "ef");
    },
  },
  {
    name: "receive() takes a maxBytes that is larger than any buffer",
    run: async ({ a, b }) => {
      await a.send(bytes("abc"));

      await untilWaiting(b, 3);
      equal(text(await b.receive({ maxBytes: Number.MAX_SAFE_INTEGER })), "abc");
    },
  },
  {
    name: "receive() takes at most readChunkSize when maxBytes is not given",
    config: { a: { readChunkSize: 64 }, b: { readChunkSize: 64 } },
    run: async ({ a, b }) => {
      await a.send(pattern(100));
      await untilWaiting(b, 100);

      equal((await b.receive()).length, 64);
    },
  },
  {
    name: "receive() gives bytes that later receives leave alone",
    run: async ({ a, b }) => {
      await a.send(bytes("first"));
      await untilWaiting(b, 5);
      const first = await b.receive();
      await a.send(bytes("SECOND"));
      await untilWaiting(b, 6);
      const second = await b.receive();

      equal(text(first), "first");
      equal(text(second), "SECOND");
    },
  },
  {
    name: "receive() passes every byte value on unchanged",
    run: async ({ a, b }) => {
      await a.send(everyByte());

      await expectBytes(b, everyByte());
    },
  },
  {
    name: "receive() refuses a maxBytes that is no positive integer, and takes no byte",
    run: async ({ a, b }) => {
      await a.send(bytes("kept"));
      for (const maxBytes of [0, -1, 1.5, Number.NaN]) {
        await rejects(b.receive({ maxBytes }), { code: "ERR_INVALID_ARG_VALUE" });
      }

      await expectBytes(b, bytes("kept"));
    },
  },
  {
    name: "receiveInto() fills the caller's view and nothing around it",
    run: async ({ a, b }) => {
      const memory = new Uint8Array(16).fill(0x2e);
      await a.send(bytes("abc"));
      await untilWaiting(b, 3);

      equal(await b.receiveInto(memory.subarray(4, 12)), 3);
      equal(text(memory), "....abc.........");
    },
  },
  {
    name: "receiveInto() takes any kind of view, and not more than it holds",
    run: async ({ a, b }) => {
      const memory = new ArrayBuffer(8);
      await a.send(bytes("abcdef"));
      await untilWaiting(b, 6);

      equal(await b.receiveInto(new DataView(memory, 2, 2)), 2);
      equal(await b.receiveInto(new Uint16Array(memory, 4, 2)), 4);
      equal(text(new Uint8Array(memory, 2)), "abcdef");
    },
  },
  {
    name: "receive() takes all that is there with one read",
    needs: ["wholeReads"],
    run: async ({ a, b }) => {
      const reads: number[] = [];
      // A system that is busy may answer a read late, which counts as a second one.
      while (reads.at(-1) !== 1 && reads.length < ATTEMPTS) {
        await a.send(pattern(1000));
        await untilWaiting(b, 1000);
        const { readCalls } = b.stats();
        const received = await b.receive();
        deepEqual(Buffer.from(received), Buffer.from(pattern(1000)));
        reads.push(b.stats().readCalls - readCalls);
      }

      equal(reads.at(-1), 1);
    },
  },
];

const cancellation: readonly SuiteCase[] = [
  {
    name: "receive() with an aborted signal rejects with its reason and takes no byte",
    run: async ({ a, b }) => {
      const reason = new Error("changed my mind");
      await a.send(bytes("kept"));
      await untilWaiting(b, 4);

      equal(await rejection(b.receive({ signal: AbortSignal.abort(reason) })), reason);
      await expectBytes(b, bytes("kept"));
    },
  },
  {
    name: "receive() rejects with the reason when it is aborted while it waits",
    run: async ({ a, b }) => {
      const reason = { any: "value" };
      const controller = new AbortController();
      const failed = rejection(b.receive({ signal: controller.signal }));
      await nextTask();
      controller.abort(reason);

      equal(await failed, reason);
      await a.send(bytes("next"));
      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "receive() rejects with a TimeoutError for AbortSignal.timeout()",
    run: async ({ b }) => {
      await rejects(b.receive({ signal: AbortSignal.timeout(1) }), { name: "TimeoutError" });
    },
  },
  {
    name: "receiveInto() is aborted in the same way",
    run: async ({ a, b }) => {
      const controller = new AbortController();
      const { signal } = controller;
      const failed = rejection(b.receiveInto(new Uint8Array(8), { signal }));
      await nextTask();
      controller.abort("changed my mind");
      equal(await failed, "changed my mind");

      await a.send(bytes("next"));
      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "receive() loses no byte when aborts race with arrivals",
    run: async ({ a, b }) => {
      const sent = pattern(300);
      const received: number[] = [];
      for (let round = 0; round < sent.length; round++) {
        const controller = new AbortController();
        const pending = b.receive({ signal: controller.signal }).then(
          (chunk) => received.push(...chunk),
          (error: unknown) => equal(error, "raced"),
        );
        const sending = a.send(sent.subarray(round, round + 1));
        for (let task = 0; task < round % 4; task++) await nextTask();
        controller.abort("raced");
        await Promise.all([pending, sending]);
      }
      while (received.length < sent.length) received.push(...(await b.receive()));

      deepEqual(received, [...sent]);
    },
  },
  {
    name: "receive() loses no byte when it is aborted in the task in which one arrives",
    needs: ["injectError"],
    run: async ({ a, hooks }) => {
      const controller = new AbortController();
      const received: number[] = [];
      const pending = a.receive({ signal: controller.signal }).then(
        (chunk) => received.push(...chunk),
        (error: unknown) => equal(error, "raced"),
      );
      await nextTask();
      injectError(hooks, "framing", 0x41);
      controller.abort("raced");
      await pending;
      if (received.length === 0) received.push(...(await a.receive()));

      deepEqual(received, [0x41]);
    },
  },
  {
    name: "receive() forgets a signal that is aborted after it resolved",
    run: async ({ a, b }) => {
      const controller = new AbortController();
      const first = b.receive({ signal: controller.signal });
      await a.send(bytes("x"));
      await first;
      equal(getEventListeners(controller.signal, "abort").length, 0);
      controller.abort();
      await a.send(bytes("y"));

      equal(text(await b.receive()), "y");
    },
  },
  {
    name: "receive() beside a waiting one is refused, and the waiting one continues",
    run: async ({ a, b }) => {
      const first = b.receive();
      await nextTask();
      const busy = {
        name: "SerialConcurrencyError",
        code: "ERR_SERIAL_CONCURRENT",
        operation: "receive",
      };
      await rejects(b.receive(), busy);
      await rejects(b.receiveInto(new Uint8Array(1)), busy);
      await a.send(bytes("x"));

      equal(text(await first), "x");
    },
  },
];

export const receiveCases: readonly SuiteCase[] = [...results, ...cancellation];
