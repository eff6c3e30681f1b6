// Messages that end where an expression matches. It is matched on bytes, as characters from 0 to 255, so
// that a cut inside a character makes no difference. Pure.

import { bufferOf } from "./index-of.ts";
import { BaseSplitter, type FrameSink, type Range } from "./splitter.ts";

/** Longest match that is found however the stream is cut, in bytes. */
export const MATCH_MAX = 64;

/** Splits where an expression matches. */
export class MatchSplitter extends BaseSplitter {
  readonly #expression: RegExp;

  /**
   * @param maxLength Most bytes of a message.
   * @param expression Global; its `lastIndex` is this splitter's.
   */
  constructor(maxLength: number, expression: RegExp) {
    super(maxLength);
    this.#expression = expression;
  }

  protected override get undecided(): number {
    return MATCH_MAX;
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    const from = start + Math.max(0, this.searched - MATCH_MAX);
    const text = bufferOf(bytes).toString("latin1", from, end);
    let first = start;
    let at = 0;
    for (;;) {
      const match = shortestMatch(this.#expression, text, at);
      if (match === undefined) break;
      at = match.end;
      // A match of nothing at the start of a message ends none.
      if (match.start === match.end && from + at === first) {
        const next = shortestMatch(this.#expression, text, at + 1);
        if (next === undefined) break;
        at = next.end;
      }
      this.emit(sink, bytes, { start: first, end: from + at });
      first = from + at;
    }
    this.searched = end - first;
    return first;
  }
}

/**
 * Finds the match that would be found first if the text came character by character: the expression may
 * match more of it.
 *
 * @param expression Global.
 * @param text The searched text.
 * @param from Where to begin.
 */
export function shortestMatch(expression: RegExp, text: string, from: number): Range | undefined {
  if (from > text.length) return undefined;
  expression.lastIndex = from;
  const found = expression.exec(text);
  if (found === null) return undefined;
  const { index } = found;
  const end = index + found[0].length;
  for (let upTo = Math.max(index, end - MATCH_MAX); upTo < end; upTo++) {
    expression.lastIndex = index;
    const shorter = expression.exec(text.slice(0, upTo));
    if (shorter && upTo > index)
      return { start: shorter.index, end: shorter.index + shorter[0].length };
  }
  return { start: index, end };
}
