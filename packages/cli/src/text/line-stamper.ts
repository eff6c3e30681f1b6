// The time of arrival in front of every line. Pure; works on bytes, so that a character split over
// chunks stays whole.

const LINE_FEED = 0x0a;

/** Stamps lines: a line begins after a line feed, and has the time of its first byte. */
export class LineStamper {
  #isLineStart = true;

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @param at When it arrived.
   * @returns The bytes with a stamp in front of every line that begins in them.
   */
  push(bytes: Uint8Array, at: Date): Uint8Array {
    const stamp = Buffer.from(formatStamp(at));
    const parts: Uint8Array[] = [];
    for (let from = 0; from < bytes.length; ) {
      if (this.#isLineStart) parts.push(stamp);
      const lineFeed = bytes.indexOf(LINE_FEED, from);
      const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
      parts.push(bytes.subarray(from, end));
      this.#isLineStart = lineFeed !== -1;
      from = end;
    }
    return Buffer.concat(parts);
  }
}

/**
 * Writes a time of day.
 *
 * @param at A moment.
 * @returns `[17:04:05.678] `, in local time.
 */
export function formatStamp(at: Date): string {
  return `[${formatTime(at)}] `;
}

/**
 * Writes a moment that means the same everywhere.
 *
 * @param at A moment.
 * @returns `2026-07-20T17:04:05.678+02:00`: local time with its distance from UTC.
 */
export function formatMoment(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const distance = Math.abs(offset);
  return `${local}${offset < 0 ? "-" : "+"}${two(distance / 60)}:${two(distance % 60)}`;
}

/**
 * Writes a time of day without brackets.
 *
 * @param at A moment.
 * @returns `17:04:05.678`, in local time.
 */
export function formatTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const milliseconds = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${milliseconds}`;
}
