// Opening a port for one command: closed at the end, or at once when the command is interrupted.

import {
  openSerialPort,
  type SerialConfigInput,
  type SerialPort,
  type TlsOptions,
} from "anyserial";

/**
 * Opens a port, works with it, and closes it.
 *
 * @param path Path or address.
 * @param options.config Settings.
 * @param options.tls Certificates, for an address with TLS.
 * @param options.signal Stops opening; when it is aborted, output still queued is thrown away, so
 *   that closing does not wait for the line.
 * @param work What to do with the open port.
 * @returns The result of `work`.
 * @throws As `openSerialPort()`, and as `work`.
 */
export async function withPort<T>(
  path: string,
  options: {
    readonly config: SerialConfigInput;
    readonly tls?: TlsOptions | undefined;
    readonly signal: AbortSignal;
  },
  work: (port: SerialPort) => Promise<T>,
): Promise<T> {
  const { config, tls, signal } = options;
  const port = await openSerialPort(path, config, { tls, signal });
  try {
    return await work(port);
  } finally {
    await closePort(port, signal);
  }
}

/**
 * Closes a port.
 *
 * @param port The port; one that is gone already is fine.
 * @param signal When aborted, output still queued is thrown away.
 */
export async function closePort(port: SerialPort, signal: AbortSignal): Promise<void> {
  if (signal.aborted) await port.discardOutput().catch(() => undefined); // it may be gone
  await port.close();
}
