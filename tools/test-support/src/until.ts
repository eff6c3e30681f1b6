// Polls for a state that has no event: another process blocks, a descriptor is gone.

const BOUND_MS = 20_000;
/** The first polls are in tasks that follow each other; the later ones leave the processor to others. */
const FAST_POLLS = 20;
/** Captured when this file is loaded, so that a test with fake timers can poll. */
const { setImmediate, setTimeout } = globalThis;

/**
 * Polls until `holds` returns something other than `undefined` or `false`.
 *
 * @param what Names the state in the error.
 * @param holds Reads the state.
 * @returns The value that `holds` returned.
 * @throws Error if the state is not reached in 20 s.
 */
export async function until<T>(
  what: string,
  holds: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + BOUND_MS;
  for (let polls = 1; ; polls++) {
    const found = await holds();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`still not true: ${what}`);
    await new Promise((resolve) => {
      if (polls < FAST_POLLS) setImmediate(resolve);
      else setTimeout(resolve, 1);
    });
  }
}
