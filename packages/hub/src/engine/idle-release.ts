// Gives memory back that nothing has needed for a while: a queue that was full once and is empty now.

import type { Clock } from "./stall-watch.ts";

/** Memory that is needed again within this time is kept, in milliseconds. */
const RELEASE_AFTER_MS = 1000;

/** An object that holds memory. */
export interface Holder {
  /** Something is in it. */
  readonly isUsed: boolean;
  release(): void;
}

/** One holder's release: at most one timer, and none for each use. */
export class IdleRelease {
  readonly #clock: Clock;
  readonly #holder: Holder;
  #stop: (() => void) | undefined;

  constructor(clock: Clock, holder: Holder) {
    this.#clock = clock;
    this.#holder = holder;
  }

  /** The holder is empty. */
  onEmpty(): void {
    this.#stop ??= this.#clock.after(RELEASE_AFTER_MS, () => {
      this.#stop = undefined;
      if (!this.#holder.isUsed) this.#holder.release();
    });
  }

  close(): void {
    this.#stop?.();
  }
}
