// The pair under test of the conformance suite, and the helpers that its cases share.

import { deepEqual } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { SerialConfigInput } from "../../config/config.ts";
import type { SerialPort } from "../../port/serial-port.ts";

/** A line on which no byte moved in this many checks is held. */
const HELD_CHECKS = 20;
const POLL_MS = 5;

/** A feature that a pair may lack; the suite is given the reason. */
export type SuiteTrait =
  /** The two ports are two: bytes sent by `a` arrive at `b` only. */
  | "twoEnds"
  /** `hooks.disconnect` unplugs the device of `a`. */
  | "disconnect"
  /** A device that goes away is noticed while a send waits for it. */
  | "sendDisconnect"
  /** A device that goes away is noticed without a pending read or write. */
  | "idleDisconnect"
  /** Output that a device did not take before it went away is never mistaken for sent. */
  | "drainDisconnect"
  /** Bytes that were sent before close() arrive. */
  | "closeDelivers"
  /** A read takes all that the system holds, if there is room for it. */
  | "wholeReads"
  /** A reader who does not read holds the sender back: nothing is lost on the way. */
  | "backpressure"
  /** A send of `moreThanFits` bytes cannot be done at once: it waits, if only for the line. */
  | "waitingSend"
  /** Held-back bytes stay in the sender's output queue, and can be counted. */
  | "outputQueue"
  /** Every byte that has not left is in that queue: no chip has taken some of them ahead. */
  | "wholeOutputQueue"
  /** The driver can discard the bytes in that queue. */
  | "discardOutput"
  /** `refusedConfig` is a setting that the driver refuses. */
  | "refusal"
  /** The driver keeps data bits and parity. */
  | "framing"
  /** Control lines of `b` are modem lines of `a`: RTS is CTS, DTR is DSR. */
  | "modemLines"
  /** A line is sampled in the moment of the call, and not a round trip later. */
  | "immediateLines"
  /** Edges between two samples are counted. */
  | "modemLineCounts"
  /** `hooks.setRing` rings at `a`. */
  | "ring"
  /** RTS/CTS flow control holds output back. */
  | "rtsCts"
  /** A break of `a` reaches `b`, and is counted. */
  | "break"
  /** Line errors are counted. */
  | "lineErrorCounters"
  /** `hooks.injectError` lets `a` receive a broken character. */
  | "injectError"
  /** Such a character is marked in its place, and not only counted. */
  | "errorMarks"
  /** `lineErrors: "mark"` is available. */
  | "marks"
  /** `openAgain` opens the device of `b` a second time. */
  | "openAgain";

/** Access of a test to the device behind port `a`. */
export interface SuiteHooks {
  /** Unplugs the device. */
  readonly disconnect?: () => unknown;
  /**
   * Lets the port receive a broken character behind the bytes received so far.
   *
   * @param error Kind of the error.
   * @param byte The character, 0 to 255.
   */
  injectError?(error: "framing" | "parity" | "overrun", byte: number): unknown;
  /** Sets the ring indicator. */
  readonly setRing?: (asserted: boolean) => unknown;
}

/** Two connected, open ports. */
export interface SuitePair {
  readonly a: SerialPort;
  readonly b: SerialPort;
  readonly hooks?: SuiteHooks | undefined;
  /** A valid setting that the driver of `a` refuses when it is applied. */
  readonly refusedConfig?: SerialConfigInput | undefined;
  /** Frees the remaining resources when both ports are closed. */
  readonly close?: () => Promise<void>;
}

/** One promise, as a test. */
export interface SuiteCase {
  /** Symbol, then behavior. */
  readonly name: string;
  readonly needs?: readonly SuiteTrait[];
  readonly config?: { readonly a?: SerialConfigInput; readonly b?: SerialConfigInput };
  readonly run: (bench: SuiteBench) => Promise<void>;
}

/** Subject of a case. */
interface SuiteBench extends SuitePair {
  /** More bytes than the system queues on the way: a send of these waits for the reader. */
  readonly moreThanFits: number;
  /** Opens the device of `b` a second time, while `b` is open. */
  readonly openAgain: (config: SerialConfigInput) => Promise<SerialPort>;
}

/** Makes bytes whose order can be verified. */
export function pattern(length: number, seed: number = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Every byte value once, those included that a terminal in cooked mode would act on. */
export function everyByte(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => value);
}

/** Bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text of bytes. */
export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** Receives a number of bytes, however they are cut. */
export async function receiveExactly(port: SerialPort, count: number): Promise<Uint8Array> {
  const all = new Uint8Array(count);
  for (let at = 0; at < count; ) at += await port.receiveInto(all.subarray(at));
  return all;
}

/** Asserts that exactly these bytes arrive next. */
export async function expectBytes(port: SerialPort, expected: Uint8Array): Promise<void> {
  const received = await receiveExactly(port, expected.length);
  deepEqual(Buffer.from(received), Buffer.from(expected));
}

/** Lets everything that is due run. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until something holds; the test's own time limit ends the wait. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTask();
}

/** Waits until a number of bytes can be received. */
export async function untilWaiting(port: SerialPort, count: number): Promise<void> {
  await until(async () => (await port.inputWaiting()) >= count);
}

/**
 * Resolves with the error of a promise that must reject, without an unhandled rejection meanwhile.
 */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("expected a rejection, but the promise resolved");
    },
    (error: unknown) => error,
  );
}

/** Sends until the line is held: nothing fits, and nothing leaves. @returns Bytes accepted. */
export async function fill(port: SerialPort, data: Uint8Array): Promise<number> {
  let sent = 0;
  let queued = 0;
  for (let same = 0; same < HELD_CHECKS; same++) {
    const count = port.trySend(data.subarray(sent));
    const waiting = await port.outputWaiting();
    if (count > 0 || waiting !== queued) same = 0;
    sent += count;
    queued = waiting;
    await sleep(POLL_MS);
  }
  return sent;
}

/** Lets port `a` receive a broken character. */
export function injectError(
  hooks: SuiteHooks | undefined,
  error: "framing" | "parity" | "overrun",
  byte: number,
): void {
  if (hooks?.injectError === undefined) throw new Error('the pair has no "injectError" hook');
  hooks.injectError(error, byte);
}
