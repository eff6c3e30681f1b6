// Whatever is called, canceled, given up or switched meanwhile: sent bytes are received, once, in
// order.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { SerialPort } from "anyserial";
import { serialPortPair } from "anyserial/testing";
import fc from "fast-check";
import { LOSSES } from "../helpers/lost-memory.ts";

/** Returns the received bytes; ends within some tasks after the request. */
type Receive = (port: SerialPort, end: Promise<void>, size: number) => Promise<Uint8Array>;

const NOTHING = new Uint8Array(0);

/** Every way to receive, with the way in which it is given up. */
const WAYS: Readonly<Record<string, Receive>> = {
  receive: (port, end, size) => aborted(end, (signal) => port.receive({ maxBytes: size, signal })),
  receiveInto: (port, end, size) =>
    aborted(end, async (signal) => {
      const into = new Uint8Array(size);
      return into.subarray(0, await port.receiveInto(into, { signal }));
    }),
  "receiveInto memory that goes": async (port, end, size) => {
    const [, make] = LOSSES[size % LOSSES.length] as (typeof LOSSES)[number];
    const { view, lose } = make(size);
    const controller = new AbortController();
    const count = port.receiveInto(view, controller).then(
      (received) => view.slice(0, received), // still there: nothing waits between both
      () => NOTHING,
    );
    await end;
    lose();
    await oneTask();
    controller.abort();
    return count;
  },
  iterator: async (port, end) => {
    const chunks = port[Symbol.asyncIterator]();
    const next = chunks.next();
    await end;
    await chunks.return(undefined);
    return (await next).value ?? NOTHING;
  },
  events: async (port, end) => {
    const events = port.receiveEvents();
    const next = events.next().catch(() => ({ value: undefined })); // the port does not mark
    await end;
    await events.return(undefined);
    const { value } = await next;
    return value?.kind === "data" ? value.data : NOTHING;
  },
  readable: async (port, end) => {
    const reader = port.readable.getReader();
    const read = reader.read();
    await end;
    await reader.cancel();
    return (await read).value ?? NOTHING;
  },
  "readable that is let go": async (port, end) => {
    const { readable } = port;
    const reader = readable.getReader();
    const read = reader.read().catch(() => ({ value: undefined }));
    await end;
    reader.releaseLock();
    const { value } = await read;
    await oneTask();
    await readable.cancel();
    return value ?? NOTHING;
  },
  "byob reader": async (port, end, size) => {
    const reader = port.readable.getReader({ mode: "byob" });
    const read = reader.read(new Uint8Array(size));
    await end;
    await reader.cancel();
    return (await read).value ?? NOTHING;
  },
};

/** Calls beside a receive. */
const BESIDE: Readonly<Record<string, (port: SerialPort) => Promise<unknown>>> = {
  "marks on": (port) => port.configure({ lineErrors: "mark" }),
  "marks off": (port) => port.configure({ lineErrors: "count" }),
  parity: (port) => port.configure({ parity: "even" }),
  "no parity": (port) => port.configure({ parity: "none" }),
  "small memory": (port) => port.configure({ readChunkSize: 64 }),
  "large memory": (port) => port.configure({ readChunkSize: 4096 }),
  "waiting bytes": (port) => port.inputWaiting(),
  "a second receive": (port) =>
    port.receive({ signal: AbortSignal.abort() }).catch(() => undefined),
  "an iterator that is not asked": (port) => port[Symbol.asyncIterator]().return(undefined),
};

const step = fc.record({
  way: fc.constantFrom(...Object.keys(WAYS)),
  beside: fc.array(fc.constantFrom(...Object.keys(BESIDE)), { maxLength: 3 }),
  size: fc.integer({ min: 2, max: 40 }),
  /** Bytes sent before the receive, and while it waits. */
  before: fc.integer({ min: 0, max: 9 }),
  during: fc.integer({ min: 0, max: 9 }),
  /** Microtasks between the arrival and the end of the receive. */
  hops: fc.integer({ min: 0, max: 12 }),
});

test("a port loses, repeats and changes no byte, however its receives are given up and its marks switched", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await using pair = await serialPortPair();
      const { a, b } = pair;
      const sent: number[] = [];
      const received: number[] = [];
      const send = async (count: number): Promise<void> => {
        const bytes = Uint8Array.from({ length: count }, (_, at) => byteAt(sent.length + at));
        sent.push(...bytes);
        await b.send(bytes);
      };
      for (const { way, beside, size, before, during, hops } of steps) {
        await send(before);
        let end = (): void => undefined;
        const ended = new Promise<void>((resolve) => {
          end = resolve;
        });
        const receiving = (WAYS[way] as Receive)(a, ended, size);
        await oneTask();
        await send(during);
        const calls = beside.map((name) => BESIDE[name]?.(a));
        for (let hop = 0; hop < hops; hop++) await undefined;
        if (hops % 3 === 0) await oneTask();
        end();
        received.push(...(await receiving));
        await Promise.all(calls);
      }
      while (received.length < sent.length) {
        received.push(...(await a.receive({ signal: AbortSignal.timeout(5000) }))); // a lost byte never comes
      }

      deepEqual(received, sent);
    }),
    { numRuns: 400 },
  );
});

/** Many of them look like the marks that the driver makes. */
function byteAt(at: number): number {
  return [0xff, 0xff, 0x00, at & 0xff, 0xff, 0x41][at % 6] as number;
}

async function aborted(
  end: Promise<void>,
  receive: (signal: AbortSignal) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const controller = new AbortController();
  const received = receive(controller.signal).catch(() => NOTHING);
  await end;
  controller.abort();
  return received;
}

function oneTask(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
