// createVirtualPort: checks, claims the link, makes the pty. On failure nothing is left.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { checkPath, type PathUse } from "../arguments/path.ts";
import { SETTING_NAMES } from "../arguments/settings.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import { selectBackend } from "../platform/select.ts";
import { checkAccess, type DeviceAccess } from "./device-access.ts";
import { noPtys } from "./no-ptys.ts";
import { claimPortLink } from "./port-link.ts";
import { VirtualPort } from "./virtual-port.ts";

/** Options of {@link createVirtualPort}. */
export interface VirtualPortOptions extends DeviceAccess {
  /**
   * Path to make for the application: a symbolic link, removed on close and at normal exit, restored when
   * another program removes it. A hidden file beside it keeps other programs from making the same one.
   */
  readonly link?: string | undefined;
}

const LINK: PathUse = { name: "link", example: "/tmp/ttyTHERMO" };

const CREATE: OptionSpec = {
  known: ["link", "mode", "owner", "group"],
  elsewhere: {
    ...Object.fromEntries(
      SETTING_NAMES.map((name) => [name.toLowerCase(), "leave it out: the application chooses it"]),
    ),
    gid: "write group",
    name: "write link",
    path: "write link",
    permissions: "write mode",
    signal: "leave it out: the call does not wait",
    symlink: "write link",
    uid: "write owner",
  },
  bare: { string: "link" },
};

/**
 * Makes an emulated serial port.
 *
 * @param options Link, mode and ownership; by default only the pty's own path, owned by this user.
 * @returns The device side. The application opens `path`.
 * @throws `PortBusyError` `EEXIST` — another program has `link`, or something that is no link of a port that
 *   is gone is there.
 * @throws `PortPermissionError` `EACCES`, `EROFS`, … — this user may not make the link; `EPERM` — or not give
 *   the port to that owner or group; `ERR_SERIAL_FOREIGN_LINK` — a link of another user is on the way there.
 * @throws `UnsupportedPlatformError` `ERR_SERIAL_PLATFORM` — no ptys are made on this system.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong; `ENAMETOOLONG`, `ENOTDIR` — there
 *   can be no such link.
 * @example
 * ```ts
 * import { createVirtualPort } from "anyserial/pty";
 *
 * await using device = await createVirtualPort({ link: "/tmp/ttyTHERMO" });
 * const command = await device.receive();
 * await device.send(command);
 * ```
 */
export async function createVirtualPort(options: VirtualPortOptions = {}): Promise<VirtualPort> {
  checkOptions(options, CREATE);
  const { link } = options;
  if (link !== undefined) checkPath(link, LINK);
  const backend = await selectBackend();
  if (backend.createPty === undefined) throw noPtys(backend);
  const access = checkAccess(options);
  const claimed = link === undefined ? undefined : await claimPortLink(link);
  let port: EmulatedBackendPort | undefined;
  try {
    port = await backend.createPty(claimed?.path);
    port.setAccess(access);
    claimed?.point(port.devicePath);
  } catch (error) {
    port?.abandon();
    claimed?.release();
    throw error;
  }
  return new VirtualPort(port, { link: claimed, access });
}
