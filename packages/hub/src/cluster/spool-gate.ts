// The spool has no room for a message: the overflow policy of its sender decides.

import type { LinkMember } from "../engine/link.ts";
import type { Clock } from "../engine/stall-watch.ts";
import type { OverflowPolicy } from "../model/types.ts";
import type { Spool, SpoolEntry } from "./spool.ts";

/** Counted for each message that waits, beyond its bytes. */
export const OVERHEAD_BYTES = 128;
/** Senders that waited go on when so much is free, in bytes; or half of the spool, if that is less. */
const ROOM_TO_GO_ON = 64 * 1024;

/** Decision on one message. */
export interface Verdict<T> {
  readonly isAdmitted: boolean;
  /** Older messages that were lost for it. */
  readonly lost: readonly SpoolEntry<T>[];
}

/** Guards a spool. */
export class SpoolGate<T = unknown> {
  readonly #spool: Spool<T>;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #fullSince: number | undefined;
  readonly #timers = new Set<() => void>();

  /** @param onChange Senders must wait, or no longer: {@link isFull} has changed. */
  constructor(spool: Spool<T>, clock: Clock, onChange: () => void) {
    this.#spool = spool;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Bytes that a member may send before it has to wait. */
  room(from: LinkMember): number {
    if (this.#policyOf(from) !== "backpressure") return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#spool.room - OVERHEAD_BYTES);
  }

  /** A member must not be read. */
  isFull(from: LinkMember): boolean {
    return this.#fullSince !== undefined && this.#policyOf(from) === "backpressure";
  }

  /** Decides on a message. @param bytes Its size, as the spool counts it. */
  admit(from: LinkMember, bytes: number): Verdict<T> {
    if (this.#spool.room >= bytes) return { isAdmitted: true, lost: [] };
    this.#full(from);
    const policy = this.#policyOf(from);
    if (policy === "backpressure") return { isAdmitted: true, lost: [] }; // the rest of a chunk that was read
    if (policy === "disconnect") from.member.hangUp();
    if (policy !== "drop-oldest") return { isAdmitted: false, lost: [] };
    const lost = this.#spool.makeRoom(bytes);
    return { isAdmitted: this.#spool.room >= bytes, lost };
  }

  /** Messages left the spool. */
  changed(): void {
    if (this.#fullSince === undefined) return;
    const limit = this.#spool.bytes + this.#spool.room;
    if (this.#spool.room < Math.min(ROOM_TO_GO_ON, limit / 2)) return;
    this.#fullSince = undefined;
    this.close();
    this.#onChange();
  }

  /** Stops all timers. */
  close(): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
  }

  #full(from: LinkMember): void {
    const { overflow, stallAfterMs } = from.plan.options;
    if (this.#fullSince === undefined) {
      this.#fullSince = this.#clock.now();
      this.#onChange();
    }
    if (overflow !== "wait-then-drop" || this.#timers.size > 0) return;
    const stop = this.#clock.after(stallAfterMs, () => {
      this.#timers.delete(stop);
      this.#onChange();
    });
    this.#timers.add(stop);
  }

  #policyOf({ plan }: LinkMember): OverflowPolicy {
    const { overflow, stallAfterMs } = plan.options;
    if (overflow !== "wait-then-drop") return overflow;
    const waited = this.#fullSince === undefined ? 0 : this.#clock.now() - this.#fullSince;
    return waited >= stallAfterMs ? "drop-newest" : "backpressure";
  }
}
