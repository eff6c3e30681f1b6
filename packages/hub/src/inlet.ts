// From one member to its network: chunks in, messages out, and a gate that backpressure closes.

import { count, createCounts, type MutableCounts, type TapPlace, type TapSlot } from "./counts.ts";
import { createSplitter, type Framing } from "./framing/framing.ts";
import type { Splitter } from "./framing/splitter.ts";
import type { Clock } from "./stall-watch.ts";

/** What an inlet is made with. */
export interface InletParts {
  readonly place: TapPlace;
  readonly tap: TapSlot;
  readonly clock: Clock;
  readonly framing: Framing;
  /** Passes a message on. */
  readonly deliver: (message: Uint8Array) => void;
}

/** The way from one member. */
export class Inlet {
  readonly in: MutableCounts = createCounts();
  readonly incomplete: MutableCounts = createCounts();
  readonly #parts: InletParts;
  #splitter: Splitter | undefined;
  #stopGap: (() => void) | undefined;
  #lastAt = 0;
  #isPaused = false;
  readonly #waiting: (() => void)[] = [];
  readonly #onMessage = (message: Uint8Array): void => this.#pass(message);

  constructor(parts: InletParts) {
    this.#parts = parts;
    this.#splitter = createSplitter(parts.framing);
  }

  /** Takes what the member sent. */
  take(bytes: Uint8Array): void {
    this.in.bytes += bytes.length;
    if (this.#splitter === undefined) this.#pass(bytes);
    else if (this.#splitter.gapMs === undefined) this.#splitter.push(bytes, this.#onMessage);
    else this.#takeBetweenGaps(this.#splitter, this.#splitter.gapMs, bytes);
  }

  /** Takes what somebody else sends in the member's name, as soon as the gate is open. */
  async give(bytes: Uint8Array): Promise<void> {
    const turn = this.#isPaused || this.#waiting.length > 0;
    if (turn) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (bytes.length > 0) this.take(bytes);
    this.#letNext();
  }

  /** Closes or opens the gate for {@link Inlet.give}. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    this.#letNext();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The member left: what it did not end is not passed on. */
  left(): void {
    this.#forget(this.#splitter);
  }

  /** Another framing from now on. */
  reframe(framing: Framing): void {
    this.#forget(this.#splitter);
    this.#splitter = createSplitter(framing);
  }

  /** Stops the timer, and lets nobody wait. */
  close(): void {
    this.#stopGap?.();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #letNext(): void {
    if (!this.#isPaused) this.#waiting.shift()?.();
  }

  #pass(message: Uint8Array): void {
    this.in.messages++;
    if (this.#parts.tap.isOn) this.#parts.tap.tell(this.#parts.place, "in", message);
    this.#parts.deliver(message);
  }

  #takeBetweenGaps(splitter: Splitter, gapMs: number, bytes: Uint8Array): void {
    const now = this.#parts.clock.now();
    if (splitter.pending > 0 && now - this.#lastAt >= gapMs) this.#endGap(splitter);
    this.#lastAt = now;
    splitter.push(bytes, this.#onMessage);
    if (this.#stopGap === undefined) this.#armGap(splitter, gapMs);
  }

  #armGap(splitter: Splitter, delayMs: number): void {
    this.#stopGap = this.#parts.clock.after(delayMs, () => {
      this.#stopGap = undefined;
      const left = (splitter.gapMs ?? 0) - (this.#parts.clock.now() - this.#lastAt);
      if (left > 0) this.#armGap(splitter, left);
      else this.#endGap(splitter);
    });
  }

  #endGap(splitter: Splitter): void {
    if (splitter.pending > 0) this.#pass(splitter.take());
  }

  #forget(splitter: Splitter | undefined): void {
    this.#stopGap?.();
    this.#stopGap = undefined;
    if (splitter === undefined || splitter.pending === 0) return;
    if (splitter.gapMs === undefined) count(this.incomplete, splitter.take().length);
    else this.#endGap(splitter); // leaving is silence
  }
}
