// A value that components watch.

import { useLayoutEffect, useState } from "preact/hooks";

export class Store<T> {
  #value: T;
  readonly #watchers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls a function after each change. @returns Ends that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}

/**
 * The value of a store; the component is drawn again when it changes.
 *
 * @param isShown Without it the component is left as it is: a hidden panel costs nothing.
 */
export function useStore<T>(store: Store<T>, isShown = true): T {
  const [, draw] = useState(0);
  // Before the browser does anything else: a change that came in between would be missed.
  useLayoutEffect(() => {
    return isShown ? store.watch(() => draw((count) => count + 1)) : undefined;
  }, [store, isShown]);
  return store.get();
}
