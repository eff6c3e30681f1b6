// Waiting until output is out, without blocking: the kernel's queue is looked at as often as the
// line's rate makes sense. Pure timing; the looking is passed in.

import { setTimeout as sleep } from "node:timers/promises";
import type { EffectiveConfig } from "../config.ts";

/** Of the transmitters that are in use: that of an FT2232H. */
const LARGEST_FIFO_BYTES = 4096;
const BITS_PER_CHARACTER = 10;
const SHORTEST_MS = 1;
const LONGEST_MS = 50;
/** Queued output may take this much longer than the line needs, in milliseconds. */
const OUTPUT_SLACK_MS = 100;
/** The same where a completion must be told before the queue is known to be empty. */
export const COMPLETION_SLACK_MS = 1000;

/**
 * Time that the line needs for a number of bytes.
 *
 * @param bytes Bytes queued.
 * @param baudRate Rate, in baud.
 * @returns Milliseconds.
 */
export function wireTimeMs(bytes: number, baudRate: number): number {
  return (bytes * BITS_PER_CHARACTER * 1000) / Math.max(baudRate, 1);
}

/**
 * How long a transmitter is waited for. The kernel gives up after twice the time that the line needs
 * for what the transmitter holds (serial_core.c, uart_wait_until_sent), since there are chips that
 * never say that they are empty. Flow control may hold bytes back for as long as it likes.
 *
 * @param settings In force.
 * @returns Milliseconds.
 */
export function transmitterPatienceMs({ baudRate, flowControl }: EffectiveConfig): number {
  if (Object.values(flowControl).includes(true)) return Number.POSITIVE_INFINITY;
  return 2 * wireTimeMs(LARGEST_FIFO_BYTES, baudRate);
}

/**
 * Waits until a queue is empty.
 *
 * @param waiting Looks at the queue: bytes left.
 * @param baudRate Rate of the line, in baud.
 * @param signal Stops waiting.
 * @returns Whether there was anything to wait for.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function waitDrained(
  waiting: () => number,
  baudRate: number,
  signal: AbortSignal,
): Promise<boolean> {
  let hadToWait = false;
  for (let left = waiting(); left > 0; left = waiting()) {
    signal.throwIfAborted();
    await pause(wireTimeMs(left, baudRate), signal);
    hadToWait = true;
  }
  return hadToWait;
}

/**
 * Waits until something holds, looking again after every pause.
 *
 * @param done Looks.
 * @param signal Stops waiting.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function waitUntil(done: () => boolean, signal: AbortSignal): Promise<void> {
  while (!done()) await pause(SHORTEST_MS, signal);
}

/** Output that may still be queued. */
export interface OutputQueue {
  outputWaiting(): number;
  effectiveConfig(): { readonly baudRate: number };
  discard(queue: "output"): void;
}

/**
 * The longest that queued output is given.
 *
 * @param bytes Bytes queued.
 * @param baudRate Rate, in baud.
 * @param slackMs Time on top, in milliseconds.
 * @returns Milliseconds, an integer.
 */
export function longestOutputMs(
  bytes: number,
  baudRate: number,
  slackMs: number = OUTPUT_SLACK_MS,
): number {
  return Math.ceil(wireTimeMs(bytes, baudRate) * 1.5 + slackMs);
}

/**
 * Waits for queued output as long as the line needs for it, and throws the rest away.
 *
 * @param port Port that is about to be closed.
 * @param slackMs Time on top, in milliseconds.
 * @returns Bytes thrown away; 0 also where the device is gone, and its queue with it.
 */
export async function letOutputGo(port: OutputQueue, slackMs?: number): Promise<number> {
  try {
    const queued = port.outputWaiting();
    if (queued === 0) return 0;
    const { baudRate } = port.effectiveConfig();
    const signal = AbortSignal.timeout(longestOutputMs(queued, baudRate, slackMs));
    await waitDrained(() => port.outputWaiting(), baudRate, signal).catch(() => undefined);
    const left = port.outputWaiting();
    if (left > 0) port.discard("output");
    return left;
  } catch {
    return 0;
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleepUntilAborted(Math.min(Math.max(durationMs, SHORTEST_MS), LONGEST_MS), signal);
}

/**
 * Sleeps.
 *
 * @param durationMs How long, in milliseconds.
 * @param signal Ends it early.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function sleepUntilAborted(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal });
  } catch {
    signal.throwIfAborted(); // with the caller's own reason, not the timer's
  }
}
