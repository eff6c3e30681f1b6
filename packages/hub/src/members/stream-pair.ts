// A readable and a writable of Node.js as one member's bytes: sockets, pipes, standard input. Node
// buffers bytes that the kernel refuses: it gets few, so that our queue holds the rest.

import type { Readable, Writable } from "node:stream";
import type { MemberHost } from "../engine/member.ts";

/** Node may hold this many bytes that the kernel has refused. */
const MOST_HELD = 16_384;

/** Events of a pair. */
export interface PairEvents {
  /** The other side ended or failed, and all that it sent is passed on; called once. */
  onEnd(error: Error | undefined): void;
  /** The other side sends no more and may still receive; without it, that is the end. */
  readonly onHalfClosed?: (() => void) | undefined;
  /** A write failed, which is not the end; without it, nothing is written any more. */
  readonly onWriteError?: ((error: Error) => void) | undefined;
}

/** Two streams in use. */
export class StreamPair {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #host: MemberHost;
  readonly #events: PairEvents;
  #isEnded = false;
  #isReading = true;
  /** The other side takes no more bytes; those that it sent before are still to be read. */
  #isDeaf = false;
  #wantsRoom = false;

  constructor(
    streams: { readonly readable: Readable; readonly writable: Writable },
    host: MemberHost,
    events: PairEvents,
  ) {
    this.#readable = streams.readable;
    this.#writable = streams.writable;
    this.#host = host;
    this.#events = events;
    this.#readable.on("data", this.#onData).once("end", this.#readEnded).once("close", this.#ended);
    this.#readable.on("error", this.#failed).on("resume", this.#resumed);
    this.#writable.on("drain", this.#drained).on("error", this.#writeFailed);
    this.#writable.once("close", this.#writeEnded);
  }

  /** Bytes handed over that the kernel has not taken. */
  get held(): number {
    return this.#isEnded || this.#isDeaf ? 0 : this.#writable.writableLength;
  }

  write(bytes: Uint8Array): number {
    if (this.#isDeaf && !this.#isEnded) {
      this.#host.onLost(bytes.length);
      return bytes.length;
    }
    const room = MOST_HELD - this.#writable.writableLength;
    if (this.#isEnded || room <= 0 || !this.#writable.writable) return 0;
    const taken = Math.min(room, bytes.length);
    this.#writable.write(bytes.slice(0, taken), (error) => {
      if (error instanceof Error && this.#events.onWriteError !== undefined)
        this.#host.onLost(taken);
      if (this.#wantsRoom) this.#drained();
    });
    return taken;
  }

  notifyWritable(): void {
    this.#wantsRoom = true;
  }

  setReading(reading: boolean): void {
    this.#isReading = reading;
    if (reading) this.#readable.resume();
    else this.#readable.pause();
  }

  /** Stops listening and destroys both; `onEnd` is called. */
  destroy(): void {
    this.#end(undefined);
    this.#readable.destroy();
    this.#writable.destroy();
  }

  /** Stops listening; the streams stay, for standard input. */
  release(): void {
    this.#isEnded = true;
    this.#readable.off("data", this.#onData).off("resume", this.#resumed).pause();
    this.#readable.off("error", this.#failed).off("end", this.#readEnded).off("close", this.#ended);
    this.#writable.off("drain", this.#drained).off("error", this.#writeFailed);
    this.#writable.off("close", this.#writeEnded);
  }

  readonly #onData = (chunk: Uint8Array): void => this.#host.onData(chunk);

  /** Node lets the output of a program flow when the program ends, even if it was paused. */
  readonly #resumed = (): void => {
    if (!this.#isReading && !this.#isEnded) this.#readable.pause();
  };

  readonly #drained = (): void => {
    if (this.#isEnded || !this.#wantsRoom) return;
    this.#wantsRoom = false;
    this.#host.onWritable();
  };

  readonly #readEnded = (): void => {
    const { onHalfClosed } = this.#events;
    if (onHalfClosed === undefined) this.#end(undefined);
    else if (!this.#isEnded) onHalfClosed();
  };

  readonly #ended = (): void => this.#end(undefined);

  readonly #failed = (error: Error): void => {
    this.#passOnRest();
    this.#end(error);
  };

  readonly #writeFailed = (error: Error): void => {
    if (this.#events.onWriteError !== undefined) this.#events.onWriteError(error);
    else if (this.#isOneStream) this.#failed(error);
    else this.#writeEnded();
  };

  readonly #writeEnded = (): void => {
    if (this.#isOneStream || this.#isEnded || this.#isDeaf) return; // the reading side reports its end
    const lost = this.held;
    this.#isDeaf = true;
    this.#host.onLost(lost);
    this.#drained();
  };

  get #isOneStream(): boolean {
    return (this.#readable as unknown) === this.#writable;
  }

  /** Bytes that arrived before a failure; Node keeps them without an event. */
  #passOnRest(): void {
    if (this.#isEnded) return;
    for (let rest = this.#readable.read(); rest !== null; rest = this.#readable.read()) {
      this.#host.onData(rest as Uint8Array); // no encoding is set: it is bytes
    }
  }

  #end(error: Error | undefined): void {
    if (this.#isEnded) return;
    const lost = this.held;
    this.#isEnded = true;
    this.#host.onLost(lost);
    this.#events.onEnd(error);
  }
}
