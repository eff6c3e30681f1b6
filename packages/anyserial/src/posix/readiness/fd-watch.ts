// One watched descriptor: who waits on it, and what of that the poller knows.

import type { SerialError } from "../../errors.ts";
import { ListenedFd, type Waiter } from "./listened-fd.ts";
import {
  HUNG_UP,
  type IdleListener,
  type Poller,
  READABLE,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "./readiness.ts";

/** The set that a watch belongs to. */
export interface WatchOwner {
  /** One more, or one less, operation waits. */
  countWaiting(change: 1 | -1): void;
  /** A descriptor was woken and taken out of the poller: it goes back when it stays idle. */
  park(watch: FdWatch): void;
  /** Drops a closed watch. */
  forget(watch: FdWatch): void;
}

/** What a watch is made of. */
export interface FdWatchParts {
  readonly set: WatchOwner;
  readonly poller: Poller;
  readonly fd: number;
  readonly token: number;
  readonly idle: IdleListener;
}

/** One descriptor. */
export class FdWatch implements Watch {
  readonly token: number;
  readonly #set: WatchOwner;
  readonly #poller: Poller;
  readonly #fd: number;
  readonly #idle: IdleListener;
  readonly #listened: ListenedFd;
  #reader: Waiter | undefined;
  #writer: Waiter | undefined;
  /** Interest in the poller; 0 while the descriptor is not in it. */
  #interest = 0;
  #closed = false;
  #failure: SerialError | undefined;
  #hungUp = false;

  constructor({ set, poller, fd, token, idle }: FdWatchParts) {
    this.#set = set;
    this.#poller = poller;
    this.#fd = fd;
    this.token = token;
    this.#idle = idle;
    this.#listened = new ListenedFd(poller, fd, token);
  }

  waitReadable(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve(false);
      if (this.#failure !== undefined) throw this.#failure;
      this.#want(READABLE);
      this.#reader = { resolve, reject };
      this.#set.countWaiting(1);
    });
  }

  waitWritable(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve(false);
      if (this.#failure !== undefined) throw this.#failure;
      this.#want(WRITABLE);
      this.#writer = { resolve, reject };
      this.#set.countWaiting(1);
    });
  }

  cancelReadable(): void {
    this.#settleReader(false);
  }

  cancelWritable(): void {
    this.#settleWriter(false);
  }

  listen(listener: WatchListener | undefined): void {
    if (this.#closed || this.#failure !== undefined) return;
    this.rest();
    const change = Number(listener !== undefined) - Number(this.#listened.isListening);
    if (change !== 0) this.#set.countWaiting(change as 1 | -1);
    this.#listened.listen(listener);
  }

  tellWritable(): void {
    if (!this.#closed && !this.#failure && this.#listened.isListening)
      this.#listened.tellWritable();
  }

  close(): void {
    if (this.#closed) return;
    if (this.#listened.isListening) this.listen(undefined);
    this.#closed = true;
    if (this.#interest !== 0) this.#poller.remove(this.#fd);
    this.#settleReader(false);
    this.#settleWriter(false);
    this.#set.forget(this);
  }

  /** Watches an idle descriptor: arriving data passes by once, a hang-up is heard. */
  rest(): void {
    if (!this.#closed && !this.#failure && this.#interest === 0) this.#want(READABLE);
  }

  /** The poller wakes nobody any more: waits fail, now and later. */
  fail(error: SerialError): void {
    if (this.#listened.isListening) this.listen(undefined);
    this.#failure = error;
    this.#interest = 0;
    const waiters = [this.#reader, this.#writer];
    this.#reader = this.#writer = undefined;
    for (const waiter of waiters) {
      if (waiter === undefined) continue;
      this.#set.countWaiting(-1);
      waiter.reject(error);
    }
  }

  /**
   * Wakes the reader without asking the poller what happened: for the only descriptor that is
   * watched it can hardly be anything else, and a reader looks again anyway.
   *
   * @returns `false` where the poller has to be asked.
   */
  wakeReader(): boolean {
    if (this.#closed || this.#reader === undefined || this.#writer !== undefined) return false;
    this.#settleReader(true);
    if (!this.#poller.forgetsDrained) this.#detach();
    return true;
  }

  /** Has the listener read without an event. @returns Whether there is one, and it found anything. */
  readAgain(): boolean {
    return !this.#closed && this.#listened.readAgain();
  }

  /** Takes an event of the poller. */
  wake(ready: number): void {
    if (this.#closed) return;
    if (this.#listened.wake(ready)) return;
    const hungUp = (ready & HUNG_UP) !== 0;
    const forReader = this.#reader !== undefined && (hungUp || (ready & READABLE) !== 0);
    const forWriter = this.#writer !== undefined && (hungUp || (ready & WRITABLE) !== 0);
    if (forReader) this.#settleReader(true);
    if (forWriter) this.#settleWriter(true);
    if (forReader || forWriter) {
      this.#detach();
      return;
    }
    if ((ready & READABLE) !== 0) this.#idle.onReadable?.();
    if (hungUp && !this.#hungUp) {
      this.#hungUp = true;
      this.#idle.onHangup?.();
    }
  }

  /** Between a wake-up and the next wait the descriptor is out of the poller, if nobody waits. */
  #detach(): void {
    this.#interest =
      (this.#reader === undefined ? 0 : READABLE) | (this.#writer === undefined ? 0 : WRITABLE);
    if (this.#interest !== 0) {
      this.#poller.modify(this.#fd, this.token, this.#interest);
      return;
    }
    this.#poller.remove(this.#fd);
    this.#set.park(this);
  }

  #want(interest: number): void {
    const wanted =
      interest |
      (this.#reader === undefined ? 0 : READABLE) |
      (this.#writer === undefined ? 0 : WRITABLE);
    if (this.#interest === 0) this.#poller.add(this.#fd, this.token, wanted);
    else if ((this.#interest & wanted) === wanted) return;
    else this.#poller.modify(this.#fd, this.token, wanted);
    this.#interest = wanted;
  }

  #settleReader(ready: boolean): void {
    const waiter = this.#reader;
    if (waiter === undefined) return;
    this.#reader = undefined;
    this.#set.countWaiting(-1);
    waiter.resolve(ready);
  }

  #settleWriter(ready: boolean): void {
    const waiter = this.#writer;
    if (waiter === undefined) return;
    this.#writer = undefined;
    this.#set.countWaiting(-1);
    waiter.resolve(ready);
  }
}
