// Promises of send(), trySend(), drain(), outputWaiting() and discardOutput().

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { SendAbortedError } from "../../errors/errors.ts";
import type { SerialPort } from "../../port/serial-port.ts";
import {
  bytes,
  expectBytes,
  fill,
  nextTask,
  pattern,
  receiveExactly,
  rejection,
  type SuiteCase,
  until,
} from "./pair.ts";

const results: readonly SuiteCase[] = [
  {
    name: "send() takes any kind of view, and its bytes only",
    run: async ({ a, b }) => {
      const memory = bytes("..abcdef..");
      await a.send(new DataView(memory.buffer, 2, 2));
      await a.send(new Uint16Array(memory.slice(4, 8).buffer));
      await a.send(memory.buffer.slice(8));

      await expectBytes(b, bytes("abcdef.."));
    },
  },
  {
    name: "send() of an empty view resolves and sends nothing",
    run: async ({ a, b }) => {
      await a.send(new Uint8Array(0));
      await a.send(bytes("x"));

      await expectBytes(b, bytes("x"));
      equal(a.stats().bytesOut, 1);
    },
  },
  {
    name: "send() refuses a value that is no view",
    run: async ({ a }) => {
      for (const data of ["text", [1, 2], 7, undefined]) {
        // The types forbid it; JavaScript callers can do it.
        await rejects(a.send(data as unknown as Uint8Array), { code: "ERR_INVALID_ARG_VALUE" });
      }
    },
  },
  {
    name: "send() sends more than fits anywhere, whole and in order",
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(moreThanFits);
      const sending = a.send(data);
      const received = await receiveExactly(b, data.length);
      await sending;

      ok(Buffer.from(received).equals(Buffer.from(data)));
      equal(a.stats().bytesOut, data.length);
    },
  },
  {
    name: "send() waits while the reader does not read",
    needs: ["backpressure"],
    run: async ({ a, b, moreThanFits }) => {
      let isSent = false;
      const sending = a.send(pattern(moreThanFits)).then(() => {
        isSent = true;
      });
      for (let task = 0; task < 50; task++) await nextTask();
      equal(isSent, false);
      await receiveExactly(b, moreThanFits);
      await sending;

      equal(isSent, true);
    },
  },
  {
    name: "send() beside a waiting one is refused, and the waiting one continues",
    needs: ["waitingSend"],
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(moreThanFits);
      const first = a.send(data);
      await nextTask();
      const busy = {
        name: "SerialConcurrencyError",
        code: "ERR_SERIAL_CONCURRENT",
        operation: "send",
      };
      await rejects(a.send(bytes("x")), busy);
      await rejects(async () => a.trySend(bytes("x")), busy);
      await expectBytes(b, data);

      await first;
    },
  },
  {
    name: "trySend() takes as many bytes as fit, and 0 when none do",
    needs: ["backpressure"],
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(moreThanFits);
      let sent = 0;
      for (let count = a.trySend(data); count > 0; count = a.trySend(data.subarray(sent))) {
        sent += count;
      }
      ok(sent > 0 && sent < data.length);
      await expectBytes(b, data.subarray(0, sent));
      await until(() => a.trySend(bytes("x")) === 1);

      await expectBytes(b, bytes("x"));
    },
  },
  {
    name: "send() and receive() run at the same time in both directions",
    needs: ["twoEnds"],
    run: async ({ a, b, moreThanFits }) => {
      const there = pattern(moreThanFits, 1);
      const back = pattern(moreThanFits, 2);
      const sending = Promise.all([a.send(there), b.send(back)]);
      const [atB, atA] = await Promise.all([
        receiveExactly(b, there.length),
        receiveExactly(a, back.length),
      ]);
      await sending;

      ok(Buffer.from(atB).equals(Buffer.from(there)));
      ok(Buffer.from(atA).equals(Buffer.from(back)));
    },
  },
];

const cancellation: readonly SuiteCase[] = [
  {
    name: "send() with an aborted signal rejects and sends nothing",
    run: async ({ a, b }) => {
      const reason = new Error("changed my mind");
      await rejects(a.send(bytes("no"), { signal: AbortSignal.abort(reason) }), {
        name: "AbortError",
        cause: reason,
        bytesWritten: 0,
      });
      await a.send(bytes("yes"));

      await expectBytes(b, bytes("yes"));
    },
  },
  {
    name: "send() aborted while it waits reports exactly how many bytes went out",
    needs: ["waitingSend"],
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(moreThanFits);
      const controller = new AbortController();
      const failed = rejection(a.send(data, { signal: controller.signal }));
      await nextTask();
      controller.abort("changed my mind");
      const { bytesWritten, cause } = (await failed) as SendAbortedError;
      equal(cause, "changed my mind");
      ok(bytesWritten < data.length);
      equal(a.stats().bytesOut, bytesWritten);
      const sending = a.send(bytes("next"));

      await expectBytes(b, data.subarray(0, bytesWritten));
      await expectBytes(b, bytes("next"));
      await sending;
    },
  },
  {
    name: "send() forgets a signal when it resolves",
    run: async ({ a, b, moreThanFits }) => {
      const { signal } = new AbortController();
      const sending = a.send(pattern(moreThanFits), { signal });
      await receiveExactly(b, moreThanFits);
      await sending;

      equal(getEventListeners(signal, "abort").length, 0);
    },
  },
  {
    name: "send() loses and repeats no byte when it is aborted again and again",
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(moreThanFits / 4);
      const received = receiveExactly(b, data.length);
      for (let at = 0; at < data.length; ) at += await sendSome(a, data.subarray(at));

      ok(Buffer.from(await received).equals(Buffer.from(data)));
    },
  },
];

const queue: readonly SuiteCase[] = [
  {
    name: "drain() resolves at once when nothing is queued",
    run: async ({ a }) => {
      await a.drain();
      await a.drainExact();
      equal(await a.outputWaiting(), 0);
    },
  },
  {
    name: "drain() and drainExact() resolve when the bytes have left",
    run: async ({ a, b }) => {
      const received = receiveExactly(b, 3000);
      await a.send(pattern(3000));
      await Promise.all([a.drain(), a.drainExact()]);
      equal(await a.outputWaiting(), 0);

      deepEqual(Buffer.from(await received), Buffer.from(pattern(3000)));
    },
  },
  {
    name: "drain() waits for a reader that does not read, and can be aborted meanwhile",
    needs: ["outputQueue"],
    run: async ({ a, b, moreThanFits }) => {
      const sent = await fill(a, pattern(moreThanFits));
      ok((await a.outputWaiting()) > 0);
      const reason = new Error("changed my mind");
      const controller = new AbortController();
      const failed = rejection(a.drain({ signal: controller.signal }));
      const draining = a.drain();
      await nextTask();
      controller.abort(reason);
      equal(await failed, reason);
      await receiveExactly(b, sent);
      await draining;

      equal(await a.outputWaiting(), 0);
    },
  },
  {
    name: "discardOutput() discards bytes that have not left, and wakes a waiting drain()",
    needs: ["outputQueue", "discardOutput"],
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(moreThanFits);
      const sent = await fill(a, data);
      const draining = a.drain();
      const queued = await a.outputWaiting();
      await a.discardOutput();
      await draining;
      equal(await a.outputWaiting(), 0);
      await a.send(bytes("next"));

      await expectBytes(b, data.subarray(0, sent - queued));
      await expectBytes(b, bytes("next"));
    },
  },
];

/** Sends until a task later. @returns Bytes accepted. */
async function sendSome(port: SerialPort, data: Uint8Array): Promise<number> {
  const controller = new AbortController();
  const sending = port.send(data, { signal: controller.signal }).then(
    () => data.length,
    (error: SendAbortedError) => {
      equal(error.name, "AbortError");
      return error.bytesWritten;
    },
  );
  await nextTask();
  controller.abort();
  return sending;
}

export const sendCases: readonly SuiteCase[] = [...results, ...cancellation, ...queue];
