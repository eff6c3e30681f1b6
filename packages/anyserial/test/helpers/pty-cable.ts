// Two ports over two ptys, with a cable between their device sides.

import { isSerialError, type SerialConfigInput } from "anyserial";
import { openPtyPair, type PtyPair } from "anyserial/testing";
import type { SuitePair } from "anyserial/testing/conformance";

/** Settings of the two ports. */
export interface CableConfig {
  readonly a: SerialConfigInput;
  readonly b: SerialConfigInput;
}

/**
 * Opens two connected ports; `hooks.disconnect` hangs up on `a`.
 *
 * @param config Settings of each port.
 * @param open Opens a port with its device.
 */
export async function openPtyCable(
  config: CableConfig,
  open: (config: SerialConfigInput) => Promise<PtyPair> = openPtyPair,
): Promise<SuitePair> {
  const a = await open(config.a);
  const b = await open(config.b);
  const carrying = Promise.all([carry(a, b), carry(b, a)]);
  return {
    a: a.port,
    b: b.port,
    hooks: { disconnect: () => a.device.close() },
    refusedConfig: { lowLatency: true },
    close: async () => {
      await Promise.all([a.close(), b.close()]);
      await carrying;
    },
  };
}

/** Carries bytes in one direction until one of the devices is closed. */
async function carry(from: PtyPair, to: PtyPair): Promise<void> {
  try {
    for (;;) await to.device.send(await from.device.receive());
  } catch (error) {
    if (!isSerialError(error) || error.code !== "ERR_SERIAL_CLOSED") throw error;
  }
}
