// Characters that arrive broken at a member whose port shows that: their places among the bytes that wait.

import type { Member } from "./member.ts";

/** A character with an error that a UART finds. */
export interface BrokenByte {
  /** Its place, from the first byte on. */
  readonly at: number;
  readonly error: "framing" | "parity";
}

/** Bytes of which some are broken. */
export interface Altered {
  readonly bytes: Uint8Array;
  /** In order; `undefined` for none. */
  readonly broken?: readonly BrokenByte[] | undefined;
}

/** The broken ones of a queue. */
export class BrokenBytes {
  #places: BrokenByte[] = [];

  /** The first one. */
  get first(): BrokenByte | undefined {
    return this.#places[0];
  }

  /**
   * Adds those of a message.
   *
   * @param broken Places in the message.
   * @param base Bytes in front of the message.
   * @param kept Bytes of the message that were kept, and how many in front of them were not.
   */
  append(
    broken: readonly BrokenByte[],
    base: number,
    { length, skipped }: { readonly length: number; readonly skipped: number },
  ): void {
    for (const { at, error } of broken) {
      const place = at - skipped;
      if (place >= 0 && place < length) this.#places.push({ at: base + place, error });
    }
  }

  /** Bytes were taken off the front, or out of the middle. */
  removed(count: number, from = 0): void {
    if (this.#places.length === 0) return;
    this.#places = this.#places
      .filter(({ at }) => at < from || at >= from + count)
      .map((one) => (one.at < from ? one : { ...one, at: one.at - count }));
  }

  /** The bytes that go out in one piece: up to the first broken one, or that one alone. */
  pieceOf(bytes: Uint8Array): Uint8Array {
    const at = this.first?.at ?? bytes.length;
    return at >= bytes.length ? bytes : bytes.subarray(0, Math.max(at, 1));
  }
}

/** Writes a piece, as `BrokenBytes.pieceOf()` has made it. @returns Bytes taken. */
export function writePiece(
  piece: Uint8Array,
  broken: BrokenBytes,
  member: Pick<Member, "write" | "lines">,
): number {
  const { first } = broken;
  if (first?.at !== 0) return member.write(piece);
  const [byte = 0] = piece;
  return member.lines?.sendBroken?.(byte, first.error) ?? 0;
}
