// The port as a Node Duplex, for libraries that want one. The stream owns the port, and ends as a socket
// does: "close" comes whatever ends it, with the cause as "error" before it.

import { Duplex } from "node:stream";
import { nextTick } from "../process/timers.ts";
import type { StreamedPort } from "./streamed-port.ts";

type Done = (error?: Error | null) => void;

/**
 * Wraps a port.
 *
 * @param port An open port; destroying the stream closes it. The port must hold the stream, so that
 *   the stream is notified of the port's end.
 * @returns A stream that reads only when asked to.
 */
export function createDuplex(port: StreamedPort): Duplex {
  return new PortDuplex(port);
}

/**
 * Callbacks are called in ticks of their own: an error that a handler throws is an uncaught
 * exception there.
 */
class PortDuplex extends Duplex {
  readonly #port: StreamedPort;
  readonly #destinations = new Set<NodeJS.WritableStream>();
  /** The error that the stream fails with after the buffered bytes have been read. */
  #cause: Error | undefined;

  constructor(port: StreamedPort) {
    super();
    this.#port = port;
    // An open port lives as long as its process: it must not hold one that is forgotten.
    const held = new WeakRef(this);
    void port.closed.then((cause) => {
      const stream = held.deref();
      if (stream !== undefined) stream.#portEnded(cause);
    });
  }

  override pipe<T extends NodeJS.WritableStream>(
    destination: T,
    options?: { readonly end?: boolean | undefined },
  ): T {
    this.#destinations.add(destination);
    return super.pipe(destination, options);
  }

  override unpipe(destination?: NodeJS.WritableStream): this {
    if (destination === undefined) this.#destinations.clear();
    else this.#destinations.delete(destination);
    return super.unpipe(destination);
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (this.#cause !== undefined && this.readableLength === 0) this.destroy(this.#cause);
    return chunk;
  }

  override _read(): void {
    this.#port.receive().then(
      (chunk) => nextTick(() => this.#deliver(chunk)),
      (error: Error) => this.#readFailed(error),
    );
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    callDone(this.#port.send(chunk), done);
  }

  override _final(done: Done): void {
    callDone(this.#port.drain(), done);
  }

  override _destroy(error: Error | null, done: Done): void {
    callDone(
      this.#port.close().then(() => {
        if (error !== null) throw error;
      }),
      done,
    );
  }

  /** A handler that throws is reported, and reading continues, as on a socket. */
  #deliver(chunk: Uint8Array): void {
    if (this.destroyed) return;
    let hasThrown = true;
    try {
      this.push(chunk);
      hasThrown = false;
    } finally {
      if (hasThrown) nextTick(() => void this.read(0));
    }
  }

  #readFailed(error: Error): void {
    if (this.#port.isOpen) this.destroy(error);
    else void this.#port.closed.then((cause) => this.#portEnded(cause));
  }

  /**
   * A reader gets the buffered bytes before the end; a stream without a reader ends at once.
   *
   * @param cause Why the device is gone; `undefined` after `close()`.
   */
  #portEnded(cause: Error | undefined): void {
    if (this.destroyed) return;
    const isRead =
      this.readableFlowing === true ||
      this.#destinations.size > 0 ||
      this.listenerCount("readable") > 0;
    if (!isRead || this.readableEnded) this.destroy(cause);
    else if (cause === undefined) {
      this.prependOnceListener("end", () => this.destroy());
      this.push(null);
    } else if (this.readableLength > 0) this.#cause = cause;
    else this.destroy(cause);
  }
}

function callDone(work: Promise<void>, done: Done): void {
  work.then(
    () => nextTick(() => done()),
    (error: Error) => nextTick(() => done(error)),
  );
}
