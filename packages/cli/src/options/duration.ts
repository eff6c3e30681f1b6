// Durations as typed by people: `500ms`, `2s`, `1.5s`, `10m`. Pure.

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 0x7fff_ffff;

/**
 * Reads a duration.
 *
 * @param text A number with `ms`, `s`, `m` or `h`. A bare number is refused: it could mean seconds or milliseconds.
 * @returns Milliseconds, 0 to 2147483647 (24 days, the longest timer); `undefined` for anything else.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)$/.exec(text);
  if (match === null) return undefined;
  const durationMs = Number(match[1]) * (UNITS_MS[match[2] ?? ""] ?? 0);
  return durationMs <= LONGEST_MS ? durationMs : undefined;
}

/**
 * Formats a duration.
 *
 * @param durationMs Milliseconds.
 * @returns `300 ms`, `2.5 s`.
 */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  return `${Math.round(durationMs / 100) / 10} s`;
}
