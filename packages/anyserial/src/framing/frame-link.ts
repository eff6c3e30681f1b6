// One port that is read message by message, and its receivers. It reads only while a receiver
// waits, or while a message has begun that silence ends.

import { onAbort } from "../abort/on-abort.ts";
import { SerialDisconnectedError } from "../errors/errors.ts";
import { clockMs, nextTurn, sleep } from "../process/timers.ts";
import { join } from "./codec.ts";
import { type AnyFraming, bytesOfFrame, type Frame, FrameInput } from "./frame-input.ts";
import { type FrameSource, inUse, lineOf } from "./frame-source.ts";
import { GapTimer } from "./gap-timer.ts";
import { longestWait } from "./request-options.ts";
import { FairQueue } from "./turns.ts";
import { Unread } from "./unread.ts";

/** A request that waits for its answer. */
export interface Asking {
  /** Messages before this one began before it was asked. */
  readonly first: number;
  /** @returns Whether the message, or the bytes that are none, is for this request. */
  take(frame: Frame): boolean;
  fail(error: unknown): void;
}

/** A receiver that waits for any message. */
interface Waiter {
  resolve(frame: Frame): void;
  reject(error: unknown): void;
}

/** Other tasks have their turn after this many chunks. */
const CHUNKS_A_TURN = 32;
const STOPPED = new Error("no receiver waits for a message");

/** The messages of one port. */
export class FrameLink {
  readonly requests: FairQueue = new FairQueue();
  readonly #source: FrameSource;
  readonly #sends = new FairQueue();
  readonly #waiters = new Set<Waiter>();
  readonly #gap = new GapTimer(() => this.#silent());
  #unread = new Unread();
  #input: FrameInput | undefined;
  #asking: Asking | undefined;
  #listener: ((frame: Frame) => void) | undefined;
  /** Calls that want the line to be read, whatever comes. */
  #watching = 0;
  #keepsNothing = false;
  #lastAt = 0;
  /** Bytes are waited for, or are being taken. */
  #isReading = false;
  /** Stops waiting for bytes; replaced after it was aborted. */
  #stop = new AbortController();
  #isWaiting = false;
  /** Chunks since others had their turn. */
  #chunks = 0;
  /** Silence that the next request waits for, in milliseconds: an answer may still come. */
  lateMs = 0;

  constructor(source: FrameSource) {
    this.#source = source;
  }

  get path(): string {
    return this.#source.path;
  }

  /** Messages that were dropped before a receiver took them. */
  get dropped(): number {
    return this.#unread.dropped;
  }

  /** Reads with a framing from now on. It also gets bytes that were read and not taken. */
  use(framing: AnyFraming): FrameInput {
    if (this.#input?.framing === framing) return this.#input;
    if (this.#input?.framing.isLike(framing)) return this.#input;
    if (this.#waiters.size > 0 || this.#asking !== undefined || this.#listener !== undefined) {
      throw this.#busy("receive", "another framing is in use", "await its call first");
    }
    const input = new FrameInput(framing, lineOf(this.#source));
    const raw = this.#reclaim();
    this.#input = input;
    this.#unread = new Unread();
    if (raw.length > 0) this.#arrived(raw);
    return input;
  }

  /** Whether the port is read by a framing. */
  isReadBy(framing: AnyFraming): boolean {
    return this.#input?.framing === framing;
  }

  /** Sends a whole message. */
  async send(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    await this.#sends.run(signal, () => this.#source.send(bytes, { signal }));
  }

  /** The next message without another receiver; at once where one is there. */
  next(signal: AbortSignal | undefined): Frame | Promise<Frame> {
    signal?.throwIfAborted();
    return this.#unread.shift() ?? this.#wait(signal);
  }

  /** A message that is there already. */
  nextNow(): Frame | undefined {
    return this.#unread.shift();
  }

  #wait(signal: AbortSignal | undefined): Promise<Frame> {
    this.#input?.framing.forget(); // the memory of the messages before
    return new Promise((resolve, reject) => {
      const forget = signal && onAbort(signal, () => waiter.reject(signal.reason));
      const end = (): void => {
        this.#waiters.delete(waiter);
        forget?.();
        this.#rest();
      };
      const waiter: Waiter = {
        resolve: (frame) => {
          end();
          resolve(frame);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      this.#wake();
    });
  }

  /** Takes back a message that could not be used. */
  giveBack(frame: Frame): void {
    this.#unread.unshift(frame);
  }

  /** Passes all messages without another receiver to a function. @returns Ends that. */
  listen(listener: (frame: Frame) => void): () => void {
    if (this.#listener !== undefined) {
      throw this.#busy(
        "listen",
        'on("unsolicited") is in use',
        'call the function returned by on("unsolicited") first',
      );
    }
    this.#listener = listener;
    for (let frame = this.#unread.shift(); frame !== undefined; frame = this.#unread.shift()) {
      listener(frame);
    }
    this.#wake();
    return () => {
      if (this.#listener !== listener) return;
      this.#listener = undefined;
      this.#rest();
    };
  }

  /** From now on messages go to a request. @returns Ends that. */
  ask(asking: Asking): () => void {
    this.#asking = asking;
    this.#wake();
    return () => {
      if (this.#asking !== asking) return;
      this.#asking = undefined;
      this.#rest();
    };
  }

  /** Reads the bytes that are there already: they came before the next request. */
  async absorb(): Promise<void> {
    await this.#watch(() => nextTurn());
  }

  /**
   * Waits until the line is silent. Messages received meanwhile go to waiting receivers, and are
   * dropped where there is none.
   */
  async quiet(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const start = clockMs();
    this.#lastAt = start;
    this.#keepsNothing = true;
    try {
      await this.#watch(async () => {
        for (let left = ms; left > 0; left = ms - (clockMs() - this.#lastAt)) {
          if (clockMs() - start > longestWait(ms)) break;
          await sleep(left, { signal });
        }
      });
      this.#input?.take();
    } finally {
      this.#keepsNothing = false;
    }
  }

  async #watch(work: () => Promise<void>): Promise<void> {
    this.#watching++;
    this.#wake();
    try {
      await work();
    } finally {
      this.#watching--;
      this.#rest();
    }
  }

  get #isWanted(): boolean {
    if (this.#waiters.size > 0 || this.#asking !== undefined || this.#watching > 0) return true;
    return this.#listener !== undefined || this.#input?.awaitsSilence === true;
  }

  #wake(): void {
    if (!this.#isReading && this.#isWanted) void this.#read();
  }

  #rest(): void {
    if (this.#isWaiting && !this.#isWanted) this.#stop.abort(STOPPED);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    const { signal } = this.#stop;
    let failure: { readonly error: unknown } | undefined;
    try {
      const held = this.#source.reader?.takeBuffered();
      if (held !== undefined && held.length > 0) this.#arrived(held);
      while (this.#isWanted && !signal.aborted) {
        this.#arrived(await this.#receive(signal));
        if (++this.#chunks % CHUNKS_A_TURN === 0) await nextTurn(); // a source may always have some
      }
    } catch (error) {
      if (!signal.aborted) failure = { error };
    }
    this.#isReading = false;
    if (failure === undefined) this.#wake();
    else this.#failed(failure.error);
  }

  async #receive(signal: AbortSignal): Promise<Uint8Array> {
    this.#isWaiting = true;
    try {
      return await this.#source.receive({ signal });
    } finally {
      this.#isWaiting = false;
    }
  }

  #arrived(chunk: Uint8Array): void {
    const input = this.#input;
    if (input === undefined) return;
    this.#lastAt = clockMs();
    const { gapMs } = input;
    if (gapMs !== undefined) this.#gap.arrived(gapMs);
    this.#deliver(input.push(chunk));
  }

  #silent(): void {
    if (this.#input !== undefined) this.#deliver(this.#input.finish());
    this.#rest();
  }

  #deliver(frames: readonly Frame[]): void {
    for (const frame of frames) {
      const asking = this.#asking;
      if (asking !== undefined && frame.index >= asking.first && asking.take(frame)) continue;
      const [waiter] = this.#waiters;
      if (waiter !== undefined) waiter.resolve(frame);
      else if (this.#listener !== undefined) this.#listener(frame);
      else if (!this.#keepsNothing) this.#unread.add(frame, this.#input?.framing.maxLength ?? 0);
    }
    this.#unread.compact();
  }

  /** The port is gone, closed or in use by another reader. */
  #failed(error: unknown): void {
    this.#gap.stop();
    if (error instanceof SerialDisconnectedError) {
      const incomplete = this.#input?.takeIncomplete();
      if (incomplete !== undefined) Object.assign(error, { incomplete });
    }
    const asking = this.#asking;
    this.#asking = undefined;
    this.#listener = undefined;
    asking?.fail(error);
    for (const waiter of [...this.#waiters]) waiter.reject(error);
  }

  /** All bytes that were read and not taken. */
  #reclaim(): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let frame = this.#unread.shift(); frame !== undefined; frame = this.#unread.shift()) {
      if (frame.fault === undefined) parts.push(bytesOfFrame(frame));
    }
    if (this.#input !== undefined) parts.push(this.#input.take());
    return join(parts);
  }

  #busy(operation: string, state: string, hint: string): Error {
    return inUse(this.path, { operation, state, hint });
  }
}
