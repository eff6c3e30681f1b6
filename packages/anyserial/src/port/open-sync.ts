// openSerialPortSync: as openSerialPort, without a promise.

import { type SerialConfigInput, settingsFor } from "../config/config.ts";
import { createPolicy } from "../config/unsupported-policy.ts";
import type { PortFilter } from "../discovery/port-filter.ts";
import { findOnlyNow } from "../discovery/port-list.ts";
import type { PortInfo } from "../model/port-info.ts";
import { selectBackendNow } from "../platform/select-now.ts";
import { checkBlockingAddress } from "./address.ts";
import { isPathTarget, targetOf } from "./open-target.ts";
import { SyncSerialPort } from "./sync-serial-port.ts";

/**
 * Opens a serial port for blocking use.
 *
 * @param target Path (`/dev/ttyUSB0`, `COM3`), a {@link PortInfo}, or a {@link PortFilter} that one port matches.
 * @param config Settings that differ from the defaults.
 * @returns The open port; everything else is as for `openSerialPort()`.
 * @throws The errors of `openSerialPort()`.
 * @example
 * ```ts
 * import { lines } from "anyserial/framing";
 * import { openSerialPortSync } from "anyserial/sync";
 *
 * using port = openSerialPortSync("/dev/ttyUSB0", { baudRate: 9600 });
 * console.log(port.framed(lines()).request("MEAS?", { timeoutMs: 1000 }));
 * ```
 */
export function openSerialPortSync(
  target: string | PortInfo | PortFilter,
  config: SerialConfigInput = {},
): SyncSerialPort {
  const found = targetOf(target);
  const wanted = settingsFor("blocking", config);
  if (isPathTarget(found)) checkBlockingAddress(found.path);
  const backend = selectBackendNow();
  const { path } = isPathTarget(found) ? found : findOnlyNow(backend, found);
  const policy = createPolicy(wanted.unsupportedPolicy);
  const platform = backend.platformCapabilities();
  const { onRefusal } = policy;
  const waived = policy.waive({ path, platform, config: wanted });
  const port = backend.openBlocking({ path, config: waived, onRefusal });
  policy.report(port.outcome.refused);
  return new SyncSerialPort(path, port);
}
