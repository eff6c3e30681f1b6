// Events from a worker thread that is blocked in the system to the main thread: a ring of pairs of
// 32-bit numbers in shared memory, with one producer and one consumer. A full ring makes the producer
// wait. For the POSIX reactor a pair is (token, ready), for Windows the halves of an address.

import { setImmediate } from "../process/timers.ts";

type OnPair = (first: number, second: number) => void;

const HEAD = 0;
const TAIL = 1;
const STOPPED = 2;
const STARTED = 3;
const HEADER = 4;
const CAPACITY = 1024;

type WaitAsync = (
  cells: Int32Array,
  index: number,
  value: number,
) => { readonly async: boolean; readonly value: Promise<string> | string };

/** The ring; one side calls {@link EventRing.listen}, the other {@link EventRing.push}. */
export class EventRing {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  /** @param memory Memory of the other side's ring; by default fresh. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer((HEADER + 2 * CAPACITY) * 4);
    this.#cells = new Int32Array(this.memory);
  }

  /** The consumer is gone: the producer is to end. */
  get stopped(): boolean {
    return Atomics.load(this.#cells, STOPPED) !== 0;
  }

  /** Producer: everything that it needs is loaded. */
  start(): void {
    Atomics.store(this.#cells, STARTED, 1);
    Atomics.notify(this.#cells, STARTED);
  }

  /** Consumer: blocks until the producer has started, or until the time in milliseconds is over. */
  waitStarted(longestMs: number): void {
    Atomics.wait(this.#cells, STARTED, 0, longestMs);
  }

  /** Consumer: resolves when the producer has started; never, if it ends before. */
  async started(): Promise<void> {
    await waitAsync()(this.#cells, STARTED, 0).value;
  }

  /** Producer: adds one event; waits while the ring is full. */
  push(first: number, second: number): void {
    const tail = Atomics.load(this.#cells, TAIL);
    for (;;) {
      const head = Atomics.load(this.#cells, HEAD);
      if (((tail - head) | 0) < CAPACITY) break;
      if (this.stopped) return;
      this.flush(); // the consumer may not have been notified of any of these
      Atomics.wait(this.#cells, HEAD, head);
    }
    const slot = HEADER + 2 * (tail & (CAPACITY - 1));
    this.#cells[slot] = first;
    this.#cells[slot + 1] = second;
    Atomics.store(this.#cells, TAIL, (tail + 1) | 0);
  }

  /** Producer: wakes the consumer after one or more pushes. */
  flush(): void {
    Atomics.notify(this.#cells, TAIL);
  }

  /** Consumer: reports events as they come, each batch in a task of its own, until stopped. */
  listen(onEvent: OnPair): void {
    const wait = waitAsync();
    const turn = (): void => {
      if (this.stopped) return;
      this.#take(onEvent);
      const head = Atomics.load(this.#cells, HEAD);
      const waiting = wait(this.#cells, TAIL, head);
      if (waiting.async) void (waiting.value as Promise<string>).then(turn);
      else setImmediate(turn);
    };
    turn();
  }

  /** Consumer: ends both sides. */
  stop(): void {
    Atomics.store(this.#cells, STOPPED, 1);
    Atomics.add(this.#cells, HEAD, 1); // a producer that is about to wait for it does not
    Atomics.notify(this.#cells, TAIL);
    Atomics.notify(this.#cells, HEAD);
  }

  #take(onEvent: OnPair): void {
    const tail = Atomics.load(this.#cells, TAIL);
    let head = Atomics.load(this.#cells, HEAD);
    if (head === tail) return;
    while (head !== tail) {
      const slot = HEADER + 2 * (head & (CAPACITY - 1));
      const first = this.#cells[slot] as number;
      const second = this.#cells[slot + 1] as number;
      head = (head + 1) | 0;
      Atomics.store(this.#cells, HEAD, head);
      onEvent(first, second);
    }
    Atomics.notify(this.#cells, HEAD);
  }
}

/** `Atomics.waitAsync()`, of ES2024. */
function waitAsync(): WaitAsync {
  return (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync;
}
