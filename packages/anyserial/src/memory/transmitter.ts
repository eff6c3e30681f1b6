// The sending half of the in-memory driver: a bounded queue, and the line that empties it at its
// rate and after its latency. Bytes always arrive in a later task than the one that sent them.

import { clearTimeout, clockMs, setImmediate, setTimeout } from "../process/timers.ts";
import { ByteQueue } from "./byte-queue.ts";
import { LONGEST_TIMER_MS } from "./waiting.ts";

/** The wire to the receiving end, with its faults. */
export interface MemoryWire {
  /** Nothing holds the sender back: no flow control, no break. */
  mayTransmit(): boolean;
  /** Bytes that the other side has room for; `Infinity` where no receiver is open. */
  room(): number;
  /** Hands bytes over. @returns Bytes taken. */
  deliver(bytes: Uint8Array): number;
  /** Hands a break over. */
  deliverBreak(): void;
  /** Something left the queue, or arrived. */
  progressed(): void;
}

/** How fast the line is. */
export interface MemoryLinePace {
  readonly latencyMs: number;
  /** `Infinity` sends at once. */
  readonly bytesPerSecond: number;
}

/** Bytes on the line, or an event between them. */
interface Parcel {
  /** `undefined` for an event. */
  bytes: Uint8Array | undefined;
  readonly onArrival?: (() => void) | undefined;
  readonly dueMs: number;
}

/** An event that waits for the bytes queued ahead of it. */
interface Behind {
  ahead: number;
  readonly onArrival: () => void;
}

/** A paced line moves at most this much at once, so that it flows and does not gush. */
const SLICES_PER_SECOND = 100;

/** One direction of a cable. */
export class MemoryTransmitter {
  readonly #queue: ByteQueue;
  readonly #wire: MemoryWire;
  readonly #pace: MemoryLinePace;
  #underWay: Parcel[] = [];
  #behind: Behind[] = [];
  #freeAtMs = 0;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param capacity Most bytes queued.
   * @param wire Where they go.
   * @param pace Rate and latency.
   */
  constructor(capacity: number, wire: MemoryWire, pace: MemoryLinePace) {
    this.#queue = new ByteQueue(capacity);
    this.#wire = wire;
    this.#pace = pace;
  }

  /** Bytes queued. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Bytes that fit. */
  get room(): number {
    return this.#queue.room;
  }

  /** Nothing is queued, and nothing is on the line. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#underWay.length === 0;
  }

  /** Queues as many bytes as fit. @returns Bytes taken. */
  push(bytes: Uint8Array): number {
    const count = this.#queue.push(bytes);
    if (count > 0) this.kick();
    return count;
  }

  /** Puts a break on the line, ahead of queued bytes. */
  pushBreak(): void {
    this.#pushEvent(() => this.#wire.deliverBreak());
    this.kick();
  }

  /** Lets something happen at the other end, behind the bytes queued so far. */
  pushBehind(onArrival: () => void): void {
    this.#behind.push({ ahead: this.#queue.length, onArrival });
    this.kick();
  }

  /** Forgets queued bytes; those on the line arrive. */
  clear(): void {
    this.#queue.clear();
    this.#behind = this.#behind.map(({ onArrival }) => ({ ahead: 0, onArrival }));
  }

  /** Forgets everything: the cable is cut. */
  cut(): void {
    this.clear();
    this.#underWay = [];
    this.#behind = [];
  }

  /** Continues in the next task, after a change. */
  kick(): void {
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#advance(clockMs());
    });
  }

  #advance(nowMs: number): void {
    const before = this.#queue.length + this.#underWay.length + this.#behind.length;
    this.#load(nowMs);
    this.#deliver(nowMs);
    if (before > 0) this.#wire.progressed();
    this.#sleepUntilNext(nowMs);
  }

  /** Queue to line: never more than the other side has room for, and no faster than the rate. */
  #load(nowMs: number): void {
    const { bytesPerSecond, latencyMs } = this.#pace;
    const slice = Math.max(1, Math.floor(bytesPerSecond / SLICES_PER_SECOND));
    this.#loadEvents();
    while (this.#queue.length > 0 && nowMs >= this.#freeAtMs && this.#wire.mayTransmit()) {
      const upToEvent = this.#behind[0]?.ahead ?? this.#queue.length;
      const count = Math.min(upToEvent, slice, this.#wire.room() - this.#bytesUnderWay());
      if (count <= 0) return;
      const bytes = new Uint8Array(count);
      this.#queue.shift(bytes);
      const startMs = Math.max(this.#freeAtMs, nowMs);
      this.#freeAtMs = startMs + (count * 1000) / bytesPerSecond;
      this.#underWay.push({ bytes, dueMs: this.#freeAtMs + latencyMs });
      for (const event of this.#behind) event.ahead -= count;
      this.#loadEvents();
    }
  }

  /** Events that have no more bytes ahead of them. */
  #loadEvents(): void {
    while (this.#behind[0]?.ahead === 0) this.#pushEvent(this.#behind.shift()?.onArrival);
  }

  #pushEvent(onArrival: (() => void) | undefined): void {
    const dueMs = Math.max(clockMs(), this.#freeAtMs) + this.#pace.latencyMs;
    this.#underWay.push({ bytes: undefined, onArrival, dueMs });
  }

  /** Line to the other side, in order. */
  #deliver(nowMs: number): void {
    for (;;) {
      const parcel = this.#underWay[0];
      if (parcel === undefined || parcel.dueMs > nowMs) return;
      if (parcel.bytes === undefined) parcel.onArrival?.();
      else {
        const taken = this.#wire.deliver(parcel.bytes);
        if (taken < parcel.bytes.length) {
          parcel.bytes = parcel.bytes.subarray(taken);
          return;
        }
      }
      this.#underWay.shift();
    }
  }

  #bytesUnderWay(): number {
    return this.#underWay.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  }

  /** The line's own clock; a pending call keeps the process alive, the timer does not. */
  #sleepUntilNext(nowMs: number): void {
    const times = [this.#underWay[0]?.dueMs ?? 0];
    if (this.#queue.length > 0) times.push(this.#freeAtMs);
    const next = Math.min(...times.filter((time) => time > nowMs));
    clearTimeout(this.#timer);
    if (next === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(next - nowMs, LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#advance(clockMs()), delayMs);
    this.#timer.unref();
  }
}
