// Promises of a port that changes `lineErrors`, and of one that counts waiting bytes under marks.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { leaveDecoded } from "./marks.ts";
import {
  bytes,
  expectBytes,
  nextTask,
  receiveExactly,
  type SuiteCase,
  until,
  untilWaiting,
} from "./pair.ts";

const MARK = { a: { lineErrors: "mark" }, b: { lineErrors: "mark" } } as const;

/** Cases of the rule for received bytes. */
export const markRuleCases: readonly SuiteCase[] = [
  {
    name: "inputWaiting() with marks counts the bytes that a receive would get, and no escapes",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      await a.send(Uint8Array.of(0xff, 0xff, 0xff));
      await untilWaiting(b, 3);
      equal(await b.inputWaiting(), 3);

      deepEqual([...(await receiveExactly(b, await b.inputWaiting()))], [0xff, 0xff, 0xff]);
    },
  },
  {
    name: "inputWaiting() with marks leaves the counted bytes to a waiting receive()",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      const received = b.receive();
      await a.send(Uint8Array.of(0xff));
      for (let round = 0; round < 20; round++) {
        await b.inputWaiting();
        await nextTask();
      }

      deepEqual([...(await received)], [0xff]);
    },
  },
  {
    name: "configure() that turns marks on leaves the bytes that wait as they are",
    needs: ["marks"],
    run: async ({ a, b }) => {
      const sent = Uint8Array.of(0xff, 0xff, 0x42, 0xff, 0, 0x43, 0xff);
      await a.send(sent);
      await untilWaiting(b, sent.length);
      await b.configure({ lineErrors: "mark" });
      equal(await b.inputWaiting(), sent.length);
      await a.send(sent);

      await expectBytes(b, Uint8Array.of(...sent, ...sent));
    },
  },
  {
    name: "configure() that turns marks off leaves the bytes that wait as they are",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      const sent = Uint8Array.of(0x41, 0xff, 0x42, 0xff, 0xff);
      await a.send(sent);
      await untilWaiting(b, sent.length);
      await b.configure({ lineErrors: "count" });
      equal(await b.inputWaiting(), sent.length);
      await a.send(sent);

      await expectBytes(b, Uint8Array.of(...sent, ...sent));
    },
  },
  {
    name: "configure() that turns marks on or off under a flow of bytes loses and changes none",
    needs: ["marks"],
    run: async ({ a, b }) => {
      const sent = Uint8Array.from({ length: 600 }, (_, at) => (at % 3 === 0 ? 0xff : at & 0xff));
      const received: number[] = [];
      const receiving = (async () => {
        while (received.length < sent.length) received.push(...(await b.receive()));
      })();
      for (let at = 0; at < sent.length; at += 20) {
        await a.send(sent.subarray(at, at + 20));
        await until(async () => received.length >= at + 20); // stats() would count escapes as well
        await b.configure({ lineErrors: at % 40 === 0 ? "mark" : "count" });
      }

      await receiving;
      deepEqual(Buffer.from(received), Buffer.from(sent));
    },
  },
  {
    name: "configure() that turns marks off leaves the bytes that were decoded",
    needs: ["marks", "break"],
    config: MARK,
    run: async ({ a, b }) => {
      await leaveDecoded(a, b);
      await b.configure({ lineErrors: "count" });
      await a.send(Uint8Array.of(0xff));

      await expectBytes(b, Uint8Array.of(...bytes("decoded"), 0xff));
      await rejects(b.receiveEvents().next(), { code: "ERR_SERIAL_NOT_MARKING" });
    },
  },
  {
    name: "configure() that turns marks on or off is obeyed by a receive() that waits",
    needs: ["marks"],
    run: async ({ a, b }) => {
      const marked = b.receive();
      await nextTask();
      await b.configure({ lineErrors: "mark" });
      await a.send(Uint8Array.of(0xff));
      deepEqual([...(await marked)], [0xff]);
      const plain = receiveExactly(b, 3);
      await nextTask();
      await b.configure({ lineErrors: "count" });
      await a.send(Uint8Array.of(0xff, 0, 1));

      deepEqual([...(await plain)], [0xff, 0, 1]);
    },
  },
  {
    name: "configure() turns marks on and off on an open port",
    needs: ["marks"],
    run: async ({ a, b }) => {
      await b.configure({ lineErrors: "mark" });
      await a.send(Uint8Array.of(0xff, 1));
      await expectBytes(b, Uint8Array.of(0xff, 1));
      await b.configure({ lineErrors: "count" });
      await a.send(Uint8Array.of(0xff, 2));

      await expectBytes(b, Uint8Array.of(0xff, 2));
    },
  },
];
