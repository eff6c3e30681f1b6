// Numbers as text. Pure.

const UNITS: readonly string[] = ["B", "kB", "MB", "GB", "TB"];

/** As `512 B` or `1.2 MB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 99.5 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** As `1.2 kB/s`. */
export function rateText(bytesPerSecond: number): string {
  return `${bytesText(bytesPerSecond)}/s`;
}

/** With separators, as `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** Shortens a name for a place with little room. */
export function shortText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
