// The first bytes of a server, until it has agreed: by them a server that is none of serial ports is found out.

import type { SerialError } from "../errors/errors.ts";
import type { RemoteAddress } from "./address.ts";
import { foreignServer } from "./connect-errors.ts";

/** As much is kept, in bytes. */
const MOST_GREETING = 256;

/** The greeting of one server. */
export class Greeting {
  readonly #address: RemoteAddress;
  readonly #onForeign: (error: SerialError) => void;
  #text = "";
  #isOver = false;

  /**
   * @param address The address that is opened.
   * @param onForeign Called when the bytes are those of another kind of server.
   */
  constructor(address: RemoteAddress, onForeign: (error: SerialError) => void) {
    this.#address = address;
    this.#onForeign = onForeign;
  }

  /** Its bytes as text. */
  get text(): string {
    return this.#text;
  }

  /** Takes note of data. */
  add(bytes: Uint8Array): void {
    const room = MOST_GREETING - this.#text.length;
    if (this.#isOver || room <= 0) return;
    this.#text += Buffer.from(bytes.subarray(0, room)).toString("latin1");
    const error = foreignServer(this.#address, this.#text);
    if (error !== undefined) this.#onForeign(error);
  }

  /** The server has agreed, or will not. */
  end(): void {
    this.#isOver = true;
  }
}
