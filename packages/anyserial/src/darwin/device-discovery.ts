// Discovery on macOS: the list, one port by either of its paths, and hot-plug, all from IOKit.

import { realpath } from "node:fs/promises";
import { noSource, type PosixDiscovery } from "../posix/posix-backend.ts";
import { HotPlug, type HotPlugParts } from "./hotplug.ts";
import { findPort, listPorts } from "./list.ts";

/** Builds discovery; IOKit is loaded when it is first asked. */
export function createDarwinDiscovery(parts: HotPlugParts): PosixDiscovery {
  const hotPlug = new HotPlug(parts);
  return {
    list: async (source) => {
      if (source !== "native") throw noSource("darwin", source);
      return listPorts(parts.registry());
    },
    listNow: () => listPorts(parts.registry()),
    describe: async (path) => findPort(parts.registry(), await realpath(path).catch(() => path)),
    watch: () => hotPlug.watch(),
  };
}
