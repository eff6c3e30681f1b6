// Whether the device of a pty is as its next application may expect it, and when it is made so.

import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";

/** After a failure it is tried again so often, in milliseconds. */
const RETRY_MS = 1000;
/** So much in one read is no request of a program that then waits for its answer, in bytes. */
const FLOOD_BYTES = 1024;
/** While an application writes more than that, its terminal is loosened so often, in milliseconds. */
const LOOSEN_EVERY_MS = 100;
/** An application has set its terminal, and checked it, so long after it opened the device, in milliseconds. */
const SETTLED_MS = 20;

/** Calls that make a device fresh. */
export interface FreshnessCalls {
  /** Lets the next application that sets its terminal change something; harmless at any time. */
  loosen(): void;
  /**
   * Clears the state that a real terminal loses with its last close; `false` where that is
   * impossible.
   */
  forget(): boolean;
  /** Resumes output that an application stopped. */
  resume(): void;
  /** An application has the device open, as of now. */
  isHeld(): boolean;
  /** Puts a new pty in the place of this one. */
  replace(): void;
  /** Checks whether an application has the device open; never throws. */
  check(): void;
}

/** The state of one device. */
export class Freshness {
  readonly #calls: FreshnessCalls;
  /** An application has had the device open since it was made fresh. */
  #isUsed = false;
  #loosenedAt = Number.NEGATIVE_INFINITY;
  #loosening: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(calls: FreshnessCalls) {
    this.#calls = calls;
  }

  /** An application has, or had, the device open. */
  used(): void {
    this.#isUsed = true;
  }

  /**
   * The device was opened or closed: its settings are loosened once the application has checked
   * them.
   */
  touched(): void {
    this.#loosening ??= setTimeout(() => {
      this.#loosening = undefined;
      this.#loosen();
    }, SETTLED_MS).unref();
  }

  /**
   * The application wrote: it has set its terminal by now. One that waits for an answer, closes and opens
   * again finds the terminal loosened, however fast it is.
   */
  exchanged(count: number): void {
    if (count < FLOOD_BYTES || clockMs() - this.#loosenedAt > LOOSEN_EVERY_MS) this.#loosen();
  }

  /** The last application has closed the device. */
  left(): void {
    if (!this.#isUsed) return;
    this.#isUsed = false;
    clearTimeout(this.#retry);
    this.#loosen();
    if (this.#calls.forget()) return;
    if (this.#calls.isHeld()) return; // another application opened it meanwhile, for exclusive use
    try {
      this.#calls.replace();
    } catch {
      this.#isUsed = true;
      this.#retry = setTimeout(() => this.#calls.check(), RETRY_MS).unref();
    }
  }

  /**
   * The last application closed the device, and another one opened it before the check: only state
   * of the first one is cleared that cannot be the other one's, so soon.
   */
  changedHands(): void {
    this.#calls.resume();
  }

  stop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#loosening);
  }

  #loosen(): void {
    this.#loosenedAt = clockMs();
    this.#calls.loosen();
  }
}
