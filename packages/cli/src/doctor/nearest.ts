// The port that somebody may have meant.

import { editDistance } from "@anyserial/hub/nearest";

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
