// inspectSerialPort: inspects a port and leaves it unchanged.

import { checkPath } from "../arguments/path.ts";
import type { PortInspection } from "../backend/port-inspection.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import { selectBackend } from "../platform/select.ts";

/**
 * Inspects a port without changing a setting and without reading a byte, also while another program
 * has it open.
 *
 * The port is opened for a moment, and on most systems opening raises DTR and RTS, which resets
 * some boards: on a port that no program has open they drop again, on one that a program keeps low
 * they stay up. `controlLines` has their levels during the inspection.
 *
 * @param path Path of the port.
 * @returns The driver's answers.
 * @throws {@link PortNotFoundError} — there is no serial port at the path.
 * @throws {@link PortPermissionError} — the process may not open it.
 * @throws {@link PortBusyError} — another program has taken it for itself.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_UNSUPPORTED` — the system cannot inspect
 *   ports.
 */
export async function inspectSerialPort(path: string): Promise<PortInspection> {
  checkPath(path);
  const backend = await selectBackend();
  if (backend.inspect === undefined) {
    const { platform } = backend.platformCapabilities();
    throw new UnsupportedFeatureError(`Cannot inspect port "${path}": not on ${platform}`, {
      code: "ERR_SERIAL_UNSUPPORTED",
      path,
      operation: "inspect",
    });
  }
  return backend.inspect(path);
}
