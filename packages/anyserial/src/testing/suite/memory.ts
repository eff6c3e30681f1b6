// Promises about the memory that is received into and sent from.

import { equal, ok, rejects } from "node:assert/strict";
import { bytes, expectBytes, nextTask, type SuiteCase, text, untilWaiting } from "./pair.ts";

export const memoryCases: readonly SuiteCase[] = [
  {
    name: "receiveInto() refuses an empty view",
    run: async ({ b }) => {
      await rejects(b.receiveInto(new Uint8Array(0)), { code: "ERR_INVALID_ARG_VALUE" });
    },
  },
  {
    name: "receiveInto() and send() take shared memory",
    run: async ({ a, b }) => {
      const [from, into] = [new SharedArrayBuffer(3), new SharedArrayBuffer(3)];
      new Uint8Array(from).set(bytes("abc"));
      await a.send(from);
      await untilWaiting(b, 3);

      equal(await b.receiveInto(new Uint8Array(into)), 3);
      equal(String.fromCharCode(...new Uint8Array(into)), "abc");
    },
  },
  {
    name: "receive() gives bytes in memory of their own, which can be transferred",
    run: async ({ a, b }) => {
      await a.send(bytes("abc"));
      await untilWaiting(b, 3);
      const received = await b.receive();
      const { buffer } = received;
      ok(buffer.byteLength <= 6, `${buffer.byteLength} bytes for 3`);
      const moved = structuredClone(received, { transfer: [buffer as ArrayBuffer] });

      equal(text(moved), "abc");
      await a.send(bytes("next"));
      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "receiveInto() whose memory is transferred while it waits fails, and loses no byte",
    run: async ({ a, b }) => {
      const memory = new ArrayBuffer(8);
      const failed = rejects(b.receiveInto(new Uint8Array(memory)), {
        code: "ERR_SERIAL_MEMORY",
        path: b.path,
        operation: "receive",
      });
      await nextTask();
      structuredClone(memory, { transfer: [memory] });
      await a.send(bytes("kept"));
      await failed;

      equal(b.isOpen, true);
      await expectBytes(b, bytes("kept"));
    },
  },
  {
    name: "receiveInto() and send() refuse memory that was transferred before",
    run: async ({ a }) => {
      const memory = new ArrayBuffer(8);
      const views = [new Uint8Array(memory), new Float64Array(memory), new DataView(memory)];
      structuredClone(memory, { transfer: [memory] });
      for (const view of [...views, memory]) {
        await rejects(a.receiveInto(view as Uint8Array), { code: "ERR_INVALID_ARG_VALUE" });
        await rejects(a.send(view), { code: "ERR_INVALID_ARG_VALUE" });
      }
    },
  },
];
