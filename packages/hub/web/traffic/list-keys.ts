// The keys of a long list. Pure.

interface Place {
  /** Index of the selected message; -1 for none. */
  readonly at: number;
  /** Index of the first visible one. */
  readonly first: number;
  /** Messages of a page. */
  readonly page: number;
  readonly count: number;
}

/** Returns the index of the message that a key leads to; `undefined` for another key. */
export function targetOf(key: string, { at, first, page, count }: Place): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  const isJump = key === "Home" || key === "End";
  return Math.min(count - 1, Math.max(0, at === -1 && !isJump ? first : at + step));
}
