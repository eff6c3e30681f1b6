// What the async iterator and BufferedReader promise.

import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  bytes,
  expectBytes,
  nextTask,
  pattern,
  rejection,
  type SuiteCase,
  text,
  untilWaiting,
} from "./suite-pair.ts";

const iteration: readonly SuiteCase[] = [
  {
    name: "for await gives what is received, and breaking off leaves the rest",
    run: async ({ a, b }) => {
      await a.send(bytes("abc"));
      await untilWaiting(b, 3);
      for await (const chunk of b) {
        equal(text(chunk), "abc");
        break;
      }
      await a.send(bytes("def"));

      await expectBytes(b, bytes("def"));
      equal(b.isOpen, true);
    },
  },
];

const buffered: readonly SuiteCase[] = [
  {
    name: "receiveExactly() joins and cuts what arrives",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      const first = reader.receiveExactly(4);
      await a.send(bytes("ab"));
      await nextTask();
      await a.send(bytes("cdef"));

      equal(text(await first), "abcd");
      equal(text(await reader.receiveExactly(2)), "ef");
      equal((await reader.receiveExactly(0)).length, 0);
    },
  },
  {
    name: "receiveExactly() receives more than any buffer holds",
    run: async ({ a, b, moreThanFits }) => {
      const data = pattern(Math.min(moreThanFits, 200_000));
      const sending = a.send(data);
      const received = await b.buffered().receiveExactly(data.length);
      await sending;

      deepEqual(Buffer.from(received), Buffer.from(data));
    },
  },
  {
    name: "receiveExactly() aborted keeps what it had read",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      const controller = new AbortController();
      const failed = rejection(reader.receiveExactly(4, { signal: controller.signal }));
      await a.send(bytes("ab"));
      while (reader.bufferedBytes < 2) await nextTask();
      controller.abort("changed my mind");
      equal(await failed, "changed my mind");
      await a.send(bytes("cd"));

      equal(text(await reader.receiveExactly(4)), "abcd");
    },
  },
  {
    name: "receiveUntil() gives one message after the other, delimiter included",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      await a.send(bytes("one\r\ntwo\r\nthree"));

      equal(text(await reader.receiveUntil("\r\n")), "one\r\n");
      equal(text(await reader.receiveUntil(bytes("\r\n"))), "two\r\n");
      await a.send(bytes("\r\n"));
      equal(text(await reader.receiveUntil("\r\n")), "three\r\n");
    },
  },
  {
    name: "receiveUntil() finds a delimiter that arrives in parts",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      const message = reader.receiveUntil("--end--");
      for (const part of ["a--e", "nd-x", "--en", "d--b"]) {
        await a.send(bytes(part));
        await nextTask();
      }

      equal(text(await message), "a--end-x--end--");
      equal(text(await reader.receiveExactly(1)), "b");
    },
  },
  {
    name: "receiveUntil() gives up after maxBytes and keeps the bytes",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      await a.send(bytes("abcdef\n"));
      await untilWaiting(b, 7);
      await rejects(reader.receiveUntil("\n", { maxBytes: 4 }), { code: "ERR_SERIAL_DELIMITER" });

      equal(text(await reader.receiveUntil("\n")), "abcdef\n");
    },
  },
  {
    name: "receiveUntil() aborted keeps what it had read",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      const controller = new AbortController();
      const failed = rejection(reader.receiveUntil("\n", { signal: controller.signal }));
      await a.send(bytes("part"));
      while (reader.bufferedBytes < 4) await nextTask();
      controller.abort("changed my mind");
      equal(await failed, "changed my mind");

      equal(text(reader.takeBuffered()), "part");
      equal(reader.bufferedBytes, 0);
    },
  },
  {
    name: "receiveUntil() and receiveExactly() refuse what is no delimiter or count",
    run: async ({ b }) => {
      const reader = b.buffered();
      const invalid = { code: "ERR_INVALID_ARG_VALUE" };
      await rejects(reader.receiveUntil(""), invalid);
      await rejects(reader.receiveUntil("\n", { maxBytes: 0 }), invalid);
      await rejects(reader.receiveExactly(-1), invalid);
      await rejects(reader.receiveExactly(1.5), invalid);
    },
  },
  {
    name: "receiveExactly() ended by close() keeps what it had read",
    run: async ({ a, b }) => {
      const reader = b.buffered();
      const failed = rejects(reader.receiveExactly(4), { name: "SerialClosedError" });
      await a.send(bytes("ab"));
      while (reader.bufferedBytes < 2) await nextTask();
      await b.close();
      await failed;

      equal(text(reader.takeBuffered()), "ab");
    },
  },
];

/** What the readers over receive() promise. */
export const readerCases: readonly SuiteCase[] = [...iteration, ...buffered];
