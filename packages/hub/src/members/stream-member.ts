// What members over Node.js streams have in common: one pair of streams at a time.

import type { Readable, Writable } from "node:stream";
import type { MemberKind, MemberSettings } from "../types.ts";
import type { Member, MemberHost } from "./member.ts";
import { StreamPair } from "./stream-pair.ts";

/** A member whose other side comes and goes as streams. */
export abstract class StreamMember implements Member {
  abstract readonly kind: MemberKind;
  abstract readonly path: string;
  protected readonly host: MemberHost;
  protected isClosed = false;
  #pair: StreamPair | undefined;
  #isReading = true;

  protected constructor(host: MemberHost) {
    this.host = host;
  }

  get isPresent(): boolean {
    return this.#pair !== undefined;
  }

  write(bytes: Uint8Array): number {
    return this.#pair?.write(bytes) ?? 0;
  }

  tellWritable(): void {
    this.#pair?.tellWritable();
  }

  setReading(reading: boolean): void {
    this.#isReading = reading;
    this.#pair?.setReading(reading);
  }

  unreadBytes(): number {
    return this.#pair?.held ?? 0;
  }

  /** What the kernel has taken belongs to the other side. */
  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    return undefined;
  }

  hangUp(): void {
    this.#pair?.destroy();
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

  /** Somebody is there. */
  protected use(streams: { readonly readable: Readable; readonly writable: Writable }): void {
    const pair = new StreamPair(streams, this.host, (error) => this.#left(pair, error));
    this.#pair = pair;
    this.host.onPresence(true);
    if (!this.#isReading) pair.setReading(false);
  }

  /** Nobody is there any more. */
  protected abstract gone(error: Error | undefined): void;

  #left(pair: StreamPair, error: Error | undefined): void {
    if (this.#pair !== pair || this.isClosed) return;
    this.#pair = undefined;
    pair.destroy();
    this.host.onPresence(false);
    this.gone(error);
  }
}
