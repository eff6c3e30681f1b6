// From the network to one member: at once if it takes it, else through its queue. A message that is
// taken at once costs one write and no memory; timers, queue and events exist only for the rest.

import { count, createCounts, type MutableCounts } from "./counts.ts";
import { IdleRelease } from "./idle-release.ts";
import { isLineModelled, isSameLine, LineModel } from "./line-model.ts";
import type { Member } from "./members/member.ts";
import type { OutletParts } from "./outlet-parts.ts";
import type { PlannedOptions } from "./plan.ts";
import { Queue, type QueueOptions } from "./queue.ts";
import { StallWatch } from "./stall-watch.ts";

/** A member that loses messages without end tells so this often, in milliseconds. */
const TELL_DROPS_EVERY_MS = 1000;

/** The way to one member. */
export class Outlet {
  readonly out: MutableCounts = createCounts();
  readonly dropped: MutableCounts = createCounts();
  readonly discarded: MutableCounts = createCounts();
  readonly faulted: MutableCounts = createCounts();
  readonly stall: StallWatch;
  readonly queue: Queue;
  readonly #release: IdleRelease;
  stalls = 0;
  readonly #member: Member;
  #options: PlannedOptions;
  #whole: boolean;
  #line: LineModel | undefined;
  #byteMs = 0;
  #stopTimer: (() => void) | undefined;
  #isTold = false;
  #isFull = false;
  #dropToldAt = Number.NEGATIVE_INFINITY;
  #lostBefore = { bytes: 0, messages: 0 };
  readonly #parts: OutletParts;

  constructor(parts: OutletParts, member: Member) {
    this.#parts = parts;
    this.#member = member;
    this.#options = parts.options;
    this.#whole = parts.whole;
    this.queue = new Queue(this.#queueOptions());
    this.#release = new IdleRelease(parts.clock, this.queue);
    this.stall = new StallWatch(parts.clock, parts.options.stallAfterMs, {
      onStall: () => this.#stalled(),
      onRecover: (stalledMs) => parts.listener.onRecover(stalledMs, this.#lostSince()),
    });
    this.#line = isLineModelled(parts.options) ? new LineModel(parts.options) : undefined;
  }

  /** Senders of this network must not be read. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Sends one message. */
  offer(message: Uint8Array): void {
    const member = this.#member;
    const isPresent = member.isPresent;
    if (!isPresent && this.#options.whenAbsent === "discard") {
      count(this.discarded, message.length);
      return;
    }
    if (this.#line !== undefined) {
      this.#offerToLine(this.#line, message);
      return;
    }
    // The kernel tells of room when a reader has almost nothing left: one that reads is kept busy
    // by trying without being told.
    if (isPresent && this.queue.bytes > 0 && !this.stall.isStalled) this.flush();
    if (!isPresent || this.queue.bytes > 0) {
      this.#enqueue(message, 0);
      return;
    }
    const taken = member.write(message);
    if (taken === message.length) this.#sent(message);
    else this.#refused(message, taken);
  }

  /** Sends what waits, as far as the member takes it. */
  flush(): void {
    if (this.queue.bytes === 0 || !this.#member.isPresent) return;
    const before = this.queue.bytes;
    const isRefused = this.#writeWaiting();
    if (this.queue.bytes < before) this.stall.took();
    this.#settle(isRefused);
  }

  /** The member has told of room. */
  writable(): void {
    this.#isTold = false;
    this.flush();
  }

  /** Somebody came. */
  arrived(): void {
    this.writable(); // what another pty was to tell is not told any more
  }

  /** Nobody is there any more. */
  left(): void {
    this.stall.rests();
    if (this.#options.whenAbsent === "keep") return;
    this.queue.clear((bytes) => count(this.discarded, bytes.length));
    this.#member.discardUnread();
    this.#settle(false);
  }

  /** The application set its rate or framing. */
  set byteMs(byteMs: number) {
    this.#byteMs = byteMs;
  }

  /** Other options, with what waits kept. */
  reconfigure(options: PlannedOptions, whole: boolean): void {
    const sameLine = isSameLine(options, this.#options);
    this.#options = options;
    this.#whole = whole;
    this.queue.reconfigure(this.#queueOptions());
    this.stall.afterMs = options.stallAfterMs;
    if (!sameLine) this.#line = isLineModelled(options) ? new LineModel(options) : undefined;
    this.#setFull();
    this.flush();
  }

  /** Bytes that the member had taken are lost, or the member is. */
  lost(bytes: number): void {
    count(this.dropped, bytes);
  }

  /** Stops all timers. */
  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.stall.rests();
    this.#release.close();
  }

  #offerToLine(line: LineModel, message: Uint8Array): void {
    const due = line.admit(this.#parts.clock.now());
    if (due === undefined) count(this.faulted, message.length);
    else if (this.#enqueue(line.corrupt(message), due)) this.#flushSoon();
  }

  /** What is on the line goes out with its timer; only an idle line is looked at now. */
  #flushSoon(): void {
    if (this.#stopTimer === undefined && !this.#isTold) this.flush();
  }

  #sent(message: Uint8Array): void {
    count(this.out, message.length);
    this.#tapOut(message);
  }

  #refused(message: Uint8Array, taken: number): void {
    this.out.bytes += taken;
    this.#lostBefore = { ...this.dropped };
    if (taken > 0 && this.#whole) {
      this.queue.pushRest(message.subarray(taken));
      this.#tapOut(message);
      this.#setFull();
    } else {
      this.#tapOut(message.subarray(0, taken));
      if (!this.#enqueue(message.subarray(taken), 0)) return;
    }
    this.#settle(true);
  }

  /** @returns `false` when the reader was hung up on. */
  #enqueue(message: Uint8Array, due: number): boolean {
    const added = this.queue.push(message, due);
    if (added === undefined) {
      this.#disconnect(message);
      return false;
    }
    this.#tapOut(added);
    this.#setFull();
    return true;
  }

  #tapOut(message: Uint8Array): void {
    if (!this.#parts.tap.isOn || message.length === 0) return;
    this.#parts.tap.tell(this.#parts.place, "out", message);
  }

  /** @returns Whether the member refused bytes. */
  #writeWaiting(): boolean {
    for (;;) {
      const bytes = this.#ready();
      if (bytes.length === 0) return false;
      const taken = this.#member.write(bytes);
      if (taken > 0) {
        this.#line?.passed(taken, this.#parts.clock.now(), this.#byteMs);
        this.out.bytes += taken;
        this.out.messages += this.queue.shift(taken);
      }
      if (taken < bytes.length) return true;
    }
  }

  #ready(): Uint8Array {
    if (this.#line === undefined) return this.queue.peek();
    const now = this.#parts.clock.now();
    const bytes = this.queue.peek(now);
    const most = this.#line.allowance(now, this.#byteMs);
    return bytes.length <= most ? bytes : bytes.subarray(0, Math.max(0, most));
  }

  #settle(isRefused: boolean): void {
    this.#setFull();
    if (this.queue.bytes === 0) {
      this.#isTold = false;
      this.stall.rests();
      this.#release.rests();
    } else if (isRefused) {
      if (!this.#isTold) this.#member.tellWritable();
      this.#isTold = true;
      this.stall.waits();
    } else {
      this.#isTold = false;
      if (this.#line !== undefined) this.#flushLater();
    }
  }

  #flushLater(): void {
    if (this.#stopTimer !== undefined || !this.#member.isPresent) return;
    const now = this.#parts.clock.now();
    const delayMs = Math.max((this.queue.nextDue ?? 0) - now, this.#byteMs, 1);
    this.#stopTimer = this.#parts.clock.after(delayMs, () => {
      this.#stopTimer = undefined;
      this.flush();
    });
  }

  #setFull(): void {
    const { overflow } = this.#options;
    const limit = this.#isFull ? Math.ceil(this.queue.limit / 2) : this.queue.limit;
    const isFull = overflow === "backpressure" && this.queue.bytes >= limit;
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#parts.listener.onFull(isFull);
  }

  #disconnect(message: Uint8Array): void {
    const before = this.dropped.bytes;
    this.queue.clear((bytes) => this.#lose(bytes));
    this.#lose(message);
    this.#settle(false);
    this.#member.hangUp();
    this.#parts.listener.onDisconnect(this.dropped.bytes - before);
  }

  #lose(bytes: Uint8Array): void {
    count(this.dropped, bytes.length);
    if (this.#parts.tap.isOn) this.#parts.tap.tell(this.#parts.place, "drop", bytes);
  }

  #loseByPolicy(bytes: Uint8Array): void {
    this.#lose(bytes);
    const now = this.#parts.clock.now();
    if (now - this.#dropToldAt < TELL_DROPS_EVERY_MS || this.stall.isStalled) return;
    this.#dropToldAt = now;
    this.#parts.listener.onDrop(bytes.length);
  }

  #stalled(): void {
    this.stalls++;
    this.#parts.listener.onStall();
  }

  #lostSince(): { readonly bytes: number; readonly messages: number } {
    const before = this.#lostBefore;
    const { bytes, messages } = this.dropped;
    this.#lostBefore = { bytes, messages };
    return { bytes: bytes - before.bytes, messages: messages - before.messages };
  }

  #queueOptions(): QueueOptions {
    const { queue, overflow } = this.#options;
    const onLost = (bytes: Uint8Array): void => this.#loseByPolicy(bytes);
    return { limit: queue, overflow, whole: this.#whole, onLost };
  }
}
