// Removes bytes that a test left on their way, so that the next one does not get them.

import { openSerialPort, type SerialPort } from "anyserial";

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Empties a cable in both directions.
 *
 * @param one Path of the port at one end, which must be closed.
 * @param other Path of the other; the same where the pins of one port are joined.
 */
export async function sweep(one: string, other: string): Promise<void> {
  await using a = await openSerialPort(one);
  if (other === one) return await passMark(a, a); // awaited: the port closes at the return
  await using b = await openSerialPort(other);
  await Promise.all([passMark(a, b), passMark(b, a)]);
}

/**
 * Sends a mark that nothing else looks like, and waits until it arrives.
 *
 * @param from Sends.
 * @param to Receives, and drops bytes before the mark.
 * @param signal Ends the wait.
 */
export async function passMark(
  from: SerialPort,
  to: SerialPort,
  signal?: AbortSignal,
): Promise<void> {
  const mark = crypto.getRandomValues(new Uint8Array(16));
  await from.send(mark);
  await to.reader.receiveUntil(mark, { signal, maxBytes: MOST_BYTES });
}
