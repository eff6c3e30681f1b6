// Packages that this one depends on, loaded at run time from wherever they are found: in a bundle, koffi stays
// outside.

import { ownRequires } from "#own-require";

/**
 * Asks one require() after the other.
 *
 * @param load Loads, or finds, a package.
 * @returns The value of the first one that does not throw.
 * @throws The error of the first attempt, which explains most: the package is missing, or does not
 *   load.
 */
export function fromOwn<T>(load: (own: NodeJS.Require) => T): T {
  const failures: unknown[] = [];
  for (const own of ownRequires()) {
    try {
      return load(own);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}
