// The driver of an open port, from sysfs.

import { basename, join } from "node:path";
import { linkName, resolvePath } from "./sysfs.ts";

/** A port's device in sysfs, and the name of its driver. */
export interface TtyDriver {
  /** Folder of the device. */
  readonly device: string;
  readonly name: string;
}

/**
 * Finds the driver of a port.
 *
 * @param sysfs Root of sysfs.
 * @param path Path of the port; may be a link.
 * @returns `undefined` for a port that is no device, or has gone.
 */
export function ttyDriver(sysfs: string, path: string): TtyDriver | undefined {
  const node = resolvePath(path);
  if (node === undefined) return undefined;
  const device = join(sysfs, "class/tty", basename(node), "device");
  const name = linkName(join(device, "driver"));
  return name === undefined ? undefined : { device, name };
}
