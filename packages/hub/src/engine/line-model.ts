// Effects of a line on bytes: pace, delay, flipped bits, losses. Pure: the caller has the clock,
// and the same seed gives the same faults.

import { randomNumbers } from "anyserial/internal";
import type { LineConfig, MemberSettings } from "../model/types.ts";
import type { Altered, BrokenByte } from "./broken-bytes.ts";

/** Longest burst after silence, in milliseconds: timers are not finer. */
const BURST_MS = 2;

/** Returns whether a line has any effect. */
export function isLineModelled(line: LineConfig): boolean {
  const { pace, latencyMs, jitterMs, bitErrorRate, dropRate } = line;
  return [pace, latencyMs, jitterMs, bitErrorRate, dropRate].some(Boolean);
}

/** Returns whether two sets of options make the same line. */
export function isSameLine(one: LineConfig, other: LineConfig): boolean {
  return (
    one.pace === other.pace &&
    one.latencyMs === other.latencyMs &&
    one.jitterMs === other.jitterMs &&
    one.bitErrorRate === other.bitErrorRate &&
    one.dropRate === other.dropRate &&
    one.seed === other.seed
  );
}

/** How long one byte takes at these settings, in milliseconds: start, data, parity and stop bits. */
export function byteTimeMs(settings: MemberSettings | undefined): number {
  const { baudRate = 0, dataBits = 0, stopBits = 0, parity } = settings ?? {};
  if (baudRate <= 0) return 0;
  return ((1 + dataBits + (parity === "none" ? 0 : 1) + stopBits) * 1000) / baudRate;
}

/** Settings of its member that a line has to know. */
export interface LineTimes {
  /** Time of one byte, in milliseconds; 0 for no limit. */
  readonly byteMs: () => number;
  /** Parity of a member whose port shows broken characters; `undefined` for the others. */
  readonly parity: (() => string) | undefined;
}

/** Makes it of the settings, which are asked for when they are used. */
export function timesOf(
  { showsErrors }: { readonly showsErrors: boolean },
  settings: () => MemberSettings | undefined,
): LineTimes {
  const parity = (): string => settings()?.parity ?? "none";
  return { byteMs: () => byteTimeMs(settings()), parity: showsErrors ? parity : undefined };
}

/** The line to one member. */
export class LineModel {
  readonly #line: LineConfig;
  readonly #random: () => number;
  #lastDue = 0;
  #bitsToError: number;
  /** When the last byte that was let through has passed. */
  #busyUntil = 0;

  constructor(line: LineConfig) {
    this.#line = line;
    this.#random = randomNumbers(line.seed ?? 1);
    this.#bitsToError = this.#nextError();
  }

  /**
   * Takes a message in.
   *
   * @param now Time, in milliseconds.
   * @returns When it may arrive, never before an earlier message; `undefined` when it is lost.
   */
  admit(now: number): number | undefined {
    const { latencyMs = 0, jitterMs = 0, dropRate = 0 } = this.#line;
    if (dropRate > 0 && this.#random() < dropRate) return undefined;
    const jitter = jitterMs > 0 ? this.#random() * jitterMs : 0;
    if (latencyMs + jitter === 0 && this.#lastDue <= now) return 0;
    this.#lastDue = Math.max(this.#lastDue, now + latencyMs + jitter);
    return this.#lastDue;
  }

  /** Flips bits. @returns The same bytes, or a copy with errors. */
  corrupt(bytes: Uint8Array): Uint8Array {
    const bits = bytes.length * 8;
    if (this.#bitsToError >= bits) {
      this.#bitsToError -= bits;
      return bytes;
    }
    const wrong = bytes.slice();
    let at = this.#bitsToError;
    for (; at < bits; at += 1 + this.#nextError()) {
      wrong[at >> 3] = (wrong[at >> 3] as number) ^ (1 << (at & 7));
    }
    this.#bitsToError = at - bits;
    return wrong;
  }

  /**
   * Flips bits of whole characters, with their start, parity and stop bits.
   *
   * @returns The same bytes, or a copy with errors and the characters in which a UART finds them.
   */
  corruptCharacters(bytes: Uint8Array, hasParity: boolean): Altered {
    const size = hasParity ? 11 : 10;
    const bits = bytes.length * size;
    if (this.#bitsToError >= bits) {
      this.#bitsToError -= bits;
      return { bytes };
    }
    const wrong = bytes.slice();
    const flips = new Map<number, number[]>();
    let at = this.#bitsToError;
    for (; at < bits; at += 1 + this.#nextError()) {
      const index = Math.floor(at / size);
      flips.set(index, [...(flips.get(index) ?? []), at % size]);
    }
    this.#bitsToError = at - bits;
    const broken: BrokenByte[] = [];
    for (const [index, flipped] of flips) {
      const data = flipped.filter((bit) => bit >= 1 && bit <= 8);
      for (const bit of data) wrong[index] = (wrong[index] as number) ^ (1 << (bit - 1));
      const isFramed = !flipped.includes(0) && !flipped.includes(size - 1);
      const odd = flipped.filter((bit) => bit >= 1 && bit < size - 1).length % 2 === 1;
      if (!isFramed) broken.push({ at: index, error: "framing" });
      else if (hasParity && odd) broken.push({ at: index, error: "parity" });
    }
    return { bytes: wrong, broken };
  }

  /**
   * Returns how many bytes have had the time to pass.
   *
   * @param now Time, in milliseconds.
   * @param byteMs Time of one byte; 0 for no limit.
   */
  allowance(now: number, byteMs: number): number {
    if (!this.#line.pace || byteMs === 0) return Number.POSITIVE_INFINITY;
    return Math.floor((now - Math.max(this.#busyUntil, now - BURST_MS - byteMs)) / byteMs + 1e-9);
  }

  /** Takes note of bytes that passed. */
  passed(count: number, now: number, byteMs: number): void {
    if (!this.#line.pace) return;
    this.#busyUntil = Math.max(this.#busyUntil, now - BURST_MS - byteMs) + count * byteMs;
  }

  /** Bits that pass before the next wrong one: geometrically distributed. */
  #nextError(): number {
    const rate = this.#line.bitErrorRate ?? 0;
    if (rate <= 0) return Number.POSITIVE_INFINITY;
    if (rate >= 1) return 0;
    // log1p(): below 1.1e-16 a rate is lost in 1 - rate, and the next error would be where this one is.
    return Math.floor(Math.log1p(-this.#random()) / Math.log1p(-rate));
  }
}

/**
 * Bytes as a receiver at another rate would decode them: it samples the line at its own times. A character without a
 * stop bit is broken.
 *
 * @param bytes Sent as start bit, eight data bits, stop bit.
 * @param sentAt Rate of the sender, in baud.
 * @param readAt Rate of the receiver, in baud.
 */
export function garble(
  bytes: Uint8Array,
  sentAt: number,
  readAt: number,
): Altered & { readonly broken: readonly BrokenByte[] } {
  const ratio = sentAt / readAt;
  const end = bytes.length * 10;
  const level = (time: number): number => levelAt(bytes, Math.floor(time));
  const seen: number[] = [];
  const broken: BrokenByte[] = [];
  for (let time = 0; time < end; ) {
    if (level(time) === 1) {
      time = Math.floor(time) + 1;
      continue;
    }
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= level(time + (1.5 + bit) * ratio) << bit;
    seen.push(byte);
    time += 9.5 * ratio;
    if (level(time) === 0) broken.push({ at: seen.length - 1, error: "framing" });
    while (time < end && level(time) === 0) time = Math.floor(time) + 1; // a missing stop bit
  }
  return { bytes: Uint8Array.from(seen), broken };
}

/** The line is 1 when idle; a byte is 0, its bits from the lowest, 1. */
function levelAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[Math.floor(index / 10)];
  const bit = index % 10;
  if (byte === undefined || bit === 9) return 1;
  return bit === 0 ? 0 : (byte >> (bit - 1)) & 1;
}
