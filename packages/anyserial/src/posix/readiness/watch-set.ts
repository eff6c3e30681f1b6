// The watched descriptors of one process: who waits for what. A descriptor is in the poller while
// somebody waits on it, and also while it is idle, so that a hang-up is heard; it is taken out
// between a wake-up and the next wait, because that makes a small reply arrive sooner (ADR 0003).

import type { SerialError } from "../../errors.ts";
import { ListenedFd, type Waiter } from "./listened-fd.ts";
import {
  HUNG_UP,
  type IdleListener,
  type OnEvent,
  type Poller,
  READABLE,
  type Readiness,
  type Waker,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "./readiness.ts";

/** How long after its last wake-up a descriptor counts as idle. */
const IDLE_AFTER_MS = 20;

/** What the set is built on. */
export interface WatchSetDriver {
  readonly mechanism: "libuv" | "reactor";
  /** How long the waker outlives the last watch, in milliseconds: what is dear to start lingers. */
  readonly lingerMs: number;
  /** Opens the kernel's queue. */
  openPoller(): Poller;
  /** Starts to wake the event loop: `onReady` collects, or `onEvent` reports one event. */
  startWaker(poller: Poller, onReady: () => void, onEvent: OnEvent): Waker;
}

interface Running {
  readonly poller: Poller;
  readonly waker: Waker;
}

/** Readiness over a poller and a waker; both exist only while something is watched. */
export class WatchSet implements Readiness {
  readonly #driver: WatchSetDriver;
  readonly #watches = new Map<number, FdWatch>();
  readonly #parked = new Set<FdWatch>();
  #running: Running | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #nextToken = 1;
  #waiting = 0;

  constructor(driver: WatchSetDriver) {
    this.#driver = driver;
  }

  get mechanism(): "libuv" | "reactor" {
    return this.#driver.mechanism;
  }

  watch(fd: number, idle: IdleListener): Watch {
    const token = this.#nextToken;
    this.#nextToken = (this.#nextToken % 0x7fff_ffff) + 1;
    const { poller } = this.#start();
    const watch = new FdWatch({ set: this, poller, fd, token, idle });
    this.#watches.set(token, watch);
    try {
      watch.rest();
    } catch (error) {
      this.forget(watch);
      throw error;
    }
    return watch;
  }

  /** One more, or one less, operation waits. */
  countWaiting(change: 1 | -1): void {
    const before = this.#waiting;
    this.#waiting += change;
    if (before === 0 || this.#waiting === 0) this.#running?.waker.setAlive(this.#waiting > 0);
  }

  /** A descriptor was woken and taken out of the poller: it goes back when it stays idle. */
  park(watch: FdWatch): void {
    this.#parked.add(watch);
    this.#idleTimer ??= setTimeout(() => this.#unpark(), IDLE_AFTER_MS).unref();
  }

  /** Drops a closed watch, and everything with the last one. */
  forget(watch: FdWatch): void {
    this.#parked.delete(watch);
    this.#watches.delete(watch.token);
    if (this.#watches.size > 0) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    const { lingerMs } = this.#driver;
    if (lingerMs === 0) this.#stop();
    else this.#lingerTimer = setTimeout(() => this.#stop(), lingerMs).unref();
  }

  #start(): Running {
    clearTimeout(this.#lingerTimer);
    if (this.#running === undefined) {
      const poller = this.#driver.openPoller();
      const onEvent: OnEvent = (token, ready) => this.#watches.get(token)?.wake(ready);
      this.#running = { poller, waker: this.#startWaker(poller, onEvent) };
      this.#running.waker.onFailed = (error) => this.#fail(error);
    }
    return this.#running;
  }

  #startWaker(poller: Poller, onEvent: OnEvent): Waker {
    try {
      return this.#driver.startWaker(poller, () => poller.collect(onEvent), onEvent);
    } catch (error) {
      poller.close();
      throw error;
    }
  }

  /** Nothing is woken any more: what waits fails, and what is watched from now on starts anew. */
  #fail(error: SerialError): void {
    for (const watch of this.#watches.values()) watch.fail(error);
    this.#stop();
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.waker.stop(() => running.poller.close());
  }

  #unpark(): void {
    this.#idleTimer = undefined;
    const parked = [...this.#parked];
    this.#parked.clear();
    for (const watch of parked) watch.rest();
  }
}

interface FdWatchParts {
  readonly set: WatchSet;
  readonly poller: Poller;
  readonly fd: number;
  readonly token: number;
  readonly idle: IdleListener;
}

/** One descriptor. */
class FdWatch implements Watch {
  readonly token: number;
  readonly #set: WatchSet;
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
    const change = Number(listener !== undefined) - Number(this.#listened.isListening);
    if (change !== 0) this.#set.countWaiting(change as 1 | -1);
    this.rest();
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
