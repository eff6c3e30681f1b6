// Sends on a port. For a command it makes no difference which of its calls was canceled.

import { SendAbortedError, type SerialPort } from "anyserial";

/**
 * Sends all of a view.
 *
 * @param port Where to.
 * @param bytes What to send.
 * @param signal Stops waiting.
 * @throws `signal.reason` — the signal is aborted. As `SerialPort.send()` otherwise.
 */
export async function sendBytes(
  port: Pick<SerialPort, "send">,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  try {
    await port.send(bytes, { signal });
  } catch (error) {
    throw error instanceof SendAbortedError ? error.cause : error;
  }
}
