// Promises of sendBreak() and lineErrors().

import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  bytes,
  expectBytes,
  injectError,
  nextTask,
  rejection,
  type SuiteCase,
  until,
  untilWaiting,
} from "./pair.ts";

const breaks: readonly SuiteCase[] = [
  {
    name: "sendBreak() is received as a NUL, and counted",
    needs: ["break", "lineErrorCounters"],
    run: async ({ a, b }) => {
      await a.sendBreak({ durationMs: 5 });

      await expectBytes(b, Uint8Array.of(0));
      equal((await b.lineErrors()).break, 1);
    },
  },
  {
    name: "sendBreak() takes the break back, so that bytes pass again",
    needs: ["break"],
    run: async ({ a, b }) => {
      await a.sendBreak({ durationMs: 1 });
      await a.send(bytes("after"));

      await expectBytes(b, Uint8Array.of(0, ...bytes("after")));
    },
  },
  {
    name: "sendBreak() aborted takes the break back and rejects with the reason",
    needs: ["break"],
    run: async ({ a, b }) => {
      const controller = new AbortController();
      const failed = rejection(a.sendBreak({ durationMs: 60_000, signal: controller.signal }));
      await nextTask();
      controller.abort("changed my mind");
      equal(await failed, "changed my mind");
      await a.send(bytes("after"));

      await expectBytes(b, Uint8Array.of(0, ...bytes("after")));
    },
  },
  {
    name: "sendBreak() with an aborted signal rejects with its reason and sends none",
    needs: ["break"],
    run: async ({ a, b }) => {
      const signal = AbortSignal.abort("changed my mind");
      equal(await rejection(a.sendBreak({ signal })), "changed my mind");
      await a.send(bytes("only"));

      await expectBytes(b, bytes("only"));
    },
  },
  {
    name: "sendBreak() refuses a duration that is no whole number of milliseconds up to a minute",
    run: async ({ a }) => {
      for (const durationMs of [0, -1, 1.5, 60_001]) {
        await rejects(a.sendBreak({ durationMs }), { code: "ERR_INVALID_ARG_VALUE" });
      }
    },
  },
];

const counters: readonly SuiteCase[] = [
  {
    name: "lineErrors() counts from the open of the port",
    needs: ["lineErrorCounters"],
    run: async ({ a }) => {
      deepEqual(await a.lineErrors(), {
        framing: 0,
        parity: 0,
        overrun: 0,
        break: 0,
        bufferOverflow: 0,
      });
    },
  },
  {
    name: "lineErrors() counts each kind by itself",
    needs: ["lineErrorCounters", "injectError"],
    run: async ({ a, hooks }) => {
      injectError(hooks, "framing", 0x41);
      injectError(hooks, "framing", 0x42);
      injectError(hooks, "parity", 0x43);
      injectError(hooks, "overrun", 0);
      await untilWaiting(a, 3);
      await until(async () => (await a.lineErrors()).overrun > 0); // an adapter reports it by itself
      const { framing, parity, overrun } = await a.lineErrors();

      deepEqual({ framing, parity, overrun }, { framing: 2, parity: 1, overrun: 1 });
    },
  },
];

/** Cases of line errors and breaks. */
export const errorCases: readonly SuiteCase[] = [...breaks, ...counters];
