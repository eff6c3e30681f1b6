// The port as WHATWG streams: no queue of their own, so that the kernel's buffer is the only one.

import {
  ReadableStream as NodeReadableStream,
  WritableStream as NodeWritableStream,
  type ReadableByteStreamController,
} from "node:stream/web";
import type { Bytes } from "../model/bytes.ts";
import type { StreamedPort } from "./streamed-port.ts";

/** A stream for code that is compiled with the types of the DOM, of Node.js, or both. */
export type PortReadable = NodeReadableStream<Bytes> & ReadableStream<Bytes>;
/** As {@link PortReadable}, to write to. */
export type PortWritable = NodeWritableStream<Uint8Array> & WritableStream<Uint8Array>;

/** Holds the stream in use; a finished one is replaced. */
export interface StreamSlot<S> {
  stream?: S;
  /** Ends the stream with the port: with the cause, or without one after `close()`. */
  end?: (cause: Error | undefined) => void;
}

type Source = Pick<StreamedPort, "receive" | "receiveInto" | "isOpen" | "closed">;
type Sink = Pick<StreamedPort, "send" | "drain" | "closed">;

/** Takes back bytes that came for a stream that does not want them any more. */
type GiveBack = (bytes: Bytes) => void;

/**
 * The readable side.
 *
 * @param port Where the bytes come from.
 * @param slot Holds the stream until it is canceled or breaks.
 * @param giveBack To be received next.
 * @returns A byte stream without read-ahead; BYOB readers receive into their own memory.
 */
export function createReadable(
  port: Source,
  slot: StreamSlot<PortReadable>,
  giveBack: GiveBack = () => undefined,
): PortReadable {
  if (slot.stream !== undefined) return slot.stream;
  const pulls = new Pulls(port, slot, giveBack);
  const stream = new NodeReadableStream(
    {
      type: "bytes",
      start: (controller: ReadableByteStreamController) => {
        slot.end = (cause) => pulls.portEnded(controller, cause);
      },
      pull: (controller: ReadableByteStreamController) => pulls.pull(controller),
      cancel: (reason) => pulls.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  slot.stream = stream as PortReadable; // nothing that is enqueued is shared with a thread
  follow(port, slot);
  return slot.stream;
}

/** Pending requests of a byte stream. */
class Pulls {
  readonly #port: Source;
  readonly #slot: StreamSlot<PortReadable>;
  readonly #giveBack: GiveBack;
  readonly #canceled = new AbortController();
  #pulling: Promise<void> | undefined;

  constructor(port: Source, slot: StreamSlot<PortReadable>, giveBack: GiveBack) {
    this.#port = port;
    this.#slot = slot;
    this.#giveBack = giveBack;
  }

  pull(controller: ReadableByteStreamController): Promise<void> {
    this.#pulling = this.#pull(controller).finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  /** The port can be read again when this promise is settled. */
  async cancel(reason: unknown): Promise<void> {
    forget(this.#slot);
    this.#canceled.abort(reason);
    await this.#pulling;
  }

  portEnded(controller: ReadableByteStreamController, cause: Error | undefined): void {
    if (this.#pulling !== undefined) return; // the pending read fails, and reports that
    if ((controller.desiredSize ?? 0) < 0) return; // a chunk is still to be read
    forget(this.#slot);
    if (cause === undefined) controller.close();
    else controller.error(cause);
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest;
    try {
      if (request?.view) await this.#fill(request, request.view);
      else {
        const bytes = await this.#port.receive(this.#options);
        if (this.#isWanted) controller.enqueue(bytes);
        else this.#giveBack(bytes);
      }
    } catch (error) {
      if (this.#canceled.signal.aborted) return;
      forget(this.#slot);
      if (this.#port.isOpen || (await this.#port.closed) !== undefined) throw error;
      controller.close();
      request?.respond(0);
    }
  }

  async #fill(request: ReadableStreamBYOBRequest, view: ArrayBufferView): Promise<void> {
    const count = await this.#port.receiveInto(view, this.#options);
    if (this.#isWanted) request.respond(count);
    else this.#giveBack(new Uint8Array(view.buffer, view.byteOffset, count).slice());
  }

  get #options(): { readonly signal: AbortSignal } {
    return { signal: this.#canceled.signal };
  }

  /** Not when the stream was canceled, or its reader let go of it, while the bytes came. */
  get #isWanted(): boolean {
    return !this.#canceled.signal.aborted && this.#slot.stream?.locked === true;
  }
}

/** The next one who asks gets a new stream. */
function forget(slot: StreamSlot<unknown>): void {
  delete slot.stream;
  delete slot.end;
}

/** An open port lives as long as its process: it must not hold one that is forgotten. */
function follow<S>(port: Pick<StreamedPort, "closed">, slot: StreamSlot<S>): void {
  const held = new WeakRef(slot);
  const { end } = slot;
  if (end === undefined) return;
  const ended = new WeakRef(end);
  void port.closed.then((cause) => {
    if (held.deref()?.end === ended.deref()) ended.deref()?.(cause);
  });
}

/**
 * The writable side.
 *
 * @param port Where the bytes go.
 * @param slot Holds the stream until it is closed or breaks.
 * @returns A stream that takes one chunk at a time.
 */
export function createWritable(port: Sink, slot: StreamSlot<PortWritable>): PortWritable {
  if (slot.stream !== undefined) return slot.stream;
  slot.stream = new NodeWritableStream<Uint8Array>({
    start: (controller) => {
      slot.end = () => {
        forget(slot);
        // A closed port says why it takes nothing.
        port.send(new Uint8Array(0)).catch((error: unknown) => controller.error(error));
      };
    },
    write: async (chunk, controller) => {
      const { signal } = controller as { readonly signal?: AbortSignal }; // missing in @types/node
      try {
        await port.send(chunk, { signal });
      } catch (error) {
        forget(slot);
        throw error;
      }
    },
    close: async () => {
      forget(slot);
      await port.drain();
    },
    abort: () => forget(slot),
  });
  follow(port, slot);
  return slot.stream;
}
