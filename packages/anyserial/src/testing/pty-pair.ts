// openPtyPair(): a port over the kernel's own terminal driver, and the device on its other end.

import type { SerialConfigInput } from "../config.ts";
import { openSerialPort } from "../open.ts";
import { createVirtualPort, type VirtualPort } from "../pty.ts";
import type { SerialPort } from "../serial-port.ts";

/** An open port and the emulated device that it talks to. */
export interface PtyPair extends AsyncDisposable {
  /** The application's side: a port as any other. */
  readonly port: SerialPort;
  /** The device's side; closing it unplugs the device. */
  readonly device: VirtualPort;
  /** Closes both; never rejects. */
  close(): Promise<void>;
}

/**
 * Opens a port on a pty: for tests that want the kernel's terminal driver, and not only its
 * behavior. A pty has no line: no modem lines, no breaks, no framing.
 *
 * @param config Settings of the port that differ from the defaults.
 * @returns The port and its device, both open.
 * @throws `UnsupportedPlatformError` `ERR_SERIAL_PLATFORM` — no ptys are made on this system.
 * @throws As `openSerialPort()`.
 * @example
 * ```ts
 * import { openPtyPair } from "anyserial/testing";
 *
 * await using pair = await openPtyPair({ baudRate: 9600 });
 * await pair.device.send(new TextEncoder().encode("ready\n"));
 * console.log(await pair.port.buffered().receiveUntil("\n"));
 * ```
 */
export function openPtyPair(config: SerialConfigInput = {}): Promise<PtyPair> {
  return pairOnPty((path) => openSerialPort(path, config));
}

/**
 * Makes a pty and opens a port on it.
 *
 * @param open Opens the port at a path.
 */
export async function pairOnPty(open: (path: string) => Promise<SerialPort>): Promise<PtyPair> {
  const device = await createVirtualPort();
  let port: SerialPort;
  try {
    port = await open(device.path);
  } catch (error) {
    await device.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    await Promise.all([port.close(), device.close()]);
  };
  return { port, device, close, [Symbol.asyncDispose]: close };
}
