// Receiving messages until one has a text, a count, a pause or a time: the loop behind
// `receive --framing`.

import type { FramedPort, FramingError } from "anyserial/framing";
import { pausable } from "./collect.ts";

/** When receiving is done; the first that holds. */
export interface CollectMessagesOptions {
  /** Up to and including a message that has these bytes. */
  readonly until?: Uint8Array | undefined;
  /** This many messages. */
  readonly count?: number | undefined;
  /** No message for this long after the first, in milliseconds. */
  readonly idleMs?: number | undefined;
  /** Stops receiving. */
  readonly signal: AbortSignal;
  /** Takes a message; the next is read when it is done. */
  readonly onMessage: (message: string | Uint8Array) => Promise<void>;
  /** Called for bytes that are not a valid message. */
  readonly onError: (error: FramingError) => void;
}

/**
 * Receives messages until something that was asked for holds.
 *
 * @param port Where from.
 * @param options When it is done.
 * @returns The reason for the end.
 * @throws `signal.reason` — the signal is aborted; messages before were passed to `onMessage`.
 * @throws As `FramedPort.messages()`.
 */
export async function collectMessages(
  port: FramedPort<string | Uint8Array>,
  options: CollectMessagesOptions,
): Promise<"until" | "count" | "idle"> {
  const { until, count = Number.POSITIVE_INFINITY, onMessage, onError } = options;
  return pausable(options, async (signal, onProgress) => {
    let left = count;
    for await (const message of port.messages({ signal, onError })) {
      await onMessage(message);
      if (until !== undefined && Buffer.from(message).includes(Buffer.from(until))) return "until";
      if (--left === 0) return "count";
      onProgress();
    }
    throw new Error("the port was closed"); // only this command closes it
  });
}
