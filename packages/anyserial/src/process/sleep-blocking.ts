// A sleep that blocks the thread.

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Blocks without doing anything else.
 *
 * @param durationMs How long, in milliseconds.
 */
export function sleepBlocking(durationMs: number): void {
  Atomics.wait(cell, 0, 0, durationMs);
}
