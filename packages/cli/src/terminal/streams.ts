// The streams a command works with, as narrow as it needs them, and waiting for a slow reader.

import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** Standard input: a terminal has `setRawMode`. */
export interface InputStream extends Readable {
  readonly isTTY?: boolean;
  readonly isRaw?: boolean;
  setRawMode?(mode: boolean): unknown;
}

/** Standard output or standard error. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
}

/**
 * Writes, and waits while the reader is slower.
 *
 * @param stream Where to.
 * @param data Text in UTF-8, or bytes.
 * @param signal Stops waiting.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function writeAll(
  stream: OutputStream,
  data: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (data.length === 0 || stream.write(data)) return;
  try {
    await once(stream, "drain", { signal });
  } catch (error) {
    signal.throwIfAborted(); // with the caller's own reason
    throw error;
  }
}

/**
 * Reads a stream chunk by chunk; the stream is neither destroyed nor read ahead of need.
 *
 * @param stream Where from.
 * @param signal Ends the iteration.
 * @returns The chunks, until the stream ends or the signal is aborted.
 */
export async function* readChunks(
  stream: InputStream,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, undefined> {
  const chunks = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessAborted(chunks.next(), signal);
    if (next === undefined || next.done === true) return;
    yield typeof next.value === "string" ? Buffer.from(next.value) : (next.value as Uint8Array);
  }
}

/** The value of a promise, or nothing once the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
