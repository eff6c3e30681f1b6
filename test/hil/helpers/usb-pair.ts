// Two USB adapters with a cable between them, for the conformance suite: the host passes bytes of
// one on to the other.

import { openSerialPort, type SerialConfigInput } from "anyserial";
import type { SuitePair } from "anyserial/testing/conformance";
import { askHost } from "./host.ts";
import { sweep } from "./sweep.ts";
import type { UsbAdapter } from "./usb-adapter.ts";

/** Joins two channels of the host. */
export async function joinChannels(left: string, right: string): Promise<void> {
  await askHost("mode", { channel: left, mode: right });
  await askHost("mode", { channel: right, mode: left });
}

/**
 * Opens both ends of the cable.
 *
 * @param adapters Their channels are joined; the first is plugged in again if a test left it unplugged.
 * @param config Settings of each.
 */
export async function openUsbPair(
  [left, right]: readonly [UsbAdapter, UsbAdapter],
  config: { readonly a: SerialConfigInput; readonly b: SerialConfigInput },
): Promise<SuitePair> {
  if (!left.isPlugged) await left.plug();
  const a = await openSerialPort(left.path, config.a);
  const b = await openSerialPort(right.path, config.b);
  return {
    a,
    b,
    hooks: { disconnect: () => left.unplug() },
    refusedConfig: { baudRate: 3_500_000 },
    close: async () => {
      if (!left.isPlugged) await left.plug();
      await sweep(left.path, right.path);
    },
  };
}
