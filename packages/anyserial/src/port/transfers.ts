// Transfers of an open port for another library's interface: a promise only where something has to be waited for, and
// that library's own error where the port is closed meanwhile.

import { directionsOf, type SerialPort } from "./serial-port.ts";

/** Transfers of one port; a failure is thrown, or rejects. */
export interface Transfers {
  /**
   * Receives as soon as any bytes are there.
   *
   * @param into Memory of at least one byte.
   * @param closed Builds the error of a port that is closed meanwhile.
   * @returns Bytes received, 1 or more.
   */
  receiveInto(into: Uint8Array, closed: () => unknown): number | Promise<number>;
  /** Sends all of a view, which must not change until then. */
  send(data: Uint8Array): Promise<unknown> | undefined;
}

/**
 * The transfers of a port.
 *
 * @param port An open port.
 */
export function transfersOf(port: SerialPort): Transfers {
  const { receiver, writer } = directionsOf(port);
  return {
    receiveInto: (into, closed) => receiver.receiveInto(into, undefined, closed),
    send: (data) => writer.sendNow(data, undefined),
  };
}
