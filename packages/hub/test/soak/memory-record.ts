// Memory of the soak's process over time: printed once a minute, and flat or the soak fails. The
// applications live in the same process; theirs is counted too.

const TELL_EVERY_MS = 60_000;
const SAMPLE_EVERY_MS = 1000;
/** Bytes that the later half may hold more than the earlier one: noise of the collector. */
const SLACK = 16 * 1024 * 1024;
/** The heap needs this long to find its size. */
const WARM_UP_MS = 60_000;

interface Sample {
  readonly atMs: number;
  readonly rss: number;
  /** JavaScript objects and buffers outside the heap. */
  readonly held: number;
}

/** Samples of a process's memory. */
export class MemoryRecord {
  readonly #startedAt = performance.now();
  readonly #samples: Sample[] = [];
  #reportedAt = 0;

  constructor() {
    this.sample();
  }

  /** Takes a sample, unless the last one is fresh. */
  sample(): void {
    const atMs = performance.now() - this.#startedAt;
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs - last.atMs < SAMPLE_EVERY_MS) return;
    const { rss, heapUsed, external } = process.memoryUsage();
    this.#samples.push({ atMs, rss, held: heapUsed + external });
    if (atMs - this.#reportedAt < TELL_EVERY_MS) return;
    this.#reportedAt = atMs;
    const minute = Math.round(atMs / 60_000);
    process.stdout.write(
      `soak: minute ${minute}: ${megabytes(rss)} MB resident, ${megabytes(heapUsed + external)} MB held\n`,
    );
  }

  /** Prints the record; throws if the later half of the run holds more than the earlier one. */
  check(): void {
    const rss = this.#samples.map((sample) => sample.rss);
    const figures = [rss[0], rss.at(-1), Math.min(...rss), Math.max(...rss)];
    const [first, last, least, most] = figures.map((bytes) => megabytes(bytes ?? 0));
    process.stdout.write(
      `soak: resident ${first} MB at start, ${last} MB at end, ${least} to ${most} MB between\n`,
    );
    const warm = this.#samples.filter(({ atMs }) => atMs >= WARM_UP_MS);
    const half = Math.floor(warm.length / 2);
    if (half === 0) return;
    for (const key of ["rss", "held"] as const) {
      const before = median(warm.slice(0, half).map((sample) => sample[key]));
      const after = median(warm.slice(half).map((sample) => sample[key]));
      process.stdout.write(
        `soak: ${key} ${megabytes(before)} MB in the earlier half, ${megabytes(after)} MB in the later\n`,
      );
      if (after > before + SLACK) throw new Error(`memory grows: ${key} is not flat`);
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
