// The known word that a misspelt one stands for. Pure.

const EDITS_MAX = 2;
const WORD_MAX = 40;

/**
 * Finds the known word that is nearest to one that is unknown.
 *
 * @param word The misspelt word.
 * @param known The known words.
 * @returns A word that begins with it or is at most two edits away, upper and lower case being the
 *   same; `undefined` if none is.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > WORD_MAX) return undefined;
  const written = word.toLowerCase();
  let best: string | undefined;
  let fewest = Math.min(EDITS_MAX, word.length - 1) + 1;
  for (const name of known) {
    const meant = name.toLowerCase();
    const edits = meant.startsWith(written) ? 1 : editDistance(written, meant);
    if (edits >= fewest) continue;
    best = name;
    fewest = edits;
  }
  return best;
}

/**
 * Counts the edits between two words: a letter added, removed or replaced, or two letters swapped.
 */
export function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(rows, i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1));
    }
    rows.push(row);
  }
  return at(rows, from.length, to.length);
}

function at(rows: readonly (readonly number[])[], row: number, column: number): number {
  return rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
}
