// serialPortPair(): two connected ports without a kernel, for our users' tests and ours.

import {
  createMemoryCable,
  type MemoryHooks,
  type MemoryPortOptions,
  type MemorySocket,
} from "../backend/memory.ts";
import { createSerialConfig, type SerialConfigInput } from "../config.ts";
import { openWith } from "../open.ts";
import type { SerialPort } from "../serial-port.ts";

/** One end of a pair. */
export interface SerialPairEndOptions extends MemoryPortOptions {
  /** Settings that differ from the defaults. */
  readonly config?: SerialConfigInput | undefined;
}

/** What the two ports are like. */
export interface SerialPortPairOptions {
  /** The first port. */
  readonly a?: SerialPairEndOptions | undefined;
  /** The second port. */
  readonly b?: SerialPairEndOptions | undefined;
}

/** Two connected, open ports. */
export interface SerialPortPair extends AsyncDisposable {
  /** The first port. */
  readonly a: SerialPort;
  /** The second port. */
  readonly b: SerialPort;
  /** What the test does to the device behind each port. */
  readonly hooks: { readonly a: MemoryHooks; readonly b: MemoryHooks };
  /**
   * Opens an end again, after its port was closed, or disconnected and plugged in again.
   *
   * @param end Which one.
   * @param config Settings that differ from the defaults.
   * @returns A new port; `a` or `b` stays the old one.
   * @throws `PortBusyError` `EBUSY` — its port is still open.
   * @throws `PortNotFoundError` `ENOENT` — it is disconnected.
   */
  reopen(end: "a" | "b", config?: SerialConfigInput): Promise<SerialPort>;
  /** Closes both ports; never rejects. */
  close(): Promise<void>;
}

/**
 * Opens two ports that are connected by a null-modem cable in memory.
 *
 * What one sends the other receives, in a later task; RTS arrives as CTS, DTR as DSR and DCD; a
 * full receiver holds the sender back, so no byte is lost. Every option works, and what a real
 * driver might lack can be taken away.
 *
 * @param options What the ports are like, and what goes wrong at them.
 * @returns The ports, open; close both, or the pair.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { serialPortPair } from "anyserial/testing";
 *
 * await using pair = await serialPortPair();
 * await pair.a.send(new TextEncoder().encode("ping\n"));
 * console.log(await pair.b.buffered().receiveUntil("\n"));
 * pair.hooks.b.disconnect();
 * ```
 */
export async function serialPortPair(options: SerialPortPairOptions = {}): Promise<SerialPortPair> {
  const cable = createMemoryCable(options.a, options.b);
  const a = await open(cable.a, options.a?.config);
  const b = await open(cable.b, options.b?.config);
  const close = async (): Promise<void> => {
    await Promise.all([a.close(), b.close()]);
  };
  return {
    a,
    b,
    hooks: { a: cable.a.hooks, b: cable.b.hooks },
    reopen: (end, config) => open(cable[end], config),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function open(socket: MemorySocket, config: SerialConfigInput = {}): Promise<SerialPort> {
  const target = { path: socket.path, info: undefined };
  return openWith(socket.backend, target, createSerialConfig(config));
}
