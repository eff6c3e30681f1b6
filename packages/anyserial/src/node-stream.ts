// The port as a Node Duplex, for libraries that want one. The stream owns the port.

import { Duplex } from "node:stream";
import type { SerialPort } from "./serial-port.ts";

type StreamPort = Pick<SerialPort, "receive" | "send" | "drain" | "close" | "isOpen" | "closed">;

/**
 * Wraps a port.
 *
 * @param port An open port; destroying the stream closes it.
 * @returns A stream that reads only when asked to.
 */
export function createDuplex(port: StreamPort): Duplex {
  return new Duplex({
    read(): void {
      port.receive().then(
        (chunk) => this.push(chunk),
        async (error: Error) => {
          if (port.isOpen || (await port.closed) !== undefined) this.destroy(error);
          else this.push(null);
        },
      );
    },
    write(chunk: Uint8Array, _encoding, callback): void {
      port.send(chunk).then(() => callback(), callback);
    },
    final(callback): void {
      port.drain().then(() => callback(), callback);
    },
    destroy(error, callback): void {
      port.close().then(() => callback(error), callback);
    },
  });
}
