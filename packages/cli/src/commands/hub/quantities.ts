// Sizes, rates and times in few characters. Pure.

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/**
 * Writes a number of bytes.
 *
 * @param bytes Not negative.
 * @returns `0 B`, `999 B`, `1.2 kB`, `34 MB`; at most 6 characters.
 */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit++;
  }
  const digits = unit > 0 && amount < 9.95 ? 1 : 0;
  return `${amount.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * Writes how long something runs.
 *
 * @param durationMs Milliseconds.
 * @returns `0:00:12`, `3 d 04:00:12`.
 */
export function formatUptime(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days} d ${two(hours)}:${rest}` : `${hours}:${rest}`;
}

/**
 * Draws a share as a bar.
 *
 * @param share 0 to 1.
 * @param width Characters.
 * @returns `####....`; anything above nothing shows at least one mark.
 */
export function formatBar(share: number, width: number): string {
  const exact = Math.min(Math.max(share, 0), 1) * width;
  const marks = share > 0 ? Math.max(1, Math.floor(exact)) : 0;
  return "#".repeat(marks).padEnd(width, ".");
}
