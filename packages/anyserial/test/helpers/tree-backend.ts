// The Linux backend of this process with discovery over a synthetic tree: hot-plug by real inotify on the
// tree's device folder.

import { arch } from "node:process";
import { ffi } from "#internal/ffi/koffi.js";
import { LinuxBackend, linuxParts } from "#internal/linux/backend.js";
import { createLinuxDiscovery } from "#internal/linux/device-discovery.js";
import type { DeviceRoots } from "#internal/linux/list.js";

/** Builds the backend. */
export function treeBackend(roots: DeviceRoots): LinuxBackend {
  const parts = linuxParts(ffi, arch);
  const { platform, readiness } = parts;
  const discovery = createLinuxDiscovery({ ffi, libc: platform.libc, readiness, roots });
  return new LinuxBackend({ ...parts, discovery });
}
