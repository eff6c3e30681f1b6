// FaultPlan: the faults, and their times. Pure decisions, call by call, counted and reproducible;
// the memory backend and the tests' faulty libc use the same plan. Nothing here does I/O or waits.

import { checkCall, checkCount, checkPlan } from "./fault-plan-checks.ts";
import type {
  FaultBurst,
  FaultOperation,
  FaultPlanOptions,
  ShortTransfers,
} from "./fault-plan-options.ts";
import { randomNumbers } from "./random.ts";

/** The decision for one call. */
export type FaultDecision =
  /** Moves at most `maxBytes`. */
  | { readonly action: "transfer"; readonly maxBytes: number }
  /** Fails with EAGAIN. */
  | { readonly action: "again" }
  /** Fails with EINTR. */
  | { readonly action: "interrupt" }
  /** Fails because the device is gone. */
  | { readonly action: "disconnect" };

/** The faults of a plan so far. */
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
  /** Time that sent bytes travel, in milliseconds. */
  readonly latencyMs: number;
  /** Rate at which the port sends, in bytes per second; `Infinity` without a cap. */
  readonly bytesPerSecond: number;
  readonly #bytesUntilGone: number;
  readonly #callsUntilGone: number;
  readonly #lanes: Readonly<Record<FaultOperation, Lane>>;
  #bytes = 0;

  /**
   * @param options The faults.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is out of range.
   */
  constructor(options: FaultPlanOptions = {}) {
    checkPlan(options);
    this.latencyMs = options.latencyMs ?? 0;
    this.bytesPerSecond = options.bytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.#bytesUntilGone = options.disconnectAfterBytes ?? Number.POSITIVE_INFINITY;
    this.#callsUntilGone = options.disconnectOnCall ?? Number.POSITIVE_INFINITY;
    const seed = options.seed ?? 1;
    this.#lanes = {
      read: new Lane("read", options, randomNumbers(seed)),
      write: new Lane("write", options, randomNumbers(seed ^ 0x9e37_79b9)),
    };
  }

  /** The faults of the plan so far: a snapshot. */
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
    checkCall(operation, length);
    const lane = this.#lanes[operation];
    lane.calls++;
    if (this.isDisconnectDue) return DISCONNECT;
    if (lane.eintr.fails()) return INTERRUPT;
    if (lane.eagain.fails()) return AGAIN;
    lane.letThrough();
    return { action: "transfer", maxBytes: Math.min(lane.cap(length), this.#bytesLeft()) };
  }

  /**
   * Counts the bytes that a call moved.
   *
   * @param bytes Count, 0 or more.
   */
  transferred(bytes: number): void {
    checkCount(bytes);
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
