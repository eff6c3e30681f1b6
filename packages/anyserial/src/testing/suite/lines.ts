// Promises of modemLines(), setControlLines() and modemLineChanges() over a null-modem cable.

import { deepEqual, equal } from "node:assert/strict";
import type { ModemLineChange } from "../../model/modem-lines.ts";
import type { SerialPort } from "../../port/serial-port.ts";
import {
  bytes,
  expectBytes,
  nextTask,
  rejection,
  type SuiteCase,
  type SuiteHooks,
  until,
} from "./pair.ts";

const levels: readonly SuiteCase[] = [
  {
    name: "setControlLines() sets the lines that are named and leaves the others",
    needs: ["modemLines"],
    run: async ({ a, b }) => {
      await b.setControlLines({ rts: true, dtr: true });
      await untilLines(a, { cts: true, dsr: true });
      await b.setControlLines({ rts: false });
      await untilLines(a, { cts: false, dsr: true });
      await b.setControlLines({ dtr: false, rts: true });
      await untilLines(a, { cts: true, dsr: false });
      await b.setControlLines({});

      await untilLines(a, { cts: true, dsr: false });
    },
  },
  {
    name: "controlLines of the configuration are set when the port opens",
    needs: ["modemLines"],
    config: { a: { controlLines: { rts: false } }, b: { controlLines: { rts: false } } },
    run: async ({ a }) => {
      await untilLines(a, { cts: false, dsr: true });
    },
  },
  {
    name: "configure() sets controlLines when they are named",
    needs: ["modemLines"],
    run: async ({ a, b }) => {
      await b.configure({ controlLines: { rts: false } });
      await untilLines(a, { cts: false });
      await b.setControlLines({ rts: true });
      await b.configure({ baudRate: 9600 });

      await untilLines(a, { cts: true });
    },
  },
  {
    name: "modemLines() shows the ring indicator",
    needs: ["ring"],
    run: async ({ a, hooks }) => {
      equal((await a.modemLines()).ri, false);
      ring(hooks, true);
      await untilLines(a, { ri: true });
      ring(hooks, false);

      await untilLines(a, { ri: false });
    },
  },
  {
    name: "send() waits for CTS under RTS/CTS flow control",
    needs: ["rtsCts"],
    config: { a: { flowControl: { rtsCts: true } } },
    run: async ({ a, b }) => {
      await b.setControlLines({ rts: false });
      await untilLines(a, { cts: false });
      await a.send(bytes("held"));
      for (let task = 0; task < 20; task++) await nextTask();
      equal(await b.inputWaiting(), 0);
      await b.setControlLines({ rts: true });

      await expectBytes(b, bytes("held"));
    },
  },
  {
    name: "outputWaiting() counts bytes that wait for CTS",
    needs: ["rtsCts", "outputQueue", "wholeOutputQueue"],
    config: { a: { flowControl: { rtsCts: true } } },
    run: async ({ a, b }) => {
      await b.setControlLines({ rts: false });
      await untilLines(a, { cts: false });
      await a.send(bytes("held"));

      equal(await a.outputWaiting(), 4);
    },
  },
];

const changes: readonly SuiteCase[] = [
  {
    name: "modemLineChanges() reports an edge with its line, its level and all lines",
    needs: ["modemLines", "immediateLines"],
    run: async ({ a, b }) => {
      const iterator = a.modemLineChanges();
      const next = iterator.next();
      await b.setControlLines({ rts: false });
      const { value } = await next;

      equal(value?.line, "cts");
      equal(value?.state, false);
      deepEqual(value?.lines, await a.modemLines());
    },
  },
  {
    name: "modemLineChanges() starts where it was called, not where it is first awaited",
    needs: ["modemLines", "immediateLines"],
    run: async ({ a, b }) => {
      const iterator = a.modemLineChanges();
      await b.setControlLines({ rts: false });
      await untilLines(a, { cts: false });

      const { value } = await iterator.next();
      deepEqual([value?.line, value?.state], ["cts", false]);
    },
  },
  {
    name: "modemLineChanges() loses no edge between two samples",
    needs: ["modemLines", "immediateLines", "modemLineCounts"],
    run: async ({ a, b }) => {
      const iterator = a.modemLineChanges();
      for (let pulse = 0; pulse < 3; pulse++) {
        await b.setControlLines({ rts: false });
        await b.setControlLines({ rts: true });
      }
      const found = await take(iterator, 6);

      deepEqual(
        found.map(({ line, state }) => `${line} ${state}`),
        ["cts false", "cts true", "cts false", "cts true", "cts false", "cts true"],
      );
    },
  },
  {
    name: "modemLineChanges() reports each edge once, one sample after the other",
    needs: ["modemLines", "immediateLines"],
    run: async ({ a, b }) => {
      const iterator = a.modemLineChanges();
      const found: unknown[] = [];
      for (const rts of [false, true, false]) {
        const next = iterator.next();
        await b.setControlLines({ rts });
        found.push((await next).value?.state);
      }

      deepEqual(found, [false, true, false]);
    },
  },
  {
    name: "modemLineChanges() reports to every listener",
    needs: ["modemLines", "immediateLines"],
    run: async ({ a, b }) => {
      const both = [a.modemLineChanges().next(), a.modemLineChanges().next()];
      await b.setControlLines({ rts: false });
      const found = await Promise.all(both);

      deepEqual(
        found.map(({ value }) => value?.line),
        ["cts", "cts"],
      );
    },
  },
  {
    name: "modemLineChanges() rejects with the reason when it is aborted",
    needs: ["modemLines"],
    run: async ({ a }) => {
      const controller = new AbortController();
      const iterator = a.modemLineChanges({ signal: controller.signal });
      const failed = rejection(iterator.next());
      await nextTask();
      controller.abort("changed my mind");

      equal(await failed, "changed my mind");
      equal(a.isOpen, true);
    },
  },
  {
    name: "modemLineChanges() reports the ring indicator",
    needs: ["ring", "immediateLines"],
    run: async ({ a, hooks }) => {
      const iterator = a.modemLineChanges();
      ring(hooks, true);
      const [change] = await take(iterator, 1);

      deepEqual([change?.line, change?.state], ["ri", true]);
    },
  },
];

async function untilLines(
  port: SerialPort,
  expected: { readonly [line in "cts" | "dsr" | "ri"]?: boolean },
): Promise<void> {
  await until(async () => {
    const lines = await port.modemLines();
    return Object.entries(expected).every(
      ([line, level]) => lines[line as keyof typeof lines] === level,
    );
  });
}

async function take(
  iterator: AsyncIterator<ModemLineChange, undefined>,
  count: number,
): Promise<ModemLineChange[]> {
  const found: ModemLineChange[] = [];
  while (found.length < count) {
    const { value } = await iterator.next();
    if (value === undefined) throw new Error("the iteration ended early");
    found.push(value);
  }
  return found;
}

function ring(hooks: SuiteHooks | undefined, asserted: boolean): void {
  if (hooks?.setRing === undefined) throw new Error('the pair has no "setRing" hook');
  hooks.setRing(asserted);
}

/** Cases of the modem lines. */
export const lineCases: readonly SuiteCase[] = [...levels, ...changes];
