// createVirtualAdapter: checks, claims the link, plugs the adapter in. On failure nothing is left.

import { checkOptions } from "../arguments/options.ts";
import { checkPath, type PathUse } from "../arguments/path.ts";
import { invalid } from "../arguments/validate.ts";
import { selectBackend } from "../platform/select.ts";
import { checkAccess, type DeviceAccess } from "../virtual/device-access.ts";
import { claimPortLink } from "../virtual/port-link.ts";
import { Adapter } from "./adapter.ts";
import { notOnLinux } from "./adapter-failure.ts";
import { ADAPTER_OPTIONS, type AdapterOptions, checkAdapter } from "./adapter-options.ts";
import { VirtualAdapter } from "./virtual-adapter.ts";

/** Options of {@link createVirtualAdapter}. */
export interface VirtualAdapterOptions extends AdapterOptions, DeviceAccess {
  /** Path of a symbolic link that leads to the adapter's node, wherever it is plugged in. */
  readonly link?: string | undefined;
  /**
   * A program and its arguments that run another one as root, for the one write to the kernel: `["sudo", "-n"]`.
   * @defaultValue `[]`: this process may do it
   */
  readonly helper?: readonly string[] | undefined;
}

const LINK: PathUse = { name: "link", example: "/tmp/ttyTHERMO" };

/**
 * Plugs an emulated USB serial adapter into this machine. The kernel's own driver takes it, and makes `/dev/ttyUSB0` or
 * `/dev/ttyACM0`. Linux only; the kernel module vhci-hcd has to be loaded, and the right to plug it in is root's.
 *
 * A child process answers the kernel, also while this program is busy; it ends with the program, and the adapter is gone.
 *
 * @param options Chip, identity, link, mode and ownership.
 * @returns The device side. The application opens `path`.
 * @throws `UnsupportedPlatformError` `ERR_SERIAL_PLATFORM` — it is not Linux; `ENODEV` — vhci-hcd is not loaded.
 * @throws `PortPermissionError` `EACCES`, `EROFS` — this user may not; the hint says how it may.
 * @throws `PortBusyError` `EBUSY` — all virtual USB ports are taken; `EEXIST` — another program has `link`.
 * @throws `PortNotFoundError` `ERR_SERIAL_NO_DRIVER` — the kernel has no driver for the chip.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { createVirtualAdapter } from "anyserial/adapter";
 *
 * await using adapter = await createVirtualAdapter({ chip: "ft232r", serialNumber: "A50285BI" });
 * await adapter.setModemLines({ cts: true, dsr: true });
 * await adapter.send(await adapter.receive());
 * ```
 */
export async function createVirtualAdapter(
  options: VirtualAdapterOptions = {},
): Promise<VirtualAdapter> {
  const known = [...ADAPTER_OPTIONS.known, "link", "helper", "mode", "owner", "group"];
  checkOptions(options, { ...ADAPTER_OPTIONS, known });
  const spec = checkAdapter(options);
  const { link, helper = [] } = options;
  if (link !== undefined) checkPath(link, LINK);
  if (!Array.isArray(helper) || helper.some((word) => typeof word !== "string")) {
    throw invalid("helper", helper, 'a program and its arguments, such as ["sudo", "-n"]');
  }
  const access = checkAccess(options);
  const { platform } = (await selectBackend()).platformCapabilities();
  if (platform !== "linux") throw notOnLinux(platform);
  const claimed = link === undefined ? undefined : await claimPortLink(link);
  let adapter: Adapter | undefined;
  try {
    adapter = await Adapter.create(spec, { kind: "local", helper });
    for (const port of adapter.ports) port.setAccess(access);
    claimed?.point((adapter.ports[0] as { devicePath: string }).devicePath);
  } catch (error) {
    await adapter?.close(0);
    claimed?.release();
    throw error;
  }
  return new VirtualAdapter(adapter, { link: claimed, access });
}
