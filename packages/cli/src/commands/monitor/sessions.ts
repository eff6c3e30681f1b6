// The ports of one monitor, one after the other: the first opened at once, so that a wrong path fails
// at once, the next ones whenever the device is back.

import {
  openSerialPort,
  type SerialConfigInput,
  type SerialPort,
  serialSessions,
  type TlsOptions,
} from "anyserial";

/** Options of {@link openSessions}. */
export interface SessionOptions {
  readonly config: SerialConfigInput;
  /** Certificates, for an address with TLS. */
  readonly tls?: TlsOptions | undefined;
  /** Waits for the device also at the start. */
  readonly wait: boolean;
  /** Waits for the device when it has gone. */
  readonly reconnect: boolean;
  /** Ends waiting. */
  readonly signal: AbortSignal;
}

/**
 * Opens a port each time that its device is there.
 *
 * @param path Path or address.
 * @param options Settings, and when to wait.
 * @returns Open ports; the caller closes each before requesting the next.
 * @throws As `openSerialPort()`.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function* openSessions(
  path: string,
  options: SessionOptions,
): AsyncGenerator<SerialPort, undefined> {
  const { config, tls, wait, reconnect, signal } = options;
  if (!wait) {
    yield await openSerialPort(path, config, { tls, signal });
    if (!reconnect) return;
  }
  for await (const port of serialSessions(path, config, { tls, signal })) {
    yield port;
    if (!reconnect) return;
  }
}
