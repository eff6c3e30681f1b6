// Promises of a port with `lineErrors: "mark"`.

import { deepEqual, equal, rejects } from "node:assert/strict";
import type { LineEvent } from "../../io/parmrk.ts";
import type { SerialPort } from "../../port/serial-port.ts";
import {
  bytes,
  everyByte,
  expectBytes,
  injectError,
  nextTask,
  rejection,
  type SuiteCase,
  text,
  untilWaiting,
} from "./pair.ts";

const MARK = { a: { lineErrors: "mark" }, b: { lineErrors: "mark" } } as const;

export const markCases: readonly SuiteCase[] = [
  {
    name: "receive() with marks passes every byte value on unchanged",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      await a.send(everyByte());
      await a.send(Uint8Array.of(0xff, 0xff, 0, 0xff));

      await expectBytes(b, Uint8Array.of(...everyByte(), 0xff, 0xff, 0, 0xff));
    },
  },
  {
    name: "receive() with marks puts an escape together that reads have cut",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      await a.send(Uint8Array.of(1, 0xff, 2, 0xff));
      const one = new Uint8Array(1);
      const received: number[] = [];
      while (received.length < 4) {
        await b.receiveInto(one);
        received.push(...one);
      }

      deepEqual(received, [1, 0xff, 2, 0xff]);
    },
  },
  {
    name: "receive() with marks and an aborted signal rejects, also when bytes are decoded",
    needs: ["marks", "break"],
    config: MARK,
    run: async ({ a, b }) => {
      await leaveDecoded(a, b);
      const signal = AbortSignal.abort("changed my mind");

      equal(await rejection(b.receive({ signal })), "changed my mind");
      equal(await rejection(b.receiveEvents({ signal }).next()), "changed my mind");
      await expectBytes(b, bytes("decoded"));
    },
  },
  {
    name: "receive() with marks fails after close(), also when bytes are decoded",
    needs: ["marks", "break"],
    config: MARK,
    run: async ({ a, b }) => {
      await leaveDecoded(a, b);
      await b.close();

      await rejects(b.receive(), { code: "ERR_SERIAL_CLOSED" });
    },
  },
  {
    name: "discardInput() and inputWaiting() with marks know of decoded bytes",
    needs: ["marks", "break"],
    config: MARK,
    run: async ({ a, b }) => {
      await leaveDecoded(a, b);
      equal(await b.inputWaiting(), 7);
      await b.discardInput();
      equal(await b.inputWaiting(), 0);
      await a.send(bytes("next"));

      await expectBytes(b, bytes("next"));
    },
  },
  {
    name: "receiveEvents() gives data with every byte value unchanged",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      await a.send(everyByte());

      deepEqual(await describe(b, 256), [text(everyByte())]);
    },
  },
  {
    name: "receiveEvents() gives a break where it happened",
    needs: ["marks", "break"],
    config: MARK,
    run: async ({ a, b }) => {
      await a.send(bytes("before"));
      await a.drainExact();
      await a.sendBreak({ durationMs: 5 });
      await a.send(bytes("after"));

      deepEqual(await describe(b, 11), ["before", "break", "after"]);
      equal((await b.lineErrors()).break, 1);
    },
  },
  {
    name: "receiveEvents() gives errors with their byte where they happened",
    needs: ["marks", "injectError", "errorMarks", "twoEnds"],
    config: { a: { ...MARK.a, parity: "even" }, b: { ...MARK.b, parity: "even" } },
    run: async ({ a, b, hooks }) => {
      await b.send(bytes("one"));
      await untilWaiting(a, 3);
      injectError(hooks, "framing", 0x7f);
      await b.send(bytes("two"));
      const found = await describe(a, 6);
      injectError(hooks, "parity", 0xff);
      await b.send(bytes("three"));
      found.push(...(await describe(a, 5)));

      deepEqual(found, ["one", "framing 127", "two", "parity 255", "three"]);
    },
  },
  {
    name: "receiveEvents() reports lost characters",
    needs: ["marks", "injectError", "errorMarks", "twoEnds"],
    config: MARK,
    run: async ({ a, b, hooks }) => {
      injectError(hooks, "overrun", 0);
      injectError(hooks, "overrun", 0);
      await b.send(bytes("x"));
      const events = a.receiveEvents();
      let lost = 0;
      let data = "";
      // A chip may report them together with bytes that it has received.
      while (lost < 2 || !data.endsWith("x")) {
        const { value } = await events.next();
        if (value?.kind === "overrun") lost += value.count;
        if (value?.kind === "data") data += text(value.data);
      }

      equal(lost, 2);
    },
  },
  {
    name: "receive() passes over marks, and leaves the bytes",
    needs: ["marks", "injectError", "errorMarks", "twoEnds"],
    config: MARK,
    run: async ({ a, b, hooks }) => {
      await b.send(bytes("one"));
      await untilWaiting(a, 3);
      injectError(hooks, "framing", 0x7f);
      await b.send(bytes("two"));

      await expectBytes(a, bytes("onetwo"));
    },
  },
  {
    name: "receiveEvents() needs marks",
    run: async ({ a }) => {
      await rejects(a.receiveEvents().next(), { code: "ERR_SERIAL_NOT_MARKING" });
    },
  },
  {
    name: "receiveEvents() rejects with the reason when it is aborted, and loses nothing",
    needs: ["marks"],
    config: MARK,
    run: async ({ a, b }) => {
      const controller = new AbortController();
      const events = b.receiveEvents({ signal: controller.signal });
      const failed = rejection(events.next());
      await nextTask();
      controller.abort("changed my mind");
      equal(await failed, "changed my mind");
      await a.send(bytes("next"));

      deepEqual(await describe(b, 4), ["next"]);
    },
  },
];

/** Leaves a break and the bytes "decoded" in the port, behind data that was taken. */
export async function leaveDecoded(a: SerialPort, b: SerialPort): Promise<void> {
  await a.send(bytes("taken"));
  await a.drainExact();
  await a.sendBreak({ durationMs: 1 });
  await a.send(bytes("decoded"));
  await untilWaiting(b, 12);
  const events = b.receiveEvents();
  equal((await events.next()).value?.kind, "data");
  await events.return(undefined);
}

/** Formats events, data joined, until a number of data bytes was seen. */
async function describe(port: SerialPort, bytesOfData: number): Promise<string[]> {
  const words: string[] = [];
  let data: number[] = [];
  const flush = (): void => {
    if (data.length > 0) words.push(text(Uint8Array.from(data)));
    data = [];
  };
  let left = bytesOfData;
  for await (const event of port.receiveEvents()) {
    if (event.kind === "data") {
      data.push(...event.data);
      left -= event.data.length;
    } else {
      flush();
      words.push(wordFor(event));
    }
    if (left <= 0) break;
  }
  flush();
  return words;
}

function wordFor(event: Exclude<LineEvent, { kind: "data" }>): string {
  if (event.kind === "break") return "break";
  return event.kind === "overrun" ? `overrun ${event.count}` : `${event.kind} ${event.byte}`;
}
