// inspectSerialPort: a look at a port that leaves it as it is.

import { selectBackend } from "./backend/select.ts";
import { UnsupportedFeatureError } from "./errors.ts";
import type { PortInspection } from "./port-inspection.ts";
import { invalid } from "./validate.ts";

/**
 * Looks at a port without changing a setting and without reading a byte, also while another program
 * has it open.
 *
 * The port is opened for a moment, and on most systems opening raises DTR and RTS, which resets some
 * boards: on a port that nobody has open they drop again, on one that a program keeps low they stay
 * up. What `controlLines` tells is how they are while the port is looked at.
 *
 * @param path Path of the port.
 * @returns What the driver tells.
 * @throws {@link PortNotFoundError} — there is no serial port at the path.
 * @throws {@link PortPermissionError} — the process may not open it.
 * @throws {@link PortBusyError} — another program has taken it for itself.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_UNSUPPORTED` — the system cannot look.
 */
export async function inspectSerialPort(path: string): Promise<PortInspection> {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalid("path", path, "a path that is not empty");
  }
  const backend = await selectBackend();
  if (backend.inspect === undefined) {
    const { platform } = backend.platformCapabilities();
    throw new UnsupportedFeatureError(`Cannot look at port "${path}": not on ${platform}`, {
      code: "ERR_SERIAL_UNSUPPORTED",
      path,
      operation: "inspect",
    });
  }
  return backend.inspect(path);
}
