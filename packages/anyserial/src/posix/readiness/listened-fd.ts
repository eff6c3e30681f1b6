// A descriptor whose readiness is told to a listener: it stays in the poller from event to event.

import type { SerialError } from "../../errors.ts";
import { HUNG_UP, type Poller, READABLE, type WatchListener, WRITABLE } from "./readiness.ts";

/** Where a wait ends. */
export interface Waiter {
  readonly resolve: (ready: boolean) => void;
  readonly reject: (error: SerialError) => void;
}

/** A listener of one descriptor that is in the poller, edge-triggered. */
export class ListenedFd {
  readonly #poller: Poller;
  readonly #fd: number;
  readonly #token: number;
  #listener: WatchListener | undefined;
  #isToldWritable = false;

  constructor(poller: Poller, fd: number, token: number) {
    this.#poller = poller;
    this.#fd = fd;
    this.#token = token;
  }

  get isListening(): boolean {
    return this.#listener !== undefined;
  }

  /** Starts, replaces or ends; what is there already is reported anew. */
  listen(listener: WatchListener | undefined): void {
    this.#listener = listener;
    this.#isToldWritable = false;
    if (listener !== undefined) this.#arm(READABLE);
  }

  /** Also tells, once, that there is room. */
  tellWritable(): void {
    this.#isToldWritable = true;
    this.#arm(READABLE | WRITABLE);
  }

  /** Takes an event of the poller. @returns `false` when nobody listens. */
  wake(ready: number): boolean {
    if (this.#listener === undefined) return false;
    if ((ready & WRITABLE) !== 0) {
      // It stays in the interest until nobody wants it: a busy writer asks again and again.
      if (this.#isToldWritable) this.#tellNow();
      else this.#arm(READABLE);
    }
    if ((ready & (READABLE | HUNG_UP)) !== 0) this.#listener?.onReadable();
    return true;
  }

  /** Has the listener read without an event. @returns Whether it found anything. */
  readAgain(): boolean {
    return this.#listener?.onReadable() ?? false;
  }

  #tellNow(): void {
    this.#isToldWritable = false;
    this.#listener?.onWritable();
  }

  #arm(interest: number): void {
    this.#poller.modify(this.#fd, this.#token, interest);
  }
}
