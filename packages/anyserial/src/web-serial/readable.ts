// The readable stream of a port: https://wicg.github.io/serial/#readable-attribute, step by step.

import {
  ReadableStream as NodeReadableStream,
  type ReadableByteStreamController,
} from "node:stream/web";
import type { PortReadable } from "../port/web-streams.ts";
import { isLost, lineFault, lost, unknown } from "./dom-exception.ts";
import { InputSource } from "./input-source.ts";
import type { OpenedPort } from "./service.ts";

/** The port behind a stream. */
export interface StreamHost {
  readonly port: OpenedPort;
  /** High-water mark, in bytes. */
  readonly bufferSize: number;
  /** The device is lost: there is no next stream. */
  fatal(): void;
  /** The steps to handle closing the stream. */
  closed(): void;
}

/** Makes the stream. */
export function createReadable(host: StreamHost): PortReadable {
  const filling = new Filling(host);
  const { bufferSize: highWaterMark } = host;
  const stream = new NodeReadableStream(
    {
      type: "bytes",
      pull: (controller: ReadableByteStreamController) => void filling.pull(controller),
      cancel: () => filling.cancel(),
    },
    { highWaterMark },
  );
  return stream as PortReadable; // nothing that is enqueued is shared with a thread
}

/** The end of a stream, which waits until the bytes before it were read. */
interface Ending {
  readonly error: DOMException;
  /** The device is lost. */
  readonly isFatal: boolean;
}

/** Reads from the system as long as the stream has room. */
class Filling {
  readonly #host: StreamHost;
  readonly #source: InputSource;
  #isReading = false;
  #isOver = false;
  #ending: Ending | undefined;

  constructor(host: StreamHost) {
    this.#host = host;
    this.#source = new InputSource(host.port);
  }

  /** Never rejects, and is not waited for: a cancel must not wait for bytes. */
  async pull(controller: ReadableByteStreamController): Promise<void> {
    if (this.#isReading || this.#isOver) return; // the read that waits is for this pull too
    if (this.#ending === undefined) await this.#read(controller);
    if (this.#ending === undefined || this.#isOver || !this.#isDrained(controller)) return;
    this.#end(controller, this.#ending);
  }

  async cancel(): Promise<void> {
    this.#isOver = true;
    await this.#source.stop();
    await this.#host.port.discardInput().catch(() => undefined); // a lost device has no input left
    this.#host.closed();
  }

  async #read(controller: ReadableByteStreamController): Promise<void> {
    this.#isReading = true;
    try {
      const found = await this.#source.read(() => roomOf(controller));
      this.#isReading = false;
      if (this.#isOver) return;
      if (found instanceof Uint8Array) controller.enqueue(found);
      else this.#ending = { error: lineFault(found), isFatal: false };
    } catch (error) {
      this.#isReading = false;
      const isFatal = isLost(error);
      this.#ending = { error: isFatal ? lost(error) : unknown(error), isFatal };
    }
  }

  #end(controller: ReadableByteStreamController, { error, isFatal }: Ending): void {
    this.#isOver = true;
    if (isFatal) this.#host.fatal();
    controller.error(error);
    void this.#source.stop();
    this.#host.closed();
  }

  /** All bytes that were read ahead have been taken. */
  #isDrained({ desiredSize }: ReadableByteStreamController): boolean {
    return desiredSize === this.#host.bufferSize;
  }
}

/** Bytes to read: the reader's own memory, or the room up to the high-water mark. */
function roomOf({ byobRequest, desiredSize }: ReadableByteStreamController): number {
  const view = byobRequest?.view;
  return Math.max(view ? view.byteLength : (desiredSize ?? 0), 1);
}
