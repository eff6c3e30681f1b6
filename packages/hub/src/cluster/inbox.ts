// From the other hubs into one network: decoded, in order, once, and with every gap reported.

import { count, createCounts, type MutableCounts } from "../engine/counts.ts";
import { type HoldLimit, Sequence } from "./sequence.ts";
import { decodeMessage, type WireMessage } from "./wire.ts";

/** Listener of an inbox. */
export interface InboxListener {
  /** The next message of a hub; only of the kind `data`. */
  onMessage(hub: string, message: WireMessage): void;
  /** Messages of a hub that will not be passed on. */
  onGap(hub: string, gap: { readonly from: number; readonly to: number }): void;
  onRestart(hub: string, lastSequence: number): void;
}

/** Hubs whose numbers are remembered; the one that was silent for longest is forgotten. */
const HUBS_MAX = 4096;

/** The receiving end of one network. */
export class Inbox {
  readonly in: MutableCounts = createCounts();
  missingMessages = 0;
  invalidMessages = 0;
  readonly #listener: InboxListener;
  readonly #hold: HoldLimit | undefined;
  readonly #sequences = new Map<string, Sequence<WireMessage>>();
  /** Of hubs that were forgotten. */
  #duplicatesBefore = 0;

  /** @param hold As of a {@link Sequence}. */
  constructor(listener: InboxListener, hold?: HoldLimit) {
    this.#listener = listener;
    this.#hold = hold;
  }

  get duplicateMessages(): number {
    let sum = this.#duplicatesBefore;
    for (const { duplicates } of this.#sequences.values()) sum += duplicates;
    return sum;
  }

  /** Messages of a hub wait for one in front of them. */
  isWaiting(hub: string): boolean {
    return (this.#sequences.get(hub)?.heldMessages ?? 0) > 0;
  }

  /** The number that each hub's messages wait for, where some wait. */
  get waiting(): ReadonlyMap<string, number> {
    const waiting = new Map<string, number>();
    for (const [hub, { heldMessages, position }] of this.#sequences) {
      if (heldMessages > 0 && position !== undefined) waiting.set(hub, position.sequence + 1);
    }
    return waiting;
  }

  /** Takes bytes of a hub. */
  accept(hub: string, bytes: Uint8Array): void {
    const message = decodeMessage(bytes);
    if (message === undefined) {
      this.invalidMessages++;
      return;
    }
    this.#sequenceOf(hub).accept(message);
  }

  /** Nothing that is missing will come. @param hub Of this hub; by default of all. */
  settle(hub?: string): void {
    if (hub !== undefined) this.#sequences.get(hub)?.settle();
    else for (const sequence of this.#sequences.values()) sequence.settle();
  }

  #sequenceOf(hub: string): Sequence<WireMessage> {
    const known = this.#sequences.get(hub);
    if (known !== undefined) return known;
    const [oldest] = this.#sequences.keys();
    if (this.#sequences.size >= HUBS_MAX && oldest !== undefined) {
      this.#duplicatesBefore += this.#sequences.get(oldest)?.duplicates ?? 0;
      this.#sequences.delete(oldest);
    }
    const made = this.#create(hub);
    this.#sequences.set(hub, made);
    return made;
  }

  #create(hub: string): Sequence<WireMessage> {
    const sink = {
      deliver: (message: WireMessage): void => {
        count(this.in, message.payload.length);
        this.#listener.onMessage(hub, message);
      },
      missing: ({ from, to }: { readonly from: number; readonly to: number }): void => {
        this.missingMessages += to - from + 1;
        this.#listener.onGap(hub, { from, to });
      },
      restarted: ({ lastSequence }: { readonly lastSequence: number }): void =>
        this.#listener.onRestart(hub, lastSequence),
    };
    return new Sequence(sink, this.#hold);
  }
}
