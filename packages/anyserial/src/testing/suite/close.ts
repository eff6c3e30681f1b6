// Promises of close(): every pending call ends, and every later one fails.

import { equal, ok, rejects, throws } from "node:assert/strict";
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
} from "./pair.ts";

const CLOSED = { name: "SerialClosedError", code: "ERR_SERIAL_CLOSED" };

const waiting: readonly SuiteCase[] = [
  {
    name: "close() ends a waiting receive()",
    run: async ({ b }) => {
      const failed = rejects(b.receive(), { ...CLOSED, path: b.path, operation: "receive" });
      await nextTask();
      await b.close();

      await failed;
    },
  },
  {
    name: "close() ends a waiting send(), which reports how many bytes went out",
    needs: ["waitingSend"],
    run: async ({ a, moreThanFits }) => {
      const failed = rejection(a.send(pattern(moreThanFits)));
      await nextTask();
      await a.close();
      const error = (await failed) as { code: string; bytesWritten: number };

      equal(error.code, CLOSED.code);
      equal(error.bytesWritten, a.stats().bytesOut);
      ok(error.bytesWritten < moreThanFits);
    },
  },
  {
    name: "close() ends a waiting drain()",
    needs: ["outputQueue", "twoEnds"],
    run: async ({ a, moreThanFits }) => {
      await fill(a, pattern(moreThanFits));
      const failed = rejects(a.drain(), { ...CLOSED, operation: "drain" });
      await nextTask();
      await a.close();

      await failed;
    },
  },
  {
    name: "close() ends a break that lasts",
    needs: ["break"],
    run: async ({ a }) => {
      const failed = rejects(a.sendBreak({ durationMs: 60_000 }), CLOSED);
      await nextTask();
      await a.close();

      await failed;
    },
  },
  {
    name: "close() ends modemLineChanges()",
    needs: ["modemLines"],
    run: async ({ a }) => {
      const next = a.modemLineChanges().next();
      await nextTask();
      await a.close();

      equal((await next).done, true);
    },
  },
  {
    name: "close() ends receiveEvents()",
    needs: ["marks"],
    config: { a: { lineErrors: "mark" }, b: { lineErrors: "mark" } },
    run: async ({ b }) => {
      const next = b.receiveEvents().next();
      await nextTask();
      await b.close();

      equal((await next).done, true);
    },
  },
  {
    name: "close() ends for await",
    run: async ({ a, b }) => {
      const chunks: Uint8Array[] = [];
      const reading = (async () => {
        for await (const chunk of b) chunks.push(chunk);
      })();
      await a.send(bytes("x"));
      while (chunks.length === 0) await nextTask();
      await b.close();
      await reading;

      equal(chunks.length, 1);
    },
  },
  {
    name: "close() and abort in one task end a receive() once",
    run: async ({ b }) => {
      const controller = new AbortController();
      const failed = rejection(b.receive({ signal: controller.signal }));
      await nextTask();
      const closing = b.close();
      controller.abort("too");
      await closing;
      const error = (await failed) as { code?: string };

      ok((error as unknown) === "too" || error.code === CLOSED.code);
    },
  },
];

const afterwards: readonly SuiteCase[] = [
  {
    name: "close() is idempotent, and closed resolves to undefined",
    run: async ({ a }) => {
      equal(a.isOpen, true);
      const first = a.close();
      equal(a.isOpen, false);
      await Promise.all([first, a.close()]);
      await a.close();

      equal(await a.closed, undefined);
    },
  },
  {
    name: "close() is called by await using",
    run: async ({ a }) => {
      await a[Symbol.asyncDispose]();

      equal(a.isOpen, false);
      equal(await a.closed, undefined);
    },
  },
  {
    name: "close() makes every later call fail with SerialClosedError",
    run: async ({ a }) => {
      await a.close();
      for (const [operation, call] of Object.entries(CALLS)) {
        await rejects(async () => call(a), { ...CLOSED, path: a.path }, operation);
      }
      throws(() => a.trySend(bytes("x")), CLOSED);
      await rejects(a.effectiveConfig(), CLOSED);
      throws(() => a.modemLineChanges(), CLOSED);
    },
  },
  {
    name: "close() lets queued bytes go out",
    needs: ["twoEnds", "closeDelivers"],
    run: async ({ a, b }) => {
      const received = receiveExactly(b, 2000);
      await a.send(pattern(2000));
      await a.close();

      ok(Buffer.from(await received).equals(Buffer.from(pattern(2000))));
    },
  },
  {
    name: "close() on one side leaves the other usable",
    needs: ["twoEnds"],
    run: async ({ a, b }) => {
      await b.send(bytes("before"));
      await expectBytes(a, bytes("before"));
      await b.close();

      equal(a.isOpen, true);
      await a.configure({ baudRate: 19_200 });
      equal(a.config.baudRate, 19_200);
    },
  },
];

const CALLS: Readonly<Record<string, (port: SerialPort) => Promise<unknown>>> = {
  receive: (port) => port.receive(),
  receiveInto: (port) => port.receiveInto(new Uint8Array(1)),
  receiveExactly: (port) => port.reader.receiveExactly(1),
  send: (port) => port.send(bytes("x")),
  sendNothing: (port) => port.send(new Uint8Array(0)),
  drain: (port) => port.drain(),
  drainExact: (port) => port.drainExact(),
  sendBreak: (port) => port.sendBreak({ durationMs: 1 }),
  discardInput: (port) => port.discardInput(),
  discardOutput: (port) => port.discardOutput(),
  inputWaiting: (port) => port.inputWaiting(),
  outputWaiting: (port) => port.outputWaiting(),
  modemLines: (port) => port.modemLines(),
  setControlLines: (port) => port.setControlLines({ rts: true }),
  lineErrors: (port) => port.lineErrors(),
  configure: (port) => port.configure({ baudRate: 9600 }),
};

export const closeCases: readonly SuiteCase[] = [...waiting, ...afterwards];
