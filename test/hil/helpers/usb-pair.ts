// Two USB adapters with a cable between them, for the conformance suite: what one sends the host passes on
// to the other.

import { openSerialPort, type SerialConfigInput, type SerialPort } from "anyserial";
import type { SuitePair } from "anyserial/testing";
import { askHost } from "./host.ts";
import type { UsbAdapter } from "./usb-adapter.ts";

/** Behind everything that a test may have left on the way. */
const END = "the end of what is left from the test before";

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
    close: () => sweep(left, right),
  };
}

/** Takes what is still on its way in either direction, so that the next test does not get it. */
async function sweep(left: UsbAdapter, right: UsbAdapter): Promise<void> {
  if (!left.isPlugged) await left.plug();
  await using a = await openSerialPort(left.path);
  await using b = await openSerialPort(right.path);
  await Promise.all([sweepOne(a, b), sweepOne(b, a)]);
}

async function sweepOne(from: SerialPort, to: SerialPort): Promise<void> {
  await from.send(new TextEncoder().encode(END));
  await to.buffered().receiveUntil(new TextEncoder().encode(END), { maxBytes: 16 * 1024 * 1024 });
}
