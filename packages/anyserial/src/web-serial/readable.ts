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

/** Reads from the system as long as the stream has room. */
class Filling {
  readonly #host: StreamHost;
  readonly #source: InputSource;
  #isReading = false;
  #isOver = false;

  constructor(host: StreamHost) {
    this.#host = host;
    this.#source = new InputSource(host.port);
  }

  /** Never rejects, and is not waited for: a cancel must not wait for bytes. */
  async pull(controller: ReadableByteStreamController): Promise<void> {
    if (this.#isReading || this.#isOver) return; // the read that waits is for this pull too
    this.#isReading = true;
    try {
      const found = await this.#source.read(roomOf(controller));
      this.#isReading = false;
      if (this.#isOver) return;
      if (found instanceof Uint8Array) controller.enqueue(found);
      else if (this.#isDrained(controller)) this.#end(controller, lineFault(found));
      else this.#source.giveBack(found); // bytes that came before it are still to be read
    } catch (error) {
      this.#isReading = false;
      if (!this.#isOver) this.#fail(controller, error);
    }
  }

  async cancel(): Promise<void> {
    this.#isOver = true;
    await this.#source.stop();
    await this.#host.port.discardInput().catch(() => undefined); // a lost device has no input left
    this.#host.closed();
  }

  #fail(controller: ReadableByteStreamController, error: unknown): void {
    if (isLost(error)) this.#host.fatal();
    this.#end(controller, isLost(error) ? lost(error) : unknown(error));
  }

  #end(controller: ReadableByteStreamController, error: DOMException): void {
    this.#isOver = true;
    controller.error(error);
    void this.#source.stop();
    this.#host.closed();
  }

  #isDrained({ desiredSize }: ReadableByteStreamController): boolean {
    return desiredSize === this.#host.bufferSize;
  }
}

/** Bytes to read: the reader's own memory, or the room up to the high-water mark. */
function roomOf({ byobRequest, desiredSize }: ReadableByteStreamController): number {
  const view = byobRequest?.view;
  return Math.max(view ? view.byteLength : (desiredSize ?? 0), 1);
}
