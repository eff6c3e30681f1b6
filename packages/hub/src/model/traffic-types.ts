// Traffic, as its listeners are given it. Types only.

/** Which way bytes went, from the network's view. */
export type TrafficDirection =
  /** The member sent them. */
  | "in"
  /** The member's kernel took them, or its queue did. */
  | "out"
  /** The member lost them. */
  | "drop";

/** Where traffic passed. */
export interface TrafficPoint {
  readonly network: string;
  readonly member: string;
  readonly direction: TrafficDirection;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
}

/**
 * Receives all traffic, synchronously; copy `bytes` to keep them. A message with a framing is one call, else a chunk is.
 */
export type TrafficListener = (point: TrafficPoint, bytes: Uint8Array) => void;
