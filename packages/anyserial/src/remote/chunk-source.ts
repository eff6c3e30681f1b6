// The chunks of a socket. Node.js reads a plain socket into memory of ours, past its streams, which is faster
// (docs/performance.md); a socket with TLS, and other runtimes, have the event "data".

import type { OnReadOpts, Socket } from "node:net";

/** Most bytes of one chunk. */
const CHUNK = 65_536;

/** A socket, and what it receives. */
export interface ConnectedSocket {
  readonly socket: Socket;
  readonly chunks: ChunkSource;
}

/** Chunks of one socket. */
export class ChunkSource {
  /** Called with memory of its own. Without it, chunks wait. */
  #onChunk: ((chunk: Uint8Array) => void) | undefined;
  readonly #early: Uint8Array[] = [];

  /** The option of `connect()`. */
  readonly onread: OnReadOpts = {
    buffer: new Uint8Array(CHUNK),
    callback: (length, buffer) => {
      this.#received(buffer.slice(0, length));
      return true;
    },
  };

  /** Takes chunks also by the event: a socket has one of the two. */
  follow(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => this.#received(chunk));
  }

  set onChunk(onChunk: (chunk: Uint8Array) => void) {
    this.#onChunk = onChunk;
    for (const chunk of this.#early.splice(0)) onChunk(chunk);
  }

  #received(chunk: Uint8Array): void {
    if (this.#onChunk === undefined) this.#early.push(chunk);
    else this.#onChunk(chunk);
  }
}
