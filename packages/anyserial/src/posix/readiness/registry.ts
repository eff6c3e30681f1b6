// The watched descriptors of one process, over one poller and one waker, which exist only while something is
// watched.

import type { SerialError } from "../../errors/errors.ts";
import { clearTimeout, setTimeout } from "../../process/timers.ts";
import { throwUncaught } from "../../process/uncaught.ts";
import {
  type OnEvent,
  type Poller,
  READABLE,
  type Readiness,
  type Waker,
  type Watch,
  type WatchListener,
} from "./readiness.ts";
import { Registration, type WatchOwner } from "./registration.ts";

/** How long after its last wake-up a descriptor counts as idle. */
const IDLE_AFTER_MS = 20;
/** Reads of the busiest descriptor between two queries of the others. */
const MOST_GUESSES = 8;

/** Dependencies of the set. */
export interface WatchSetDriver {
  readonly mechanism: "libuv" | "reactor";
  /**
   * How long the waker outlives the last watch, in milliseconds, since it is expensive to start.
   */
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
export class Registry implements Readiness, WatchOwner {
  readonly #driver: WatchSetDriver;
  readonly #watches = new Map<number, Registration>();
  readonly #parked = new Set<Registration>();
  #running: Running | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  #nextToken = 1;
  /** The descriptor that the poller reported last, and the number of events. */
  #last: Registration | undefined;
  #events = 0;
  /** The descriptor that was alone in the poller's last two reports, and armed itself again. */
  #talking: Registration | undefined;
  #guesses = 0;

  constructor(driver: WatchSetDriver) {
    this.#driver = driver;
  }

  get mechanism(): "libuv" | "reactor" {
    return this.#driver.mechanism;
  }

  watch(fd: number, listener: WatchListener): Watch {
    const token = this.#nextToken;
    this.#nextToken = (this.#nextToken % 0x7fff_ffff) + 1;
    const { poller } = this.#start();
    const watch = new Registration({ set: this, poller, fd, token, listener });
    this.#watches.set(token, watch);
    try {
      watch.rest();
    } catch (error) {
      this.forget(watch);
      throw error;
    }
    return watch;
  }

  async started(): Promise<void> {
    await this.#running?.waker.started;
  }

  /** A descriptor was woken and taken out of the poller: it goes back when it stays idle. */
  park(watch: Registration): void {
    this.#parked.add(watch);
    this.#idleTimer ??= setTimeout(() => this.#unpark(), IDLE_AFTER_MS).unref();
  }

  /** Drops a closed watch, and everything with the last one. */
  forget(watch: Registration): void {
    this.#parked.delete(watch);
    this.#watches.delete(watch.token);
    if (this.#last === watch) this.#last = undefined;
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
      this.#running = { poller, waker: this.#startWaker(poller) };
      this.#running.waker.onFailed = (error) => this.#fail(error);
    }
    return this.#running;
  }

  #startWaker(poller: Poller): Waker {
    try {
      return this.#driver.startWaker(poller, this.#collect, this.#wake);
    } catch (error) {
      poller.close();
      throw error;
    }
  }

  readonly #wake: OnEvent = (token, ready) => {
    const watch = this.#watches.get(token);
    this.#last = watch;
    this.#events++;
    try {
      watch?.wake(ready);
    } catch (error) {
      throwUncaught(error); // a listener's: the events of its neighbors are not reported again
    }
  };

  readonly #collect = (): void => {
    if (this.#likely()?.guess() === true || this.#running === undefined) return;
    const { poller } = this.#running;
    const before = this.#last;
    this.#events = 0;
    poller.collect(this.#wake);
    const isAlone = this.#events === 1 && this.#last === before && poller.forgetsDrained;
    const isArmed = before !== undefined && (before.armed & READABLE) !== 0;
    this.#talking = isAlone && isArmed ? before : undefined;
  };

  /** The one that is ready most likely; others have their turn after some guesses. */
  #likely(): Registration | undefined {
    if (this.#watches.size === 1) {
      const [only] = this.#watches.values();
      if (only?.armed === READABLE) return only;
    }
    if (this.#talking !== undefined && ++this.#guesses <= MOST_GUESSES) return this.#talking;
    this.#guesses = 0;
    return undefined;
  }

  /** Nothing is reported any more; descriptors watched from now on start again. */
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
        watch.fail(error as SerialError); // the error of the poller
      }
    }
  }
}
