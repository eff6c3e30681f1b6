// The port that somebody may have meant.

/**
 * Finds the path that is closest to a wrong one.
 *
 * @param wrong Path that does not exist.
 * @param paths Paths that do.
 * @returns The closest, or `undefined` when none is near.
 */
export function nearestPath(wrong: string, paths: readonly string[]): string | undefined {
  const ranked = paths
    .map((path) => ({ path, distance: editDistance(wrong, path) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(3, wrong.length / 3)
    ? best.path
    : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substituted));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
