// The last messages of the hub, bounded in number and bytes.

import type { TrafficDirection } from "../../src/model/types.ts";
import type { TrafficBatch } from "../../src/page/wire.ts";
import { fromBase64 } from "./bytes.ts";

export const MESSAGES_MAX = 50_000;
const BYTES_MAX = 16 * 1024 * 1024;
/** Memory of a message beside its bytes, about. */
const OVERHEAD = 64;

/** One message. */
export interface Message {
  readonly kind: "message";
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly network: string;
  readonly member: string;
  readonly direction: TrafficDirection;
  /** Length of the message; `bytes` may be its beginning. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** A place where messages are missing because the page was not connected. */
interface Gap {
  readonly kind: "gap";
  readonly time: number;
  /** How many; `undefined` where that is not known. */
  readonly lost: number | undefined;
}

export type Entry = Message | Gap;

export class TrafficLog {
  #entries: Entry[] = [];
  #bytes = 0;
  #places: (readonly [string, string])[] = [];
  readonly #watchers = new Set<(added: readonly Entry[]) => void>();
  /** Messages that the hub left out because there were too many. */
  sampled = 0;
  /** Messages that were shown. */
  shown = 0;

  /** All that is kept, the oldest first; a new array after each change of its start. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Calls a function with what is new. @returns Ends that. */
  watch(watcher: (added: readonly Entry[]) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Takes what the hub sent. */
  add({ items, places: [from, names], lost, sampled }: TrafficBatch): void {
    if (from === 0) this.#places = [];
    this.#places.push(...names);
    this.sampled += sampled;
    this.shown += items.length;
    const added: Entry[] = items.map(([seq, time, place, direction, length, base64]) => {
      const [network, member] = this.#places[place] ?? ["", ""];
      const bytes = fromBase64(base64);
      return { kind: "message", seq, time, network, member, direction, length, bytes };
    });
    if (lost > 0) added.unshift({ kind: "gap", time: added[0]?.time ?? Date.now(), lost });
    this.#append(added);
  }

  /** The hub has started anew, or the page was away for long. */
  addUnknownGap(): void {
    this.#append([{ kind: "gap", time: Date.now(), lost: undefined }]);
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
    this.sampled = 0;
    this.shown = 0;
    for (const watcher of this.#watchers) watcher([]);
  }

  #append(added: readonly Entry[]): void {
    this.#entries.push(...added);
    for (const entry of added) this.#bytes += sizeOf(entry);
    if (this.#entries.length > MESSAGES_MAX || this.#bytes > BYTES_MAX) this.#forget();
    for (const watcher of this.#watchers) watcher(added);
  }

  /** A tenth more than it must, so that it is not done for every message. */
  #forget(): void {
    let count = 0;
    const isTooMuch = (): boolean =>
      this.#entries.length - count > MESSAGES_MAX * 0.9 || this.#bytes > BYTES_MAX * 0.9;
    while (count < this.#entries.length && isTooMuch()) {
      this.#bytes -= sizeOf(this.#entries[count] as Entry);
      count++;
    }
    this.#entries = this.#entries.slice(count);
  }
}

function sizeOf(entry: Entry): number {
  return entry.kind === "gap" ? OVERHEAD : entry.bytes.length + OVERHEAD;
}
