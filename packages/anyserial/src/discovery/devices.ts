// Devices that the system knows, ports or not: for finding out why a port is not there.

import { abortable, signalOf, type WaitOptions } from "../abort/abort.ts";
import type { SerialDevice } from "../model/serial-device.ts";
import { selectBackend } from "../platform/select.ts";
import { devicesOf } from "./port-list.ts";

/**
 * Lists the serial devices that the system knows, also those that are no port now: unplugged, disabled
 * or without a driver that works. For finding out why a port is not there.
 *
 * @param options.signal Stops waiting.
 * @returns Frozen records, in no order.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — the system has no such list: only
 *   Windows has one.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function listSerialDevices(options: WaitOptions = {}): Promise<SerialDevice[]> {
  const signal = signalOf(options);
  signal?.throwIfAborted();
  return abortable(devicesOf(await selectBackend()), signal);
}
