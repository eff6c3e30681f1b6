// The Linux backend of this process with discovery over a synthetic tree: hot-plug by real inotify on the
// tree's device folder.

import { arch } from "node:process";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { createLinuxDiscovery } from "../../dist/linux/device-discovery.js";
import { bindInotify, Inotify } from "../../dist/linux/inotify.js";
import type { DeviceRoots } from "../../dist/linux/list.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";

/** Builds the backend. */
export function treeBackend(roots: DeviceRoots): PosixBackend {
  const parts = linuxParts(ffi, arch);
  const { platform, readiness } = parts;
  const inotify = new Inotify(bindInotify(ffi), platform.libc, readiness);
  const discovery = createLinuxDiscovery({ ffi, inotify, roots });
  return new PosixBackend({ ...parts, discovery });
}
