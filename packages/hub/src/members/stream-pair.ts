// A readable and a writable of Node.js as one member's bytes: sockets, pipes, standard input. Node
// buffers what the kernel refuses: little is handed to it, so that our queue is the one that counts.

import type { Readable, Writable } from "node:stream";
import type { MemberHost } from "./member.ts";

/** Node may hold this many bytes that the kernel has refused. */
const MOST_HELD = 16_384;

/** Called once when either side ends or fails. */
export type OnEnd = (error: Error | undefined) => void;

/** Two streams in use. */
export class StreamPair {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #host: MemberHost;
  readonly #onEnd: OnEnd;
  #isEnded = false;
  #wantsRoom = false;

  constructor(
    streams: { readonly readable: Readable; readonly writable: Writable },
    host: MemberHost,
    onEnd: OnEnd,
  ) {
    this.#readable = streams.readable;
    this.#writable = streams.writable;
    this.#host = host;
    this.#onEnd = onEnd;
    this.#readable.on("data", this.#onData).once("end", this.#ended).once("close", this.#ended);
    this.#readable.on("error", this.#failed);
    this.#writable.on("drain", this.#drained).on("error", this.#failed).once("close", this.#ended);
  }

  /** Bytes handed over that the kernel has not taken. */
  get held(): number {
    return this.#isEnded ? 0 : this.#writable.writableLength;
  }

  write(bytes: Uint8Array): number {
    const room = MOST_HELD - this.#writable.writableLength;
    if (this.#isEnded || room <= 0 || !this.#writable.writable) return 0;
    const taken = Math.min(room, bytes.length);
    this.#writable.write(bytes.slice(0, taken), () => {
      if (this.#wantsRoom) this.#drained();
    });
    return taken;
  }

  tellWritable(): void {
    this.#wantsRoom = true;
  }

  setReading(reading: boolean): void {
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
    this.#readable.off("data", this.#onData).pause();
    this.#readable.off("error", this.#failed);
    this.#writable.off("drain", this.#drained).off("error", this.#failed);
    for (const stream of [this.#readable, this.#writable]) {
      stream.off("end", this.#ended).off("close", this.#ended);
    }
  }

  readonly #onData = (chunk: Uint8Array): void => this.#host.onData(chunk);

  readonly #drained = (): void => {
    if (this.#isEnded || !this.#wantsRoom) return;
    this.#wantsRoom = false;
    this.#host.onWritable();
  };

  readonly #ended = (): void => this.#end(undefined);

  readonly #failed = (error: Error): void => this.#end(error);

  #end(error: Error | undefined): void {
    if (this.#isEnded) return;
    const lost = this.held;
    this.#isEnded = true;
    this.#host.onLost(lost);
    this.#onEnd(error);
  }
}
