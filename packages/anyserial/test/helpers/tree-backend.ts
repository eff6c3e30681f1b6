// The Linux backend of this process with discovery over a synthetic tree: hot-plug by real inotify on the
// tree's device folder.

import { arch } from "node:process";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import type { DeviceRoots } from "../../dist/linux/list.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";

/** Builds the backend. */
export function treeBackend(roots: DeviceRoots): PosixBackend {
  return new PosixBackend(linuxParts(ffi, arch, { roots }));
}
