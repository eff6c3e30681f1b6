// Bytes that show where they belong: a checksum of the bytes that went in, a checksum of those that
// came out.

import { createHash, type Hash } from "node:crypto";
import type { SerialPort } from "anyserial";

/** A counted and checksummed direction. */
export class Checked {
  readonly #hash: Hash = createHash("sha256");
  bytes = 0;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }

  get digest(): string {
    return this.#hash.copy().digest("hex");
  }
}

/** Sends a number of bytes that repeat nowhere near; returns their checksum. */
export async function sendChecked(port: SerialPort, total: number): Promise<Checked> {
  const sent = new Checked();
  const chunk = new Uint8Array(4099);
  for (let seed = 1; sent.bytes < total; ) {
    for (let index = 0; index < chunk.length; index++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      chunk[index] = seed >>> 16;
    }
    const part = chunk.subarray(0, Math.min(chunk.length, total - sent.bytes));
    sent.add(part);
    await port.send(part);
  }
  return sent;
}

/** Receives so many bytes. */
export async function receiveChecked(port: SerialPort, total: number): Promise<Checked> {
  const received = new Checked();
  while (received.bytes < total) received.add(await port.receive());
  return received;
}
