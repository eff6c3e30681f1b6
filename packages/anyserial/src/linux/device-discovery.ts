// Discovery on Linux: the list from sysfs or from udev, one port by its path, and hot-plug.

import type { Ffi } from "../ffi/ffi.ts";
import type { Libc } from "../posix/libc.ts";
import type { PosixDiscovery } from "../posix/posix-backend.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import { HotPlug } from "./hotplug.ts";
import { bindInotify } from "./inotify.ts";
import { type DeviceRoots, describePort, hasSysfs, listPorts } from "./list.ts";

/** What discovery is built from. */
export interface DiscoveryParts {
  readonly ffi: Ffi;
  readonly libc: Libc;
  readonly readiness: Readiness;
  /** @defaultValue `/sys` and `/dev` */
  readonly roots?: DeviceRoots | undefined;
}

const SYSTEM: DeviceRoots = Object.freeze({ sysfs: "/sys", dev: "/dev" });

/** Builds discovery; nothing is looked at before it is asked. */
export function createLinuxDiscovery(parts: DiscoveryParts): PosixDiscovery {
  const { ffi, libc, readiness, roots = SYSTEM } = parts;
  const note = noteOnce();
  let hotPlug: HotPlug | undefined;
  return {
    list: async (source) => {
      if (source === "udev") return (await import("./udev.ts")).listUdevPorts(ffi);
      const ports = await listPorts(roots);
      if (ports.length === 0 && !hasSysfs(roots)) note(roots);
      return ports;
    },
    describe: (path) => describePort(roots, path),
    watch: () => {
      hotPlug ??= new HotPlug({ calls: bindInotify(ffi), libc, readiness, dev: roots.dev });
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
