// A network shared `durable`: messages wait in the spool until the stream has them, are sent again until then,
// and are read from the stream by all hubs. With `order: total`, the members of this hub receive them from the
// stream as well.

import type { LinkMember } from "../engine/link.ts";
import type { LinkSnapshot } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { GapWatch } from "./gap-watch.ts";
import { Inbox } from "./inbox.ts";
import {
  deliver,
  describe,
  type Link,
  type LinkChange,
  type LinkParts,
  listenWith,
  Outbound,
  settingsOf,
  type Unnumbered,
} from "./link-parts.ts";
import { type Outgoing, Spool, type SpoolLimits } from "./spool.ts";
import { OVERHEAD_BYTES, SpoolGate } from "./spool-gate.ts";
import type { DurableStream } from "./transport.ts";
import { encodeMessage, PAYLOAD_MAX, type WireMessage } from "./wire.ts";

const WINDOW_MESSAGES = 1000;
/** Messages of a hub that may wait for one in front of them; a reader that reads again passes over as many. */
const HOLD_MESSAGES = 10_000;
const WINDOW_BYTES = 4 * 1024 * 1024;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2000;
const NOTHING = new Uint8Array();

/** A message of a member that waits; a former start of the hub numbered it no more. */
interface Item extends Unnumbered {
  /** The members of this hub have it already. */
  readonly isHeard: boolean;
}

/** The way to the other hubs by a stream. */
export class DurableLink implements Link {
  #parts: LinkParts;
  readonly #inbox: Inbox;
  readonly #outbound: Outbound;
  readonly #spool: Spool<Item>;
  readonly #gate: SpoolGate<Item>;
  readonly #stream: DurableStream;
  readonly #gapWatch: GapWatch;
  /** Numbers of attempts that are under way. */
  readonly #attempts = new Set<number>();
  /** Own messages that the members of this hub have received directly: not again from the stream. */
  readonly #heard = new Set<number>();
  #retryMs = FIRST_RETRY_MS;
  /** An attempt failed: messages that are not stored are sent again before any other. */
  #isRetrying = false;
  #stopRetry: (() => void) | undefined;
  #epochs = 0;
  #isOpen = false;
  #continue: (() => void) | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#outbound = new Outbound(parts);
    this.#spool = new Spool(limitsOf(parts), parts.lastSequence);
    this.#gate = new SpoolGate(this.#spool, parts.clock, () => this.#parts.network.fullChanged());
    const { name: network, emit, transport } = parts;
    const listener = listenWith(parts, (hub, message) => this.#receive(hub, message));
    this.#inbox = new Inbox(listener, { messages: HOLD_MESSAGES });
    this.#stream = transport.openStream(network, settingsOf(parts), {
      onRecord: ({ hub, bytes }) => this.#record(hub, bytes),
      onRemoved: () => this.#inbox.settle(),
      onOpen: () => {
        this.#isOpen = true;
        this.#pump();
      },
      onProblem: (error) => emit({ type: "cluster-error", error }),
    });
    this.#gapWatch = new GapWatch({
      clock: parts.clock,
      isUp: () => parts.isUp() && this.#isOpen,
      waiting: () => this.#inbox.waiting,
      readAgain: () => this.#stream.readAgain(),
      giveUp: (one) => this.#inbox.settle(one),
    });
  }

  send(from: LinkMember, message: Uint8Array): boolean {
    const isHeard = this.#isLocal;
    for (let at = 0; at < message.length; at += PAYLOAD_MAX) {
      this.#add(from, message.subarray(at, at + PAYLOAD_MAX), isHeard);
    }
    this.#pump();
    return !isHeard;
  }

  room(from: LinkMember): number {
    return this.#gate.room(from);
  }

  isFull(from: LinkMember): boolean {
    return this.#gate.isFull(from);
  }

  onState(): void {
    if (!this.#parts.isUp()) return;
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#isRetrying && this.#attempts.size === 0) this.#retry();
    else this.#pump();
  }

  onHub(hub: string, isThere: boolean): void {
    this.#gapWatch.onHub(hub, isThere);
  }

  onNewEpoch(): void {
    this.#epochs++;
    this.#attempts.clear();
    this.#heard.clear();
    this.#isRetrying = false;
    this.#spool.restart();
  }

  reconfigure(change: LinkChange): void {
    this.#parts = { ...this.#parts, ...change };
    if (change.sharing.order === "total") {
      for (const { item, sequence } of this.#spool.unstored())
        if (item?.isHeard) this.#heard.add(sequence);
    }
    this.#spool.reconfigure(limitsOf(this.#parts));
    this.#stream.reconfigure(settingsOf(this.#parts));
    this.#gate.changed();
    this.#pump();
  }

  get lastSequence(): number {
    return this.#spool.lastSequence;
  }

  snapshot(): LinkSnapshot {
    const { name, isUp, sharing } = this.#parts;
    const { missingMessages, duplicateMessages, invalidMessages } = this.#inbox;
    return {
      network: name,
      shared: "durable",
      order: sharing.order,
      up: isUp() && this.#isOpen,
      out: { ...this.#outbound.out },
      in: { ...this.#inbox.in },
      dropped: { ...this.#outbound.dropped },
      missingMessages,
      duplicateMessages,
      invalidMessages,
      spoolBytes: this.#spool.bytes,
      spoolMessages: this.#spool.messages,
      spoolLimitBytes: sharing.spool,
    };
  }

  close(): void {
    this.#stream.close();
    this.#stopRetry?.();
    this.#gate.close();
    this.#gapWatch.close();
    this.#outbound.close();
    this.#continue?.();
  }

  /** The members of this hub receive from each other directly. */
  get #isLocal(): boolean {
    const { sharing, isUp } = this.#parts;
    if (sharing.order === "sender") return true;
    return sharing.onPartition === "local" && !(isUp() && this.#isOpen && !this.#isRetrying);
  }

  #add(from: LinkMember, payload: Uint8Array, isHeard: boolean): void {
    const bytes = payload.length + OVERHEAD_BYTES;
    const verdict = this.#gate.admit(from, bytes);
    for (const { item } of verdict.lost) this.#outbound.lose(item.payload.length);
    if (!verdict.isAdmitted) {
      this.#spool.skip();
      this.#outbound.lose(payload.length);
      return;
    }
    const described = describe(from, payload.slice(), this.#parts.needsRates);
    this.#spool.push({ item: { ...described, isHeard }, bytes });
  }

  /** Sends as many messages as the window has room for. */
  #pump(): void {
    if (this.#isRetrying || !this.#isOpen || !this.#parts.isUp()) return;
    for (let next = this.#spool.next(); next !== undefined; next = this.#spool.next()) {
      this.#attempt(next);
    }
    this.#gate.changed();
  }

  #attempt(outgoing: Outgoing<Item>): void {
    const epoch = this.#parts.epoch();
    if (epoch === undefined) return;
    const { item, sequence, skipped } = outgoing;
    const { isHeard, ...fields } = item ?? MARK;
    if (isHeard && this.#parts.sharing.order === "total") this.#heard.add(sequence);
    const bytes = encodeMessage({ ...fields, epoch, sequence, skipped });
    const { hub } = this.#parts;
    const during = this.#epochs;
    this.#attempts.add(sequence);
    this.#stream.append(bytes, `${hub}:${epoch}:${sequence}`).then(
      () => this.#epochs === during && this.#stored(outgoing),
      (error: unknown) => this.#epochs === during && this.#failed(sequence, errorOf(error)),
    );
  }

  #stored({ sequence, item }: Outgoing<Item>): void {
    this.#attempts.delete(sequence);
    const isNews = this.#spool.stored(sequence);
    if (isNews && item !== undefined) this.#outbound.sent(item.payload.length);
    if (this.#isRetrying) this.#afterAttempt();
    else this.#pump();
  }

  #failed(sequence: number, error: Error): void {
    this.#attempts.delete(sequence);
    this.#isRetrying = true;
    if (this.#parts.isUp()) this.#parts.emit({ type: "cluster-error", error });
    this.#afterAttempt();
  }

  /** While something is to be sent again: waits for the attempts that are under way, then for a while. */
  #afterAttempt(): void {
    if (this.#attempts.size > 0 || this.#stopRetry !== undefined) return;
    if (this.#spool.unstored().length === 0) {
      this.#isRetrying = false;
      this.#retryMs = FIRST_RETRY_MS;
      this.#pump();
      return;
    }
    const delayMs = this.#retryMs;
    this.#retryMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
    this.#stopRetry = this.#parts.clock.after(delayMs, () => {
      this.#stopRetry = undefined;
      if (this.#parts.isUp()) this.#retry();
    });
  }

  #retry(): void {
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    for (const outgoing of this.#spool.unstored()) this.#attempt(outgoing);
    if (this.#attempts.size === 0) this.#afterAttempt();
  }

  /** A record waits while a member of this hub has senders wait. */
  #record(hub: string, bytes: Uint8Array): void | Promise<void> {
    if (hub === this.#parts.hub && this.#parts.sharing.order === "sender") return undefined;
    this.#inbox.accept(hub, bytes);
    if (this.#inbox.isWaiting(hub)) this.#gapWatch.start();
    if (!this.#parts.network.isFull) return undefined;
    return this.#untilRoom();
  }

  async #untilRoom(): Promise<void> {
    const { network, clock } = this.#parts;
    while (network.isFull) {
      const stop = await new Promise<(() => void) | undefined>((resolve) => {
        const stopTimer = clock.after(ROOM_CHECK_MS, () => resolve(undefined));
        this.#continue = () => resolve(stopTimer);
      });
      stop?.();
      if (stop !== undefined) return; // it is closed
    }
  }

  #receive(hub: string, message: WireMessage): void {
    const isOwn = hub === this.#parts.hub && message.epoch === this.#parts.epoch();
    if (isOwn && this.#heard.delete(message.sequence)) return;
    deliver(this.#parts, hub, message);
  }
}

/** How often a reader that waits for room looks again, in milliseconds. */
const ROOM_CHECK_MS = 5;

/** Announces losses by themselves. */
const MARK: Item = {
  kind: "mark",
  member: "",
  role: "member",
  baudRate: 0,
  payload: NOTHING,
  isHeard: false,
};

function limitsOf({ sharing }: LinkParts): SpoolLimits {
  return { bytes: sharing.spool, windowMessages: WINDOW_MESSAGES, windowBytes: WINDOW_BYTES };
}
