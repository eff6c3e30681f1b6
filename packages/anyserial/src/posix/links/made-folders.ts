// The folders that this process made for its links, so that they can go again.

import type { EntryFacts } from "./folder-calls.ts";

/** Folders by path without links, each with its identity. */
export class MadeFolders {
  readonly #identities = new Map<string, string>();

  /** Remembers a folder that was just made; one whose facts could not be read stays. */
  add(path: string, facts: EntryFacts | number): void {
    if (typeof facts !== "number") this.#identities.set(path, facts.identity);
  }

  /** The identity of a folder of this process; `undefined` for one that it did not make. */
  identityOf(path: string): string | undefined {
    return this.#identities.get(path);
  }

  forget(path: string): void {
    this.#identities.delete(path);
  }
}
