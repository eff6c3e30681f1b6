// How long output may take: pure arithmetic over the rate of the line.

import type { EffectiveConfig } from "../config/config.ts";

/** Of the transmitters that are in use: that of an FT2232H. */
const LARGEST_FIFO_BYTES = 4096;
const BITS_PER_CHARACTER = 10;
/** Queued output may take this much longer than the line needs, in milliseconds. */
const OUTPUT_SLACK_MS = 100;
/** The same where a completion must arrive before the queue is known to be empty. */
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
 * How long a transmitter is waited for. The kernel gives up after twice the time that the line
 * needs for the bytes in the transmitter (serial_core.c, uart_wait_until_sent), since some chips
 * never report that they are empty. Flow control may hold bytes back for as long as it likes.
 *
 * @param settings In force.
 * @returns Milliseconds.
 */
export function transmitterPatienceMs({ baudRate, flowControl }: EffectiveConfig): number {
  if (Object.values(flowControl).includes(true)) return Number.POSITIVE_INFINITY;
  return 2 * wireTimeMs(LARGEST_FIFO_BYTES, baudRate);
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
