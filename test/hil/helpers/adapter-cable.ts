// A null-modem cable between two emulated adapters: bytes, RTS to CTS, DTR to DSR, and breaks, in the order in which
// they came. It is a program over the public interface, as a user would write it.

import type { VirtualAdapter } from "anyserial/adapter";

type Subscription = ReturnType<VirtualAdapter["subscribe"]>;
type Item = Uint8Array | "break";

/** One direction. */
class Wire {
  readonly #to: VirtualAdapter;
  readonly #waiting: Item[] = [];
  #hasBreak = false;
  #rest: Promise<unknown> = Promise.resolve();
  /** The listening to the adapter that sends, and to the one that receives. */
  from: Subscription | undefined;
  back: Subscription | undefined;

  constructor(to: VirtualAdapter) {
    this.#to = to;
  }

  push(item: Item): void {
    this.#waiting.push(typeof item === "string" ? item : new Uint8Array(item));
    this.flush();
  }

  /** Passes on as much as the receiver has room for; the sender waits with the rest. */
  flush(): void {
    for (let item = this.#waiting[0]; item !== undefined; item = this.#waiting[0]) {
      if (item === "break") void this.#to.inject({ kind: "break" }).catch(() => undefined);
      else {
        const count = this.#to.isOpen ? this.#to.trySend(item) : item.length;
        if (count < item.length) {
          this.#waiting[0] = item.subarray(count);
          this.from?.pause();
          this.back?.notifyWritable();
          return;
        }
      }
      this.#waiting.shift();
    }
    this.from?.resume();
  }

  /** Levels of the sender's outputs. */
  onLines({ rts, dtr, break: hasBreak }: ReturnType<VirtualAdapter["lines"]>): void {
    const { cts, dsr } = this.#to.lines();
    if (cts !== rts || dsr !== dtr) {
      this.#rest = this.#to.setModemLines({ cts: rts, dsr: dtr }).catch(() => undefined);
    }
    if (hasBreak && !this.#hasBreak) this.push("break");
    this.#hasBreak = hasBreak;
  }

  /** Resolves when the levels have arrived at the receiver's chip. */
  settled(): Promise<unknown> {
    return this.#rest;
  }
}

/**
 * Joins two adapters, until one of them is closed.
 *
 * @param a One end.
 * @param b The other.
 */
export async function joinAdapters(a: VirtualAdapter, b: VirtualAdapter): Promise<void> {
  const there = new Wire(b);
  const back = new Wire(a);
  there.from = listen(a, there, back);
  back.from = listen(b, back, there);
  there.back = back.from;
  back.back = there.from;
  there.onLines(a.lines());
  back.onLines(b.lines());
  await Promise.all([there.settled(), back.settled()]);
}

function listen(adapter: VirtualAdapter, wire: Wire, back: Wire): Subscription {
  return adapter.subscribe({
    onData: (bytes) => wire.push(bytes),
    onWritable: () => back.flush(),
    onChange: (change) => {
      if (change.kind === "lines") wire.onLines(change.lines);
    },
  });
}
