// Bytes and faults of one open port in the order of the line, in pieces as small as a stream asks for.

import type { Bytes } from "../model/bytes.ts";
import type { LineFault } from "./dom-exception.ts";
import type { LineEvents, OpenedPort } from "./service.ts";

/** The system is asked for this many bytes at once, however few the stream has room for. */
const RECEIVE_BYTES = 65_536;

/** The next piece of the line. */
export type Received = Bytes | LineFault;

/** The input of a port for one stream. */
export class InputSource {
  readonly #port: OpenedPort;
  readonly #stopped = new AbortController();
  /** With marks, faults are in their place; without, there are bytes only. */
  readonly #events: LineEvents | undefined;
  #held: Bytes | undefined;

  constructor(port: OpenedPort) {
    this.#port = port;
    if (port.config.lineErrors === "mark") this.#events = port.receiveEvents();
  }

  /**
   * Waits for the next piece; one call at a time.
   *
   * @param room Returns how many bytes there is room for, once they are there: 1 or more.
   * @returns Bytes whose buffer holds nothing else that is used, or a fault.
   */
  async read(room: () => number): Promise<Received> {
    const found = this.#held ?? (await this.#receive());
    this.#held = undefined;
    if (!(found instanceof Uint8Array)) return found;
    const most = room();
    if (found.length <= most) return found;
    this.#held = found.subarray(most);
    return found.slice(0, most); // the rest keeps its buffer, which a stream would take
  }

  /** Ends a read that waits; resolves when the port can be read again. */
  async stop(): Promise<void> {
    this.#held = undefined;
    this.#stopped.abort();
    await this.#events?.return(undefined);
  }

  async #receive(): Promise<Received> {
    const { signal } = this.#stopped;
    if (this.#events === undefined) {
      return await this.#port.receive({ maxBytes: RECEIVE_BYTES, signal });
    }
    const { done, value } = await this.#events.next();
    // It ends when it is stopped, or when the port is closed under it, which another receive reports.
    if (done === true) return await this.#port.receive({ signal });
    return value.kind === "data" ? value.data : value;
  }
}
