// How much of a random or a racing test is done: some in every run, and many times that in `npm run test:long`.

const factor = Number(process.env["ANYSERIAL_TEST_RUNS"] ?? 1);

/**
 * @param count Runs of a test in `npm test`.
 * @returns Runs of it now.
 */
export function runs(count: number): number {
  return count * factor;
}
