// openPtyPair(): a port over the kernel's own terminal driver, and the device on its other end.

import { type SerialConfigInput, settingsFor } from "../config/config.ts";
import { openSerialPort } from "../port/open.ts";
import type { SerialPort } from "../port/serial-port.ts";
import { createVirtualPort } from "../virtual/create-virtual-port.ts";
import type { VirtualPort } from "../virtual/virtual-port.ts";

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
 * import { lines } from "anyserial/framing";
 * import { openPtyPair } from "anyserial/testing";
 *
 * await using pair = await openPtyPair({ baudRate: 9600 });
 * await pair.device.framed(lines()).send("ready");
 * console.log(await pair.port.framed(lines()).receive());
 * ```
 */
export async function openPtyPair(config: SerialConfigInput = {}): Promise<PtyPair> {
  const settings = settingsFor("other", config);
  return pairOnPty((path) => openSerialPort(path, settings));
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
