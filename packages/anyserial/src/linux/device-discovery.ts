// Discovery on Linux: the list from sysfs or from udev, one port by its path, and hot-plug.

import type { Ffi } from "../ffi/ffi.ts";
import type { PosixDiscovery } from "../posix/posix-backend.ts";
import { HotPlug } from "./hotplug.ts";
import type { Inotify } from "./inotify.ts";
import { type DeviceRoots, describePort, hasSysfs, listPorts, listPortsNow } from "./list.ts";

export interface DiscoveryParts {
  readonly ffi: Ffi;
  readonly inotify: Inotify;
  /** @defaultValue `/sys` and `/dev` */
  readonly roots?: DeviceRoots | undefined;
}

const SYSTEM: DeviceRoots = Object.freeze({ sysfs: "/sys", dev: "/dev" });

/** Builds discovery; it reads nothing before it is called. */
export function createLinuxDiscovery(parts: DiscoveryParts): PosixDiscovery {
  const { ffi, inotify, roots = SYSTEM } = parts;
  const note = noteOnce();
  let hotPlug: HotPlug | undefined;
  return {
    list: async (source) => {
      if (source === "udev") return (await import("./udev.ts")).listUdevPorts(ffi);
      const ports = await listPorts(roots);
      if (ports.length === 0 && !hasSysfs(roots)) note(roots);
      return ports;
    },
    listNow: () => {
      const ports = listPortsNow(roots);
      if (ports.length === 0 && !hasSysfs(roots)) note(roots);
      return ports;
    },
    describe: (path) => describePort(roots, path),
    watch: () => {
      hotPlug ??= new HotPlug({ inotify, dev: roots.dev });
      return hotPlug.watch();
    },
  };
}

/** An empty list in a container is no surprise worth an error, but worth a word. */
function noteOnce(): (roots: DeviceRoots) => void {
  let isNoted = false;
  return ({ sysfs }) => {
    if (isNoted) return;
    isNoted = true;
    process.emitWarning(`No serial ports can be listed: there is no ${sysfs}/class/tty`, {
      type: "SerialDiscoveryWarning",
      code: "ERR_SERIAL_SYSFS",
      detail: `Mount sysfs at ${sysfs}, or name the path of the port: opening does not need it`,
    });
  };
}
