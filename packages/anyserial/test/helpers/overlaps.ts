// Every call of a port while any other call waits: the result of each, and whether the port is
// usable afterwards.

import { deepEqual, equal, ok } from "node:assert/strict";
import type { TestContext } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { isSerialError, type SerialConfigInput, type SerialPort } from "anyserial";

const MORE_THAN_FITS = new Uint8Array(200_000).fill(7);
const REASON = "the test ends it";

/** Two connected ports; `a` is the one under test. */
export interface OverlapPair extends AsyncDisposable {
  readonly a: SerialPort;
  readonly b: SerialPort;
}

/** A call: its result, if it waits until the signal is aborted or an event comes. */
type Call = (port: SerialPort, signal: AbortSignal) => unknown;

/** Calls that may wait for long. */
const WAITING: Readonly<Record<string, Call>> = {
  receive: (port, signal) => port.receive({ signal }),
  receiveInto: (port, signal) => port.receiveInto(new Uint8Array(8), { signal }),
  "receiveEvents().next": (port, signal) => port.receiveEvents({ signal }).next(),
  "for await": (port, signal) => iterate(port, signal),
  "reader.receiveExactly": (port, signal) => port.reader.receiveExactly(1000, { signal }),
  "reader.receiveUntil": (port, signal) => port.reader.receiveUntil("\n", { signal }),
  "readable.read": (port, signal) => readOnce(port, signal),
  send: (port, signal) => port.send(MORE_THAN_FITS, { signal }),
  "writable.write": (port, signal) => writeOnce(port, signal),
  drain: (port, signal) => port.drain({ signal }),
  drainExact: (port, signal) => port.drainExact({ signal }),
  sendBreak: (port, signal) => port.sendBreak({ durationMs: 60_000, signal }),
  "modemLineChanges().next": async (port, signal) => port.modemLineChanges({ signal }).next(),
};

/** Calls that do not. */
const QUICK: Readonly<Record<string, Call>> = {
  trySend: async (port) => port.trySend(Uint8Array.of(7)),
  discardInput: (port) => port.discardInput(),
  discardOutput: (port) => port.discardOutput(),
  inputWaiting: (port) => port.inputWaiting(),
  outputWaiting: (port) => port.outputWaiting(),
  modemLines: (port) => port.modemLines(),
  setControlLines: (port) => port.setControlLines({ rts: true }),
  setBreak: (port) => port.setBreak(false),
  lineErrors: (port) => port.lineErrors(),
  effectiveConfig: (port) => port.effectiveConfig(),
  "configure rate": (port) => port.configure({ baudRate: 57_600 }),
  "configure marks on": (port) => port.configure({ lineErrors: "mark" }),
  "configure marks off": (port) => port.configure({ lineErrors: "count" }),
  "configure memory": (port) => port.configure({ readChunkSize: 64 }),
  "configure a refused setting": (port) => port.configure({ baudRate: 0 }),
  close: (port) => port.close(),
};

/** Names of the calls that may be pending. */
export const PENDING: readonly string[] = Object.keys(WAITING);

/**
 * Makes every call while one waits.
 *
 * @param t The test, which names the combination that fails.
 * @param pending The call that waits.
 * @param open Opens a pair.
 */
export async function overlapAll(
  t: TestContext,
  pending: string,
  open: (config: SerialConfigInput) => Promise<OverlapPair>,
): Promise<void> {
  for (const lineErrors of ["count", "mark"] as const) {
    for (const [name, second] of Object.entries({ ...WAITING, ...QUICK })) {
      const what = `${name} during ${pending}, ${lineErrors}`;
      await using pair = await open({ lineErrors });
      const outcome = await overlap(pair, WAITING[pending] as Call, second).catch((error) => {
        t.diagnostic(`failed: ${what}`);
        throw error;
      });
      for (const error of outcome) ok(isExpected(error), `${what}: ${String(error)}`);
      if (name === "close") equal(pair.a.isOpen, false, what);
      else await expectUse(pair, what);
    }
  }
}

/** @returns The errors of the two calls. */
async function overlap({ a }: OverlapPair, first: Call, second: Call): Promise<unknown[]> {
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [settled(first(a, signal))];
  await nextTask();
  calls.push(settled(second(a, signal)));
  await nextTask();
  controller.abort(REASON);
  return (await Promise.all(calls)).flat();
}

/** The port sends and receives, once the remains of the calls are out of the way. */
async function expectUse({ a, b }: OverlapPair, what: string): Promise<void> {
  equal(a.isOpen, true, what);
  const mark = Buffer.from("\nafter the overlap\n");
  const arrived = receiveTo(b, mark);
  await a.send(mark);
  await arrived;
  a.reader.takeBuffered();
  await b.send(mark);
  const received: number[] = [];
  while (received.length < mark.length) received.push(...(await a.receive()));
  deepEqual(Buffer.from(received), mark, what);
}

async function receiveTo(port: SerialPort, mark: Buffer): Promise<void> {
  for (let tail = Buffer.alloc(0); !tail.includes(mark); ) {
    tail = Buffer.concat([tail.subarray(-mark.length), await port.receive()]);
  }
}

/** A failure of ours, or the end that the test makes: never a bug's TypeError. */
function isExpected(error: unknown): boolean {
  return error === REASON || isSerialError(error);
}

async function settled(call: unknown): Promise<unknown[]> {
  try {
    await call;
    return [];
  } catch (error) {
    return [error];
  }
}

async function iterate(port: SerialPort, signal: AbortSignal): Promise<void> {
  const chunks = port[Symbol.asyncIterator]();
  signal.addEventListener("abort", () => void chunks.return(undefined));
  await chunks.next();
  await chunks.return(undefined);
}

async function readOnce(port: SerialPort, signal: AbortSignal): Promise<void> {
  if (port.readable.locked) throw REASON;
  const reader = port.readable.getReader();
  const canceled = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(reader.cancel().catch(() => undefined)));
  });
  try {
    await reader.read();
  } finally {
    await canceled;
  }
}

async function writeOnce(port: SerialPort, signal: AbortSignal): Promise<void> {
  if (port.writable.locked) throw REASON;
  const writer = port.writable.getWriter();
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(writer.abort().catch(() => undefined)));
  });
  try {
    await writer.write(MORE_THAN_FITS);
  } finally {
    await aborted;
  }
}
