// Receiving until a text, a count, a pause or a time: the loop behind `receive` and `send --until`.

import type { SerialPort } from "anyserial";
import { DelimiterMatch } from "../text/delimiter-match.ts";

/** When receiving is done; the first that holds. */
export interface CollectOptions {
  /** Up to and including these bytes. */
  readonly until?: Uint8Array | undefined;
  /** This many bytes. */
  readonly count?: number | undefined;
  /** Nothing for this long after the first byte, in milliseconds. */
  readonly idleMs?: number | undefined;
  /** Stops receiving. */
  readonly signal: AbortSignal;
  /** Takes the bytes as they arrive; the next are read when it is done. */
  readonly onBytes: (bytes: Uint8Array) => Promise<void>;
}

/** Why receiving ended well. */
export type CollectEnd = "until" | "count" | "idle";

/**
 * Receives until something that was asked for holds.
 *
 * @param port Where from.
 * @param options When it is done.
 * @returns The reason for the end.
 * @throws `signal.reason` — the signal is aborted; bytes received before were passed to `onBytes`.
 * @throws As `SerialPort.receive()`.
 */
export async function collect(port: SerialPort, options: CollectOptions): Promise<CollectEnd> {
  return pausable(options, (signal, onProgress) =>
    receiveUntil(port, { ...options, signal, onProgress }),
  );
}

/**
 * Ends work that makes no progress for a time.
 *
 * @param options.idleMs The time in milliseconds, from the first progress on; `undefined` waits.
 * @param options.signal Stops the work.
 * @param work Receives a signal, and a function to call at each progress.
 * @returns The result of the work, or `idle`.
 */
export async function pausable<T>(
  options: Pick<CollectOptions, "idleMs" | "signal">,
  work: (signal: AbortSignal, onProgress: () => void) => Promise<T>,
): Promise<T | "idle"> {
  const { signal, idleMs } = options;
  const pause = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onProgress = (): void => {
    if (idleMs !== undefined) timer = timer?.refresh() ?? setTimeout(() => pause.abort(), idleMs);
  };
  try {
    return await work(AbortSignal.any([signal, pause.signal]), onProgress);
  } catch (error) {
    if (error === pause.signal.reason && pause.signal.aborted) return "idle";
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function receiveUntil(
  port: SerialPort,
  options: CollectOptions & { readonly onProgress: () => void },
): Promise<CollectEnd> {
  const { until, count = Number.POSITIVE_INFINITY, onBytes, onProgress, signal } = options;
  const match = until === undefined ? undefined : new DelimiterMatch(until);
  for (let left = count; ; ) {
    const bytes = await port.receive({ signal });
    const found = match?.push(bytes) ?? Number.POSITIVE_INFINITY;
    const taken = Math.min(bytes.length, found, left);
    left -= taken;
    await onBytes(bytes.subarray(0, taken));
    if (found === taken) return "until";
    if (left === 0) return "count";
    onProgress();
  }
}
