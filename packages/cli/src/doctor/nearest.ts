// The port that the user may have meant.

import { editDistance } from "anyserial/arguments";

/** Where the system has its ports. */
const FOLDER = "/dev/";

/**
 * Finds the path that is closest to a wrong one.
 *
 * @param wrong Path that does not exist; a name alone is compared with the names in /dev.
 * @param paths Paths that do.
 * @returns The closest, or `undefined` when none is near.
 */
export function nearestPath(wrong: string, paths: readonly string[]): string | undefined {
  const distanceTo = (path: string): number =>
    path.startsWith(FOLDER) && !wrong.includes("/")
      ? editDistance(wrong, path.slice(FOLDER.length))
      : editDistance(wrong, path);
  const ranked = paths
    .map((path) => ({ path, distance: distanceTo(path) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(3, wrong.length / 3)
    ? best.path
    : undefined;
}
