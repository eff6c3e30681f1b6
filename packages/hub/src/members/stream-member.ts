// Base of members over Node.js streams: one pair of streams at a time.

import type { Readable, Writable } from "node:stream";
import type { Member, MemberHost } from "../engine/member.ts";
import type { MemberKind, MemberSettings } from "../model/types.ts";
import { StreamPair } from "./stream-pair.ts";
import { UnreadMark } from "./unread-mark.ts";

/** A pair of streams with its peer. */
export interface StreamsInUse {
  readonly readable: Readable;
  readonly writable: Writable;
  /** The other end, for people. */
  readonly peer?: string | undefined;
  /** The other side sends no more, and may still receive; without it, that is its end. */
  readonly onHalfClosed?: (() => void) | undefined;
  /** A write failed, which is not the end. */
  readonly onWriteError?: ((error: Error) => void) | undefined;
}

/** A member whose other side is a pair of streams, replaced from time to time. */
export abstract class StreamMember implements Member {
  abstract readonly kind: MemberKind;
  abstract readonly path: string;
  protected readonly host: MemberHost;
  protected isClosed = false;
  readonly #unread = new UnreadMark();
  #pair: StreamPair | undefined;
  #peer: string | undefined;
  #isReading = true;
  /** Why the streams in use are about to be destroyed. */
  #reason: string | undefined;

  protected constructor(host: MemberHost) {
    this.host = host;
  }

  get isPresent(): boolean {
    return this.#pair !== undefined;
  }

  get peer(): string | undefined {
    return this.#peer;
  }

  write(bytes: Uint8Array): number {
    return this.#pair?.write(bytes) ?? 0;
  }

  notifyWritable(): void {
    this.#pair?.notifyWritable();
  }

  setReading(reading: boolean): void {
    this.#isReading = reading;
    this.#pair?.setReading(reading);
  }

  unreadBytes(): number {
    return this.#pair?.held ?? 0;
  }

  hasRead(): boolean | undefined {
    return this.#unread.compare(this.unreadBytes());
  }

  /** Bytes that the kernel has taken belong to the other side. */
  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    return undefined;
  }

  hangUp(): void {
    this.dismiss(undefined);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.end(this.#pair);
    this.#pair = undefined;
  }

  /** Ends the streams in use, when the member is closed. */
  protected end(pair: StreamPair | undefined): void {
    pair?.destroy();
  }

  /** The other side is there. */
  protected use({ peer, onHalfClosed, onWriteError, ...streams }: StreamsInUse): void {
    const onEnd = (error: Error | undefined): void => this.#onEnd(pair, error);
    const pair = new StreamPair(streams, this.host, { onEnd, onHalfClosed, onWriteError });
    this.#pair = pair;
    this.#peer = peer;
    this.host.onPresence(true, { peer });
    if (!this.#isReading) pair.setReading(false);
  }

  /**
   * Disconnects the other side; `gone()` is called before this returns.
   *
   * @param reason Reason in the event, as a clause.
   */
  protected dismiss(reason: string | undefined): void {
    this.#reason = reason;
    this.#pair?.destroy();
    this.#reason = undefined;
  }

  /** Says why the other side is gone, as a clause; `undefined` when it just closed. */
  protected reasonOf(error: Error): string | undefined {
    return error.message;
  }

  /** The other side is gone. */
  protected abstract gone(error: Error | undefined): void;

  #onEnd(pair: StreamPair, error: Error | undefined): void {
    if (this.#pair !== pair || this.isClosed) return;
    const { peer } = this;
    this.#pair = undefined;
    this.#peer = undefined;
    pair.destroy();
    const reason = this.#reason ?? (error === undefined ? undefined : this.reasonOf(error));
    this.host.onPresence(false, { peer, reason });
    this.gone(error);
  }
}
