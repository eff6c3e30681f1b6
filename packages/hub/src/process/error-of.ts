// Anything can be thrown; the hub knows errors only.

/**
 * Makes an error of any thrown value.
 *
 * @param thrown Anything.
 * @returns The same, if it is an error.
 */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
