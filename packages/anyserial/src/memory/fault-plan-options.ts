// The options of a FaultPlan. Types only.

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

/** The faults of a plan; those that are left out do not happen. */
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
   * Time that sent bytes travel, in milliseconds; in-memory ports only.
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
