// A network shared `live`: each message is sent once, or counted as lost. Marks say up to which number messages
// were sent, so that a loss at the end is noticed too: soon after the last message, then less and less often.

import type { LinkMember } from "../engine/link.ts";
import type { LinkSnapshot } from "../model/types.ts";
import { Inbox } from "./inbox.ts";
import {
  deliver,
  describe,
  type Link,
  type LinkChange,
  type LinkParts,
  listenWith,
  Outbound,
} from "./link-parts.ts";
import { encodeMessage, PAYLOAD_MAX } from "./wire.ts";

const FIRST_MARK_MS = 1000;
const LONGEST_MARK_MS = 60_000;
const NOTHING = new Uint8Array();

/** The way to the other hubs by core NATS. */
export class LiveLink implements Link {
  #parts: LinkParts;
  readonly #inbox: Inbox;
  readonly #outbound: Outbound;
  readonly #unsubscribe: () => void;
  #sequence: number;
  /** The sequence has grown since the last mark. */
  #isUnmarked = false;
  #markMs = FIRST_MARK_MS;
  #stopMark: (() => void) | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#sequence = parts.lastSequence;
    this.#outbound = new Outbound(parts);
    const { name: network, transport } = parts;
    const listener = listenWith(parts, (hub, message) => deliver(this.#parts, hub, message));
    this.#inbox = new Inbox(listener);
    this.#unsubscribe = transport.subscribe("live", network, (hub, bytes) => {
      if (hub !== parts.hub) this.#inbox.accept(hub, bytes);
    });
  }

  send(from: LinkMember, message: Uint8Array): boolean {
    for (let at = 0; at < message.length; at += PAYLOAD_MAX) {
      this.#send(from, message.subarray(at, at + PAYLOAD_MAX));
    }
    return false;
  }

  room(): number {
    return Number.POSITIVE_INFINITY;
  }

  isFull(): boolean {
    return false;
  }

  onState(): void {
    if (this.#parts.isUp() && this.#sequence > 0) this.#mark();
  }

  onHub(): void {}

  onNewEpoch(): void {
    this.#sequence = 0;
  }

  reconfigure(change: LinkChange): void {
    this.#parts = { ...this.#parts, ...change };
  }

  get lastSequence(): number {
    return this.#sequence;
  }

  snapshot(): LinkSnapshot {
    const { name, isUp } = this.#parts;
    const { missingMessages, duplicateMessages, invalidMessages } = this.#inbox;
    return {
      network: name,
      shared: "live",
      order: "sender",
      up: isUp(),
      out: { ...this.#outbound.out },
      in: { ...this.#inbox.in },
      dropped: { ...this.#outbound.dropped },
      missingMessages,
      duplicateMessages,
      invalidMessages,
      spoolBytes: 0,
      spoolMessages: 0,
      spoolLimitBytes: 0,
    };
  }

  close(): void {
    this.#unsubscribe();
    this.#stopMark?.();
    this.#outbound.close();
  }

  #send(from: LinkMember, payload: Uint8Array): void {
    const { transport, name, needsRates, isUp, epoch } = this.#parts;
    const sequence = ++this.#sequence;
    const current = isUp() ? epoch() : undefined;
    const isSent =
      current !== undefined &&
      transport.publish(
        "live",
        name,
        encodeMessage({
          ...describe(from, payload, needsRates),
          epoch: current,
          sequence,
          skipped: 0,
        }),
      );
    if (isSent) this.#outbound.sent(payload.length);
    else this.#outbound.lose(payload.length);
    this.#isUnmarked = true;
    if (this.#stopMark === undefined || this.#markMs > FIRST_MARK_MS) this.#armMark(FIRST_MARK_MS);
  }

  #armMark(delayMs: number): void {
    this.#stopMark?.();
    this.#markMs = delayMs;
    this.#stopMark = this.#parts.clock.after(delayMs, () => {
      this.#stopMark = undefined;
      this.#mark();
      const wasUnmarked = this.#isUnmarked;
      this.#isUnmarked = false;
      this.#armMark(wasUnmarked ? FIRST_MARK_MS * 2 : Math.min(delayMs * 2, LONGEST_MARK_MS));
    });
  }

  #mark(): void {
    const { transport, name, isUp, epoch } = this.#parts;
    const current = epoch();
    if (!isUp() || current === undefined) return;
    const mark = {
      kind: "mark",
      role: "member",
      member: "",
      baudRate: 0,
      payload: NOTHING,
    } as const;
    const numbers = { epoch: current, sequence: this.#sequence, skipped: 0 };
    transport.publish("live", name, encodeMessage({ ...mark, ...numbers }));
  }
}
