// Promises of readable, writable and toDuplex().

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Duplex } from "node:stream";
import {
  bytes,
  expectBytes,
  fill,
  nextTask,
  pattern,
  receiveExactly,
  type SuiteCase,
  text,
  untilWaiting,
} from "./pair.ts";

const readable: readonly SuiteCase[] = [
  {
    name: "readable yields the received bytes, and reads nothing ahead",
    run: async ({ a, b }) => {
      const reader = b.readable.getReader();
      await a.send(bytes("abc"));
      await untilWaiting(b, 3);
      for (let task = 0; task < 10; task++) await nextTask();
      equal(await b.inputWaiting(), 3);

      const { value } = await reader.read();
      equal(text(value ?? new Uint8Array()), "abc");
    },
  },
  {
    name: "readable fills a BYOB reader's own memory",
    run: async ({ a, b }) => {
      const reader = b.readable.getReader({ mode: "byob" });
      await a.send(bytes("abc"));
      await untilWaiting(b, 3);
      const { value } = await reader.read(new Uint8Array(2));

      equal(text(value as Uint8Array), "ab");
      equal(await b.inputWaiting(), 1);
    },
  },
  {
    name: "readable canceled while it waits leaves the port open and loses no byte",
    run: async ({ a, b }) => {
      const reader = b.readable.getReader();
      const pending = reader.read();
      await nextTask();
      await reader.cancel();
      equal((await pending).done, true);
      equal(b.isOpen, true);
      const next = b.readable.getReader().read();
      await a.send(bytes("x")); // more could come in pieces

      equal(text((await next).value ?? new Uint8Array()), "x");
    },
  },
  {
    name: "readable ends when the port is closed",
    run: async ({ b }) => {
      const pending = b.readable.getReader().read();
      await nextTask();
      await b.close();

      equal((await pending).done, true);
    },
  },
];

const writable: readonly SuiteCase[] = [
  {
    name: "writable sends chunks in order, and close() drains and leaves the port open",
    run: async ({ a, b }) => {
      const writer = a.writable.getWriter();
      const received = receiveExactly(b, 6);
      await writer.write(bytes("abc"));
      await writer.write(bytes("def"));
      await writer.close();
      equal(text(await received), "abcdef");
      equal(a.isOpen, true);

      await a.writable.getWriter().write(bytes("again"));
      await expectBytes(b, bytes("again"));
    },
  },
  {
    name: "writable closed waits until the bytes have left",
    needs: ["outputQueue"],
    run: async ({ a, b, moreThanFits }) => {
      const sent = await fill(a, pattern(moreThanFits));
      let isClosed = false;
      const closing = a.writable.close().then(() => {
        isClosed = true;
      });
      for (let task = 0; task < 20; task++) await nextTask();
      equal(isClosed, false);
      await receiveExactly(b, sent);
      await closing;

      equal(isClosed, true);
    },
  },
  {
    name: "writable aborted ends a write that waits, and leaves the port usable",
    needs: ["waitingSend"],
    run: async ({ a, b, moreThanFits }) => {
      const writer = a.writable.getWriter();
      const failed = rejects(writer.write(pattern(moreThanFits)));
      await nextTask();
      await writer.abort(new Error("changed my mind"));
      await failed;
      const { bytesOut } = a.stats();
      const sending = a.send(bytes("next"));

      await expectBytes(b, pattern(moreThanFits).subarray(0, bytesOut));
      await expectBytes(b, bytes("next"));
      await sending;
    },
  },
  {
    name: "readable pipes to writable",
    needs: ["twoEnds"],
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(Math.min(moreThanFits, 50_000));
      const controller = new AbortController();
      const echo = b.readable.pipeTo(b.writable, { signal: controller.signal }).catch(() => {});
      const sending = a.send(data);
      const echoed = await receiveExactly(a, data.length);
      await sending;
      controller.abort();
      await echo;

      deepEqual(Buffer.from(echoed), Buffer.from(data));
    },
  },
];

const duplex: readonly SuiteCase[] = [
  {
    name: "toDuplex() reads and writes",
    needs: ["twoEnds"],
    run: async ({ a, b }) => {
      const stream = a.toDuplex();
      stream.write("there");
      await expectBytes(b, bytes("there"));
      const data = new Promise((resolve) => stream.once("data", resolve));
      await b.send(bytes("x")); // more could come in pieces

      equal(String(await data), "x");
      await destroyed(stream);
    },
  },
  {
    name: "toDuplex() holds a writer back while the receiver does not read",
    needs: ["backpressure"],
    run: async ({ a, b, moreThanFits }) => {
      const stream = a.toDuplex();
      const data = pattern(moreThanFits);
      equal(stream.write(data), false);
      const drained = new Promise((resolve) => stream.once("drain", resolve));
      const received = await receiveExactly(b, data.length);
      await drained;

      ok(Buffer.from(received).equals(Buffer.from(data)));
    },
  },
  {
    name: "toDuplex() closes the port when it is destroyed",
    run: async ({ a }) => {
      const stream = a.toDuplex();
      stream.resume();
      await nextTask();
      await destroyed(stream);

      equal(a.isOpen, false);
      equal(await a.closed, undefined);
    },
  },
  {
    name: "toDuplex() that flows ends when the port is closed",
    run: async ({ a }) => {
      const stream = a.toDuplex();
      const ended = new Promise((resolve) => stream.once("end", resolve));
      stream.resume();
      await nextTask();
      await a.close();

      await ended;
    },
  },
  {
    name: "toDuplex() closes when the port is closed, whether it is read, paused or left alone",
    run: async ({ a, b }) => {
      const streams = [a, b].map((port) => port.toDuplex());
      const closed = streams.map(
        (stream) => new Promise((resolve) => stream.once("close", resolve)),
      );
      streams[0]?.on("data", () => undefined).pause();
      await nextTask();
      await Promise.all([a.close(), b.close()]);

      await Promise.all(closed);
    },
  },
  {
    name: "toDuplex() fails with the cause and closes when the device goes away without a reader",
    needs: ["disconnect", "idleDisconnect"],
    run: async ({ a, hooks }) => {
      const stream = a.toDuplex();
      const failed = new Promise((resolve) => stream.once("error", resolve));
      const closed = new Promise((resolve) => stream.once("close", resolve));
      await hooks?.disconnect?.();

      equal(await failed, await a.closed);
      await closed;
    },
  },
];

function destroyed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once("close", resolve);
    stream.destroy();
  });
}

export const streamCases: readonly SuiteCase[] = [...readable, ...writable, ...duplex];
