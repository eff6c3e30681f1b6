// Messages of a stream that wait for one in front of them. It comes soon, as its hub sends it again; or the servers
// have lost it after they confirmed it, and nothing will ever say so. So the wait has an end.

import type { Clock } from "../engine/stall-watch.ts";

/** Missing messages of a hub are given up when it was gone for so long, in milliseconds. */
const GONE_MS = 60_000;
/** How often it is looked whether a wait goes on, in milliseconds. */
const LOOK_MS = 1000;
/** Looks that find the same message missing before the stream is read again, and before it is given up. */
const LOOKS_TO_READ_AGAIN = 2;
const LOOKS_TO_GIVE_UP = 70;

/** Dependencies of a watch. */
export interface GapWatchParts {
  readonly clock: Clock;
  /** The stream can be reached: time in which it cannot does not count. */
  readonly isUp: () => boolean;
  /** The number that each hub's messages wait for, where some wait. */
  readonly waiting: () => ReadonlyMap<string, number>;
  /** The last records of the stream are to be read once more. */
  readonly readAgain: () => void;
  /** The messages in front of those that wait will not come. */
  readonly giveUp: (hub: string) => void;
}

/** Ends waits. */
export class GapWatch {
  readonly #parts: GapWatchParts;
  readonly #looks = new Map<string, { readonly number: number; count: number }>();
  /** Hubs that are gone, with the ends of their timers. */
  readonly #gone = new Map<string, () => void>();
  #stop: (() => void) | undefined;

  constructor(parts: GapWatchParts) {
    this.#parts = parts;
  }

  /** A message waits, or may wait. */
  start(): void {
    this.#stop ??= this.#parts.clock.after(LOOK_MS, () => {
      this.#stop = undefined;
      this.#look();
    });
  }

  /** A hub that is gone may only be cut off: then it will send again. */
  onHub(hub: string, isThere: boolean): void {
    this.#gone.get(hub)?.();
    this.#gone.delete(hub);
    if (!isThere) this.#awaitReturn(hub);
  }

  close(): void {
    this.#stop?.();
    for (const stop of this.#gone.values()) stop();
  }

  #awaitReturn(hub: string): void {
    const { clock, isUp, giveUp } = this.#parts;
    const stop = clock.after(GONE_MS, () => {
      this.#gone.delete(hub);
      if (isUp()) giveUp(hub);
      else this.#awaitReturn(hub); // this hub is cut off itself
    });
    this.#gone.set(hub, stop);
  }

  #look(): void {
    const { waiting, isUp, readAgain, giveUp } = this.#parts;
    const now = waiting();
    for (const hub of this.#looks.keys()) if (!now.has(hub)) this.#looks.delete(hub);
    if (now.size > 0) this.start();
    if (!isUp()) return;
    let isLong = false;
    for (const [hub, number] of now) {
      const before = this.#looks.get(hub);
      const look = before?.number === number ? before : { number, count: 0 };
      this.#looks.set(hub, look);
      look.count++;
      if (look.count === LOOKS_TO_READ_AGAIN) isLong = true;
      if (look.count >= LOOKS_TO_GIVE_UP) {
        this.#looks.delete(hub);
        giveUp(hub);
      }
    }
    if (isLong) readAgain();
  }
}
