// The watched descriptors of one process: who waits for what. A descriptor is in the poller while
// somebody waits on it, and also while it is idle, so that a hang-up is heard; it is taken out
// between a wake-up and the next wait, because that makes a small reply arrive sooner (ADR 0003).

import type { SerialError } from "../../errors.ts";
import { FdWatch, type WatchOwner } from "./fd-watch.ts";
import type { IdleListener, OnEvent, Poller, Readiness, Waker, Watch } from "./readiness.ts";

/** How long after its last wake-up a descriptor counts as idle. */
const IDLE_AFTER_MS = 20;
/** Reads of the one that is talking between two looks at the others. */
const MOST_GUESSES = 8;

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
export class WatchSet implements Readiness, WatchOwner {
  readonly #driver: WatchSetDriver;
  readonly #watches = new Map<number, FdWatch>();
  readonly #parked = new Set<FdWatch>();
  #running: Running | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #nextToken = 1;
  #waiting = 0;
  /** What the poller reported last. */
  readonly #last: { watch: FdWatch | undefined; events: number } = { watch: undefined, events: 0 };
  /** The one that was alone in the poller's last reports. */
  #talking: FdWatch | undefined;
  #guesses = 0;

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
    if (this.#last.watch === watch) this.#last.watch = undefined;
    if (this.#talking === watch) this.#talking = undefined;
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
      const onEvent: OnEvent = (token, ready) => this.#wake(token, ready);
      this.#running = { poller, waker: this.#startWaker(poller, onEvent) };
      this.#running.waker.onFailed = (error) => this.#fail(error);
    }
    return this.#running;
  }

  #startWaker(poller: Poller, onEvent: OnEvent): Waker {
    try {
      return this.#driver.startWaker(poller, () => this.#collect(poller, onEvent), onEvent);
    } catch (error) {
      poller.close();
      throw error;
    }
  }

  #wake(token: number, ready: number): void {
    const watch = this.#watches.get(token);
    this.#last.watch = watch;
    this.#last.events++;
    watch?.wake(ready);
  }

  #collect(poller: Poller, onEvent: OnEvent): void {
    const [only] = this.#watches.size === 1 ? this.#watches.values() : [];
    if (only?.wakeReader() === true || this.#guess()) return;
    const before = this.#last.watch;
    this.#last.events = 0;
    poller.collect(onEvent);
    const isAlone = this.#last.events === 1 && this.#last.watch === before;
    this.#talking = isAlone && poller.forgetsDrained ? before : undefined;
  }

  /**
   * Lets a listener that was alone twice read without asking the poller what happened: it is most
   * likely the one again. Its event is left in the poller, which drops it when there is nothing.
   */
  #guess(): boolean {
    const isRight = ++this.#guesses <= MOST_GUESSES && this.#talking?.readAgain() === true;
    if (!isRight) this.#guesses = 0;
    return isRight;
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
    for (const watch of parked) {
      try {
        watch.rest();
      } catch (error) {
        watch.fail(error as SerialError); // what the poller throws: its next wait tells
      }
    }
  }
}
