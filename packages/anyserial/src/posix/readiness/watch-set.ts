// The watched descriptors of one process: who waits for what. A descriptor is in the poller while
// somebody waits on it, and also while it is idle, so that a hang-up is heard; it is taken out
// between a wake-up and the next wait, because that makes a small reply arrive sooner (ADR 0003).

import {
  HUNG_UP,
  type IdleListener,
  type OnEvent,
  type Poller,
  READABLE,
  type Readiness,
  type Waker,
  type Watch,
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
      const waker = this.#driver.startWaker(poller, () => poller.collect(onEvent), onEvent);
      this.#running = { poller, waker };
    }
    return this.#running;
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

type Waiter = (ready: boolean) => void;

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
  #reader: Waiter | undefined;
  #writer: Waiter | undefined;
  /** Interest in the poller; 0 while the descriptor is not in it. */
  #interest = 0;
  #closed = false;
  #hungUp = false;

  constructor({ set, poller, fd, token, idle }: FdWatchParts) {
    this.#set = set;
    this.#poller = poller;
    this.#fd = fd;
    this.token = token;
    this.#idle = idle;
  }

  waitReadable(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve(false);
      this.#want(READABLE);
      this.#reader = resolve;
      this.#set.countWaiting(1);
    });
  }

  waitWritable(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve(false);
      this.#want(WRITABLE);
      this.#writer = resolve;
      this.#set.countWaiting(1);
    });
  }

  cancelReadable(): void {
    this.#settleReader(false);
  }

  cancelWritable(): void {
    this.#settleWriter(false);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#interest !== 0) this.#poller.remove(this.#fd);
    this.#settleReader(false);
    this.#settleWriter(false);
    this.#set.forget(this);
  }

  /** Watches an idle descriptor: arriving data passes by once, a hang-up is heard. */
  rest(): void {
    if (!this.#closed && this.#interest === 0) this.#want(READABLE);
  }

  /** Takes an event of the poller. */
  wake(ready: number): void {
    if (this.#closed) return;
    const hungUp = (ready & HUNG_UP) !== 0;
    const forReader = this.#reader !== undefined && (hungUp || (ready & READABLE) !== 0);
    const forWriter = this.#writer !== undefined && (hungUp || (ready & WRITABLE) !== 0);
    if (forReader || forWriter) this.#detach();
    if (forReader) this.#settleReader(true);
    if (forWriter) this.#settleWriter(true);
    if (forReader || forWriter) return;
    if ((ready & READABLE) !== 0) this.#idle.onReadable?.();
    if (hungUp && !this.#hungUp) {
      this.#hungUp = true;
      this.#idle.onHangup?.();
    }
  }

  /** Between a wake-up and the next wait the descriptor is out of the poller, if nobody waits. */
  #detach(): void {
    this.#poller.remove(this.#fd);
    this.#interest = 0;
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
    waiter(ready);
  }

  #settleWriter(ready: boolean): void {
    const waiter = this.#writer;
    if (waiter === undefined) return;
    this.#writer = undefined;
    this.#set.countWaiting(-1);
    waiter(ready);
  }
}
