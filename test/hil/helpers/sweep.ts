// Takes what a test of the conformance suite left on its way, so that the next one does not get it.

import { openSerialPort, type SerialPort } from "anyserial";

const END = new TextEncoder().encode("the end of what is left from the test before");
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Empties a cable in both directions.
 *
 * @param one Path of the port at one end, which nobody has open.
 * @param other Path of the other.
 */
export async function sweep(one: string, other: string): Promise<void> {
  await using a = await openSerialPort(one);
  await using b = await openSerialPort(other);
  await Promise.all([sweepOne(a, b), sweepOne(b, a)]);
}

async function sweepOne(from: SerialPort, to: SerialPort): Promise<void> {
  await from.send(END);
  await to.buffered().receiveUntil(END, { maxBytes: MOST_BYTES });
}
