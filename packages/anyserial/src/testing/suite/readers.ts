// Promises of the async iterator and BufferedReader.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  bytes,
  expectBytes,
  nextTask,
  pattern,
  rejection,
  type SuiteCase,
  text,
  untilWaiting,
} from "./pair.ts";

const iteration: readonly SuiteCase[] = [
  {
    name: "for await yields the received bytes, and breaking off leaves the rest",
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
  {
    name: "an iterator over the port is ended while it waits, and loses no byte",
    run: async ({ a, b }) => {
      const chunks = b[Symbol.asyncIterator]();
      const pending = [chunks.next(), chunks.next()];
      await nextTask();
      await chunks.return(undefined);
      for (const result of pending) equal((await result).done, true);
      await a.send(bytes("next"));

      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "an iterator over the port that is ended in the task in which bytes arrive loses none",
    run: async ({ a, b }) => {
      const sent = pattern(60);
      const received: number[] = [];
      for (let round = 0; round < sent.length; round++) {
        const chunks = b[Symbol.asyncIterator]();
        const pending = chunks.next();
        const sending = a.send(sent.subarray(round, round + 1));
        for (let task = 0; task < round % 4; task++) await nextTask();
        for (let hop = 0; hop < round % 7; hop++) await undefined;
        await chunks.return(undefined);
        received.push(...((await pending).value ?? []));
        await sending;
      }
      while (received.length < sent.length) received.push(...(await b.receive()));

      deepEqual(received, [...sent]);
    },
  },
  {
    name: "an iterator over the port gives calls of next() that wait together a chunk each",
    run: async ({ a, b }) => {
      const chunks = b[Symbol.asyncIterator]();
      const pending = [chunks.next(), chunks.next()];
      await a.send(bytes("x"));
      equal(text((await pending[0])?.value ?? new Uint8Array()), "x");
      await a.send(bytes("y"));

      equal(text((await pending[1])?.value ?? new Uint8Array()), "y");
      await chunks.return(undefined);
    },
  },
  {
    name: "a Readable over the port can be destroyed while it waits, and the port stays usable",
    run: async ({ a, b }) => {
      const stream = Readable.from(b).resume();
      await nextTask();
      await new Promise((resolve) => stream.once("close", resolve).destroy());
      equal(b.isOpen, true);
      await a.send(bytes("next"));

      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "a pipeline from a Readable over the port ends when it is aborted",
    run: async ({ a, b }) => {
      const controller = new AbortController();
      const source = Readable.from(b);
      const closed = new Promise((resolve) => source.once("close", resolve));
      const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
      const piping = rejection(pipeline(source, sink, controller));
      await nextTask();
      controller.abort();
      equal(((await piping) as Error).name, "AbortError");
      await closed;
      await a.send(bytes("next"));

      await expectBytes(b, bytes("next"));
    },
  },
];

const buffered: readonly SuiteCase[] = [
  {
    name: "receiveExactly() joins and cuts the arriving bytes",
    run: async ({ a, b }) => {
      const reader = b.reader;
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
      const received = await b.reader.receiveExactly(data.length);
      await sending;

      deepEqual(Buffer.from(received), Buffer.from(data));
    },
  },
  {
    name: "receiveExactly() aborted keeps the bytes read before",
    run: async ({ a, b }) => {
      const reader = b.reader;
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
      const reader = b.reader;
      await a.send(bytes("one\r\ntwo\r\nthree"));

      equal(text(await reader.receiveUntil("\r\n")), "one\r\n");
      equal(text(await reader.receiveUntil(bytes("\r\n"))), "two\r\n");
      await a.send(bytes("\r\n"));
      equal(text(await reader.receiveUntil("\r\n")), "three\r\n");
    },
  },
  {
    name: "reader is one object: bytes after a delimiter stay in it",
    run: async ({ a, b }) => {
      await a.send(bytes("one\ntwo\nthree\n"));
      for (const message of ["one\n", "two\n", "three\n"]) {
        equal(text(await b.reader.receiveUntil("\n")), message);
      }
      equal(b.reader, b.reader);
    },
  },
  {
    name: "receiveUntil() finds a delimiter that arrives in parts",
    run: async ({ a, b }) => {
      const reader = b.reader;
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
      const reader = b.reader;
      await a.send(bytes("abcdef\n"));
      await untilWaiting(b, 7);
      await rejects(reader.receiveUntil("\n", { maxBytes: 4 }), { code: "ERR_SERIAL_DELIMITER" });

      equal(text(await reader.receiveUntil("\n")), "abcdef\n");
    },
  },
  {
    name: "receiveUntil() aborted keeps the bytes read before",
    run: async ({ a, b }) => {
      const reader = b.reader;
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
    name: "receiveUntil() and receiveExactly() refuse invalid delimiters and counts",
    run: async ({ b }) => {
      const reader = b.reader;
      const invalid = { code: "ERR_INVALID_ARG_VALUE" };
      await rejects(reader.receiveUntil(""), invalid);
      await rejects(reader.receiveUntil("\n", { maxBytes: 0 }), invalid);
      await rejects(reader.receiveExactly(-1), invalid);
      await rejects(reader.receiveExactly(1.5), invalid);
    },
  },
  {
    name: "receiveExactly() ended by close() keeps the bytes read before",
    run: async ({ a, b }) => {
      const reader = b.reader;
      const failed = rejects(reader.receiveExactly(4), { name: "SerialClosedError" });
      await a.send(bytes("ab"));
      while (reader.bufferedBytes < 2) await nextTask();
      await b.close();
      await failed;

      equal(text(reader.takeBuffered()), "ab");
    },
  },
];

/** Cases of the readers over receive(). */
export const readerCases: readonly SuiteCase[] = [...iteration, ...buffered];
