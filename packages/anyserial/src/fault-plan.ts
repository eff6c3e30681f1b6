// FaultPlan: what goes wrong, and when. Pure decisions, call by call, counted and reproducible; the
// memory backend and the tests' faulty libc both ask the same plan. Nothing here does I/O or waits.

import { invalid, isIntegerIn } from "./validate.ts";

/** Direction of a call, as the port sees it. */
export type FaultOperation = "read" | "write";

/** A run of failing calls, before a call that is let through. */
export interface FaultBurst {
  /** Calls in a row that fail, 1 or more. */
  readonly times: number;
  /**
   * Which calls are preceded by a burst: every Nth call that is let through in this direction, 1 or
   * more.
   * @defaultValue 1
   */
  readonly everyCalls?: number;
  /**
   * Chance that a call chosen by `everyCalls` is preceded by a burst, 0 to 1; drawn from `seed`.
   * @defaultValue 1
   */
  readonly probability?: number;
  /**
   * Directions that are hit.
   * @defaultValue both
   */
  readonly on?: FaultOperation;
}

/** Transfers that move less than there is. */
export interface ShortTransfers {
  /** Most bytes that a short call moves, 1 or more. */
  readonly maxBytes: number;
  /**
   * Chance that a call is cut short, 0 to 1; drawn from `seed`.
   * @defaultValue 1
   */
  readonly probability?: number;
}

/** What goes wrong; a field that is left out does not happen. */
export interface FaultPlanOptions {
  /** The device goes away once this many bytes were moved, both directions together. */
  readonly disconnectAfterBytes?: number;
  /** The device goes away at this read or write call, counted from 1, failing calls included. */
  readonly disconnectOnCall?: number;
  /** Calls that find the kernel not ready (EAGAIN), although it was. */
  readonly eagain?: FaultBurst;
  /** Calls that a Unix signal interrupts (EINTR). */
  readonly eintr?: FaultBurst;
  /** Reads that return less than is there. */
  readonly shortReads?: ShortTransfers;
  /** Writes that take less than there is room for. */
  readonly shortWrites?: ShortTransfers;
  /**
   * Time that what the port sends is under way, in milliseconds; in-memory ports only.
   * @defaultValue 0
   */
  readonly latencyMs?: number;
  /**
   * Rate at which the port sends, in bytes per second; in-memory ports only.
   * @defaultValue Infinity
   */
  readonly bytesPerSecond?: number;
  /**
   * Start of the random sequence, an integer from 0 to 4294967295: the same seed and the same
   * calls give the same faults.
   * @defaultValue 1
   */
  readonly seed?: number;
}

/** What one call does. */
export type FaultDecision =
  /** Moves at most `maxBytes`. */
  | { readonly action: "transfer"; readonly maxBytes: number }
  /** Fails with EAGAIN. */
  | { readonly action: "again" }
  /** Fails with EINTR. */
  | { readonly action: "interrupt" }
  /** Fails because the device is gone. */
  | { readonly action: "disconnect" };

/** What a plan has done so far. */
export interface FaultCounts {
  /** Read calls that asked. */
  readonly reads: number;
  /** Write calls that asked. */
  readonly writes: number;
  /** Bytes moved, both directions together. */
  readonly bytes: number;
  /** Calls answered with EAGAIN. */
  readonly eagain: number;
  /** Calls answered with EINTR. */
  readonly eintr: number;
  /** Calls cut short. */
  readonly short: number;
}

const AGAIN: FaultDecision = Object.freeze({ action: "again" });
const INTERRUPT: FaultDecision = Object.freeze({ action: "interrupt" });
const DISCONNECT: FaultDecision = Object.freeze({ action: "disconnect" });

/**
 * A plan of faults for one port. Stateful: give each port its own.
 *
 * @example
 * ```ts
 * import { FaultPlan, serialPortPair } from "anyserial/testing";
 *
 * const faults = new FaultPlan({ shortWrites: { maxBytes: 1 }, disconnectAfterBytes: 100 });
 * await using pair = await serialPortPair({ a: { faults } });
 * ```
 */
export class FaultPlan {
  /** Time that what the port sends is under way, in milliseconds. */
  readonly latencyMs: number;
  /** Rate at which the port sends, in bytes per second; `Infinity` without a cap. */
  readonly bytesPerSecond: number;
  readonly #bytesUntilGone: number;
  readonly #callsUntilGone: number;
  readonly #lanes: Readonly<Record<FaultOperation, Lane>>;
  #bytes = 0;

  /**
   * @param options What goes wrong.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is out of range.
   */
  constructor(options: FaultPlanOptions = {}) {
    check(options);
    this.latencyMs = options.latencyMs ?? 0;
    this.bytesPerSecond = options.bytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.#bytesUntilGone = options.disconnectAfterBytes ?? Number.POSITIVE_INFINITY;
    this.#callsUntilGone = options.disconnectOnCall ?? Number.POSITIVE_INFINITY;
    const seed = options.seed ?? 1;
    this.#lanes = {
      read: new Lane("read", options, random(seed)),
      write: new Lane("write", options, random(seed ^ 0x9e37_79b9)),
    };
  }

  /** What the plan has done so far: a snapshot. */
  get counts(): FaultCounts {
    const { read, write } = this.#lanes;
    return {
      reads: read.calls,
      writes: write.calls,
      bytes: this.#bytes,
      eagain: read.eagain.failed + write.eagain.failed,
      eintr: read.eintr.failed + write.eintr.failed,
      short: read.cut + write.cut,
    };
  }

  /** The device is gone: the next call fails. */
  get isDisconnectDue(): boolean {
    const { read, write } = this.#lanes;
    return this.#bytes >= this.#bytesUntilGone || read.calls + write.calls >= this.#callsUntilGone;
  }

  /**
   * Decides what the next call does.
   *
   * @param operation Direction of the call.
   * @param length Bytes that the caller wants to move, 1 or more.
   * @returns The decision; report what a transfer moved with {@link FaultPlan.transferred}.
   */
  next(operation: FaultOperation, length: number): FaultDecision {
    const lane = this.#lanes[operation];
    lane.calls++;
    if (this.isDisconnectDue) return DISCONNECT;
    if (lane.eintr.fails()) return INTERRUPT;
    if (lane.eagain.fails()) return AGAIN;
    lane.letThrough();
    return { action: "transfer", maxBytes: Math.min(lane.cap(length), this.#bytesLeft()) };
  }

  /**
   * Notes what a call moved.
   *
   * @param bytes Count, 0 or more.
   */
  transferred(bytes: number): void {
    this.#bytes += bytes;
  }

  #bytesLeft(): number {
    return this.#bytesUntilGone - this.#bytes;
  }
}

/** Faults of one direction: each has its own sequence, so that the other's calls change nothing. */
class Lane {
  readonly eagain: Burst;
  readonly eintr: Burst;
  readonly #short: ShortTransfers | undefined;
  readonly #random: () => number;
  calls = 0;
  cut = 0;

  constructor(operation: FaultOperation, options: FaultPlanOptions, next: () => number) {
    const applies = (burst: FaultBurst | undefined): FaultBurst | undefined =>
      burst?.on === undefined || burst.on === operation ? burst : undefined;
    this.eagain = new Burst(applies(options.eagain), next);
    this.eintr = new Burst(applies(options.eintr), next);
    this.#short = operation === "read" ? options.shortReads : options.shortWrites;
    this.#random = next;
  }

  letThrough(): void {
    this.eagain.rearm();
    this.eintr.rearm();
  }

  cap(length: number): number {
    if (this.#short === undefined || length <= this.#short.maxBytes) return length;
    if (this.#random() >= (this.#short.probability ?? 1)) return length;
    this.cut++;
    return this.#short.maxBytes;
  }
}

/** One kind of failure in one direction: decided once per call that is let through. */
class Burst {
  failed = 0;
  readonly #burst: FaultBurst | undefined;
  readonly #random: () => number;
  #isDecided = false;
  #left = 0;
  #calls = 0;

  constructor(burst: FaultBurst | undefined, next: () => number) {
    this.#burst = burst;
    this.#random = next;
  }

  fails(): boolean {
    if (!this.#isDecided) this.#left = this.#decide();
    this.#isDecided = true;
    if (this.#left === 0) return false;
    this.#left--;
    this.failed++;
    return true;
  }

  rearm(): void {
    this.#isDecided = false;
  }

  #decide(): number {
    if (this.#burst === undefined) return 0;
    this.#calls++;
    if (this.#calls % (this.#burst.everyCalls ?? 1) !== 0) return 0;
    return this.#random() < (this.#burst.probability ?? 1) ? this.#burst.times : 0;
  }
}

/** Numbers from 0 to below 1 (mulberry32 by Tommy Ettinger, public domain). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

function check(options: FaultPlanOptions): void {
  integer("disconnectAfterBytes", options.disconnectAfterBytes, { minimum: 0 });
  integer("disconnectOnCall", options.disconnectOnCall);
  integer("seed", options.seed, { minimum: 0, maximum: 0xffff_ffff });
  for (const name of ["eagain", "eintr"] as const) {
    const burst = options[name];
    if (burst === undefined) continue;
    integer(`${name}.times`, burst.times);
    integer(`${name}.everyCalls`, burst.everyCalls);
    upTo(`${name}.probability`, burst.probability, 1);
  }
  for (const name of ["shortReads", "shortWrites"] as const) {
    const short = options[name];
    if (short === undefined) continue;
    integer(`${name}.maxBytes`, short.maxBytes);
    upTo(`${name}.probability`, short.probability, 1);
  }
  upTo("latencyMs", options.latencyMs, 0x7fff_ffff);
  upTo("bytesPerSecond", options.bytesPerSecond, Number.POSITIVE_INFINITY);
  if (options.bytesPerSecond === 0) throw invalid("bytesPerSecond", 0, "more than 0");
}

function integer(
  name: string,
  value: unknown,
  { minimum = 1, maximum = Number.MAX_SAFE_INTEGER }: { minimum?: number; maximum?: number } = {},
): void {
  if (value === undefined || isIntegerIn(value, minimum, maximum)) return;
  throw invalid(name, value, `an integer from ${minimum} to ${maximum}`);
}

function upTo(name: string, value: unknown, maximum: number): void {
  if (value === undefined) return;
  if (typeof value === "number" && value >= 0 && value <= maximum) return;
  throw invalid(name, value, `a number from 0 to ${maximum}`);
}
