// One watched descriptor: the armed directions, and those that the poller has. It is in the poller
// while a direction is armed, and also while it is idle, so that a hang-up is noticed. When its
// listener was called and armed nothing in that call, it is taken out until a direction is armed
// again, because that makes a small reply arrive sooner (ADR 0003).

import type { SerialError } from "../../errors/errors.ts";
import { throwUncaught } from "../../process/uncaught.ts";
import {
  HUNG_UP,
  type Poller,
  READABLE,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "./readiness.ts";

/** The set that a watch belongs to. */
export interface WatchOwner {
  /** A descriptor was taken out of the poller: it goes back when it stays idle. */
  park(watch: Registration): void;
  /** Drops a closed watch. */
  forget(watch: Registration): void;
}

/** Dependencies of a watch. */
export interface FdWatchParts {
  readonly set: WatchOwner;
  readonly poller: Poller;
  readonly fd: number;
  readonly token: number;
  readonly listener: WatchListener;
}

export class Registration implements Watch {
  readonly token: number;
  found = false;
  readonly #set: WatchOwner;
  readonly #poller: Poller;
  readonly #fd: number;
  readonly #listener: WatchListener;
  #armed = 0;
  /** Interest in the poller; 0 while the descriptor is not in it. */
  #interest = 0;
  #closed = false;
  #failure: SerialError | undefined;
  #hungUp = false;

  constructor({ set, poller, fd, token, listener }: FdWatchParts) {
    this.#set = set;
    this.#poller = poller;
    this.#fd = fd;
    this.token = token;
    this.#listener = listener;
  }

  get armed(): number {
    return this.#armed;
  }

  arm(interest: number): void {
    if (this.#closed) return;
    if (this.#failure !== undefined) throw this.#failure;
    const added = interest & ~this.#armed;
    if (added === 0) return;
    const wanted = this.#armed | added;
    // Room that comes in between two writes is reported by a change of the interest only.
    const isKnown = (this.#interest & wanted) === wanted && (added & WRITABLE) === 0;
    if (!isKnown) this.#updatePoller(wanted);
    this.#armed = wanted;
  }

  disarm(interest: number): number {
    const taken = this.#armed & interest;
    this.#armed &= ~taken;
    return taken;
  }

  replace(swap: () => void): void {
    const interest = this.#interest;
    if (interest !== 0) this.#poller.remove(this.#fd);
    this.#interest = 0;
    try {
      swap();
    } finally {
      if (interest !== 0) this.#attempt(() => this.#updatePoller(this.#armed || READABLE));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#armed = 0;
    if (this.#interest !== 0) this.#poller.remove(this.#fd);
    this.#set.forget(this);
  }

  /** Watches an idle descriptor: arriving data passes by once, a hang-up is noticed. */
  rest(): void {
    if (!this.#closed && !this.#failure && this.#interest === 0) this.#updatePoller(READABLE);
  }

  /** The poller reports nothing any more. */
  fail(error: SerialError): void {
    if (this.#failure !== undefined || this.#closed) return;
    this.#failure = error;
    this.#armed = 0;
    this.#interest = 0;
    this.#listener.onFailed?.(error);
  }

  /**
   * Lets the listener read without asking the poller for the event, which is most likely a read.
   * The event stays in the poller, which drops it when there is nothing left to read.
   *
   * @returns `false` where the poller has to be asked.
   */
  guess(): boolean {
    if (this.#closed || (this.#armed & READABLE) === 0) return false;
    this.#armed &= ~READABLE;
    this.found = false;
    try {
      this.#listener.onReady?.(READABLE);
    } catch (error) {
      throwUncaught(error);
    }
    if (this.#armed === 0 && !this.#poller.forgetsDrained) this.#detach();
    return this.found;
  }

  /** Takes an event of the poller. */
  wake(ready: number): void {
    if (this.#closed) return;
    const hungUp = (ready & HUNG_UP) !== 0;
    const known = this.#listener.hangupIsNoRoom === true ? ready | READABLE : READABLE | WRITABLE;
    const mine = this.#armed & (hungUp ? known : ready);
    if (mine !== 0) {
      this.#deliver(mine);
      if (this.#armed === 0) this.#detach();
    } else {
      if ((ready & READABLE) !== 0) this.#listener.onIdle?.();
      if (hungUp && !this.#hungUp) {
        this.#hungUp = true;
        this.#listener.onHangup?.();
      }
    }
    if ((ready & ~mine & this.#interest & WRITABLE) !== 0) this.#dropWritable();
  }

  #deliver(ready: number): void {
    this.#armed &= ~ready;
    this.found = false;
    try {
      this.#listener.onReady?.(ready);
    } catch (error) {
      throwUncaught(error); // the events of its neighbors are not reported again
    }
  }

  /** Nothing is armed: out of the poller until something is, or until it counts as idle. */
  #detach(): void {
    if (this.#closed || this.#interest === 0) return;
    this.#interest = 0;
    this.#poller.remove(this.#fd);
    this.#set.park(this);
  }

  /**
   * It stays in the interest until it is no longer armed: a busy writer arms it again and again.
   */
  #dropWritable(): void {
    if (!this.#closed && this.#armed === (this.#armed & READABLE)) {
      this.#attempt(() => this.#updatePoller(READABLE));
    }
  }

  #updatePoller(interest: number): void {
    if (this.#interest === 0) this.#poller.add(this.#fd, this.token, interest);
    else this.#poller.modify(this.#fd, this.token, interest);
    this.#interest = interest;
  }

  #attempt(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.fail(error as SerialError); // the error of the poller
    }
  }
}
