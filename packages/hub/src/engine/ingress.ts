// From one member to its network: chunks in, messages out, and a gate that closes while senders
// wait. Bytes without room stay here until the gate opens, so that waiting senders take turns.

import type { FrameSink, Splitter } from "anyserial/framing";
import { createSplitter } from "../config/framing.ts";
import { clearImmediate, setImmediate } from "../process/timers.ts";
import { count, createCounts, type MutableCounts } from "./counts.ts";
import type { PlannedFraming } from "./framing.ts";
import type { Clock } from "./stall-watch.ts";
import type { Traffic, TrafficPlace } from "./traffic.ts";

/** Arguments of {@link Ingress}. */
export interface IngressParts {
  readonly place: TrafficPlace;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly framing: PlannedFraming;
  /** Passes a message on. */
  readonly deliver: (message: Uint8Array) => void;
  /** Bytes that may be passed on before the gate closes; infinite where senders never wait. */
  readonly room: () => number;
  /** The gate is open and nothing stays here: the member may be read. */
  readonly onClear: () => void;
}

/** A marker in the row of chunks: the member left after the chunks before it. */
const LEFT = Symbol("left");

/** The way from one member. */
export class Ingress {
  readonly in: MutableCounts = createCounts();
  readonly incomplete: MutableCounts = createCounts();
  readonly #parts: IngressParts;
  #splitter: Splitter | undefined;
  #stopGap: (() => void) | undefined;
  #lastAt = 0;
  #isPaused = false;
  /**
   * Received bytes that wait for the gate: a chunk or two, since the member is not read meanwhile.
   */
  #held: (Uint8Array | typeof LEFT)[] = [];
  #next: NodeJS.Immediate | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #sink: FrameSink;

  constructor(parts: IngressParts) {
    this.#parts = parts;
    this.#splitter = createSplitter(parts.framing);
    const pass = (bytes: Uint8Array, start: number, end: number): void =>
      this.#pass(bytes.length === end - start ? bytes : bytes.subarray(start, end));
    // A hub keeps no byte from its readers: pieces and bytes between messages pass as messages do.
    this.#sink = { message: pass, piece: pass, noise: pass };
  }

  /** Takes bytes that the member sent. */
  take(bytes: Uint8Array): void {
    this.in.bytes += bytes.length;
    if (this.#splitter?.gapMs !== undefined) {
      this.#takeBetweenGaps(this.#splitter, this.#splitter.gapMs, bytes); // its time of arrival counts
      return;
    }
    const mayPass = this.#held.length === 0 && !this.#isPaused;
    if (mayPass && this.#splitter === undefined && bytes.length <= this.#parts.room()) {
      this.#pass(bytes);
      return;
    }
    const rest = this.#held.length > 0 ? bytes : this.#feed(bytes);
    if (rest.length > 0) this.#held.push(rest.slice());
  }

  /** Takes bytes from another caller in the member's name, as soon as the gate is open. */
  async give(bytes: Uint8Array): Promise<void> {
    const mustWait = this.#isPaused || this.#held.length > 0 || this.#waiting.length > 0;
    const own = mustWait ? bytes.slice() : bytes; // the caller may use its memory again
    if (mustWait) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (own.length > 0) this.take(own);
    this.#letNext();
  }

  /** Closes the gate. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Opens the gate; bytes held here are passed on first, in a task of their own. */
  resume(): void {
    this.#isPaused = false;
    if (this.#held.length > 0) this.#next ??= setImmediate(() => this.#passHeld());
    else this.#clear();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The member left: an unfinished message is not passed on. */
  onAbsent(): void {
    if (this.#held.length > 0) this.#held.push(LEFT);
    else this.#forget(this.#splitter);
  }

  /** Another framing from now on. */
  reframe(framing: PlannedFraming): void {
    this.#forget(this.#splitter);
    this.#splitter = createSplitter(framing);
  }

  /** Stops the timer, and resolves all waits. */
  close(): void {
    this.#stopGap?.();
    clearImmediate(this.#next);
    this.#held = [];
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #letNext(): void {
    if (!this.#isPaused) this.#waiting.shift()?.();
  }

  #clear(): void {
    this.#parts.onClear();
    this.#letNext();
  }

  #passHeld(): void {
    this.#next = undefined;
    for (let item = this.#held.shift(); item !== undefined; item = this.#held.shift()) {
      if (item === LEFT) {
        this.#forget(this.#splitter);
        continue;
      }
      const rest = this.#feed(item);
      if (rest.length === 0) continue;
      this.#held.unshift(rest);
      return;
    }
    if (!this.#isPaused) this.#clear();
  }

  /** Passes on as many bytes as there is room for. @returns The rest, in the same memory. */
  #feed(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (rest.length > 0 && !this.#isPaused) {
      const room = Math.max(this.#parts.room(), 1);
      const piece = rest.length <= room ? rest : rest.subarray(0, room);
      if (this.#splitter === undefined) this.#pass(piece);
      else this.#splitter.push(piece, this.#sink);
      rest = rest.subarray(piece.length);
    }
    return rest;
  }

  #pass(message: Uint8Array): void {
    this.in.messages++;
    if (this.#parts.traffic.isOn) this.#parts.traffic.report(this.#parts.place, "in", message);
    this.#parts.deliver(message);
  }

  #takeBetweenGaps(splitter: Splitter, gapMs: number, bytes: Uint8Array): void {
    const now = this.#parts.clock.now();
    if (splitter.pending > 0 && now - this.#lastAt >= gapMs) this.#endGap(splitter);
    this.#lastAt = now;
    splitter.push(bytes, this.#sink);
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
