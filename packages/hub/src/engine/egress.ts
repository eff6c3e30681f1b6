// From the network to one member: at once if it takes it, else through its queue. A message that is
// taken at once costs one write and no memory; timers, queue and events exist only for the rest.

import { type Altered, writePiece } from "./broken-bytes.ts";
import { count, createCounts, type MutableCounts } from "./counts.ts";
import type { EgressParts } from "./egress-parts.ts";
import { FullMark } from "./full-mark.ts";
import { IdleRelease } from "./idle-release.ts";
import { isSameLine } from "./line-model.ts";
import { LossReport } from "./loss-report.ts";
import type { Member } from "./member.ts";
import { mayWaitFor, policyNow, type QueuePolicy } from "./overflow.ts";
import { PacedLine } from "./paced-line.ts";
import type { PlannedOptions } from "./plan.ts";
import { Queue, type QueueOptions } from "./queue.ts";
import { StallWatch } from "./stall-watch.ts";

/** A reader that takes nothing for so long may be about to stall, in milliseconds. */
const HELD_UP_MS = 1000;

/** The way to one member. */
export class Egress {
  readonly out: MutableCounts = createCounts();
  readonly dropped: MutableCounts = createCounts();
  readonly discarded: MutableCounts = createCounts();
  readonly faulted: MutableCounts = createCounts();
  readonly stall: StallWatch;
  readonly queue: Queue;
  readonly #losses: LossReport;
  readonly #release: IdleRelease;
  stalls = 0;
  readonly #member: Member;
  #options: PlannedOptions;
  #whole: boolean;
  #line: PacedLine | undefined;
  #awaitsRoom = false;
  readonly #full: FullMark;
  /** An application or peer has the member open. */
  #isHere = false;
  readonly #parts: EgressParts;

  constructor(parts: EgressParts, member: Member) {
    this.#parts = parts;
    this.#member = member;
    this.#options = parts.options;
    this.#whole = parts.whole;
    const { clock, listener } = parts;
    this.stall = new StallWatch(clock, parts.options.stallAfterMs, {
      onStall: () => this.#stalled(),
      onRecover: (stalledMs) => this.#recovered(stalledMs),
      hasRead: () => member.hasRead(),
    });
    this.#losses = new LossReport(clock, {
      onFirst: (lost) => listener.onDrop(lost),
      onTotal: (lost, durationMs) => listener.onDropTotal(lost, durationMs),
      isHeldUp: () => this.stall.isStalled || this.stall.waitedMs >= HELD_UP_MS,
    });
    this.queue = new Queue(this.#queueOptions());
    this.#release = new IdleRelease(clock, this.queue);
    this.#full = new FullMark(clock);
    this.#line = PacedLine.of(parts.options, parts);
  }

  /** Senders of this network must not be read. */
  get isFull(): boolean {
    return this.#full.isFull;
  }

  /** Senders of this network may have to wait for this member. */
  get mayWait(): boolean {
    return mayWaitFor(this.#options.overflow);
  }

  /** Bytes that it takes before senders have to wait; infinite where senders never wait for it. */
  get room(): number {
    if (this.#policy !== "backpressure") return Number.POSITIVE_INFINITY;
    return Math.max(0, this.queue.limit - this.queue.bytes);
  }

  /** Sends one message. */
  offer(sent: Uint8Array, altered?: Altered): void {
    const message = altered?.bytes ?? sent;
    const member = this.#member;
    const isPresent = member.isPresent;
    if (!isPresent && this.#options.whenAbsent === "discard") {
      count(this.discarded, message.length);
      return;
    }
    if (this.#line !== undefined) {
      this.#offerToLine(this.#line, altered ?? { bytes: message });
      return;
    }
    // A kernel reports room only when almost nothing is left: try first, to keep a reader busy.
    if (isPresent && this.queue.bytes > 0 && !this.stall.isStalled) this.flush();
    if (!isPresent || this.queue.bytes > 0) {
      this.#enqueue({ bytes: message });
      return;
    }
    const taken = member.write(message);
    if (taken === message.length) {
      count(this.out, taken);
      this.#tapOut(message);
    } else this.#refused(message, taken);
  }

  /** Sends a message whose sender cannot wait: a full queue loses it, whatever its policy is. */
  offerOrLose(altered: Altered): void {
    const { bytes } = altered;
    if (this.isFull && this.room < bytes.length) this.#loseByPolicy(bytes);
    else this.offer(bytes, altered);
  }

  /** Sends waiting bytes, as far as the member takes them. */
  flush(): void {
    if (this.queue.bytes === 0 || !this.#member.isPresent) return;
    const before = this.queue.bytes;
    const isRefused = this.#writeWaiting();
    if (this.queue.bytes < before) this.stall.onTaken();
    this.#update(isRefused);
  }

  /** The member has reported room. */
  onWritable(): void {
    this.#awaitsRoom = false;
    this.flush();
  }

  /** An application or peer came. */
  onPresent(): void {
    this.#isHere = true;
    this.#policyChanged();
    this.onWritable(); // the event requested from a previous pty will not come
  }

  /** The application or peer left. */
  onAbsent(): void {
    this.#isHere = false;
    this.stall.onEmpty();
    this.#losses.end();
    this.#policyChanged();
    if (this.#options.whenAbsent === "keep") return;
    this.discard();
    this.#member.discardUnread();
  }

  /** Discards waiting bytes. */
  discard(): void {
    this.queue.clear((bytes) => count(this.discarded, bytes.length));
    this.#update(false);
  }

  /** Takes other options; waiting bytes stay. */
  reconfigure(options: PlannedOptions, whole: boolean): void {
    const sameLine = isSameLine(options, this.#options);
    this.#options = options;
    this.#whole = whole;
    this.stall.afterMs = options.stallAfterMs;
    if (!sameLine) {
      this.#line?.stop();
      this.#line = PacedLine.of(options, this.#parts);
    }
    this.#policyChanged();
    this.flush();
  }

  /** Bytes that the member had taken are lost, or the member is. */
  onLost(bytes: number): void {
    count(this.dropped, bytes);
    this.#losses.add(bytes);
  }

  /** Reports what is left to report, and stops all timers. */
  close(): void {
    this.#line?.stop();
    this.stall.stop();
    this.#losses.end();
    this.#release.close();
  }

  /** Bytes on a busy line go out with its timer; only an idle line is served now. */
  #offerToLine(line: PacedLine, message: Altered): void {
    const admitted = line.admit(message);
    if (admitted === undefined) count(this.faulted, message.bytes.length);
    else if (this.#enqueue(admitted) && !line.isTimed && !this.#awaitsRoom) this.flush();
  }

  #refused(message: Uint8Array, taken: number): void {
    this.out.bytes += taken;
    if (taken > 0 && this.#whole) {
      this.queue.pushRest(message.subarray(taken));
      this.#tapOut(message);
      this.#setFull();
    } else {
      this.#tapOut(message.subarray(0, taken));
      if (!this.#enqueue({ bytes: message.subarray(taken) })) return;
    }
    this.#update(true);
  }

  /** @returns `false` when the reader was hung up on. */
  #enqueue({ bytes, broken, due }: Altered & { readonly due?: number }): boolean {
    const added = this.queue.push(bytes, due, broken);
    if (added === undefined) {
      this.#disconnect(bytes);
      return false;
    }
    this.#tapOut(added);
    this.#setFull();
    return true;
  }

  #tapOut(message: Uint8Array): void {
    if (!this.#parts.traffic.isOn || message.length === 0) return;
    this.#parts.traffic.report(this.#parts.place, "out", message);
  }

  /** @returns Whether the member refused bytes. */
  #writeWaiting(): boolean {
    for (;;) {
      const { broken } = this.queue;
      const bytes = broken.pieceOf(this.#line?.ready(this.queue) ?? this.queue.peek());
      if (bytes.length === 0) return false;
      const taken = writePiece(bytes, broken, this.#member);
      if (taken > 0) {
        this.#line?.passed(taken);
        this.out.bytes += taken;
        this.out.messages += this.queue.shift(taken);
      }
      if (taken < bytes.length) return true;
    }
  }

  #update(isRefused: boolean): void {
    this.#setFull();
    if (this.queue.bytes === 0) {
      this.#awaitsRoom = false;
      this.stall.onEmpty();
      this.#release.onEmpty();
    } else if (isRefused) {
      if (!this.#awaitsRoom) this.#member.notifyWritable();
      this.#awaitsRoom = true;
      this.stall.onWaiting();
    } else {
      this.#awaitsRoom = false;
      if (this.#member.isPresent) this.#line?.later(this.queue, () => this.flush());
    }
  }

  /** The policy, or its effect at this moment, has changed. */
  #policyChanged(): void {
    this.queue.reconfigure(this.#queueOptions());
    this.#setFull();
  }

  #setFull(): void {
    if (!this.#full.update(this.queue, this.#policy === "backpressure")) return;
    this.#parts.listener.onFull(this.#full.isFull);
  }

  #disconnect(message: Uint8Array): void {
    const before = this.dropped.bytes;
    this.queue.clear((bytes) => this.#lose(bytes));
    this.#lose(message);
    this.#update(false);
    this.#member.hangUp();
    this.#parts.listener.onDisconnect(this.dropped.bytes - before);
  }

  #lose(bytes: Uint8Array): void {
    count(this.dropped, bytes.length);
    if (this.#parts.traffic.isOn) this.#parts.traffic.report(this.#parts.place, "drop", bytes);
  }

  #loseByPolicy(bytes: Uint8Array): void {
    this.#lose(bytes);
    this.#losses.lose(bytes.length);
  }

  #stalled(): void {
    this.stalls++;
    this.#parts.listener.onStall();
    this.#policyChanged();
  }

  #recovered(stalledMs: number): void {
    this.#parts.listener.onRecover(stalledMs, this.#losses.take());
    this.#policyChanged();
  }

  get #policy(): QueuePolicy {
    return policyNow(this.#options.overflow, this.#isHere && !this.stall.isStalled);
  }

  #queueOptions(): QueueOptions {
    const onLost = (bytes: Uint8Array): void => this.#loseByPolicy(bytes);
    const { queue: limit } = this.#options;
    return { limit, overflow: this.#policy, whole: this.#whole, onLost };
  }
}
