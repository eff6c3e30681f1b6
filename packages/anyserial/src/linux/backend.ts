// The Linux backend: the shared POSIX port over Linux's platform and epoll.

import type { Backend } from "../backend/backend.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import type { RunsOn } from "../backend/host.ts";
import { UnsupportedPlatformError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { bindAccessCalls } from "../posix/device-access.ts";
import { bindLibc, bindTcdrain } from "../posix/libc.ts";
import { MadeFolders } from "../posix/links/made-folders.ts";
import type { LinkSystem } from "../posix/links/port-link.ts";
import { PosixBackend, type PosixBackendParts } from "../posix/posix-backend.ts";
import { createReadiness, type Mechanism } from "../posix/readiness/create.ts";
import { bindThreads } from "../posix/threads/native-threads.ts";
import { linuxAbi } from "./abi.ts";
import { createLinuxDiscovery } from "./device-discovery.ts";
import { DeviceReads } from "./device-reads.ts";
import { linuxFolderAbi } from "./folder-abi.ts";
import { bindLinuxFolderCalls } from "./folder-calls.ts";
import { bindInotify, Inotify } from "./inotify.ts";
import { watchPlace } from "./link-watch.ts";
import type { DeviceRoots } from "./list.ts";
import { linuxPlatform } from "./platform.ts";
import { bindDuplicate, openLinuxPty } from "./pty.ts";
import { epollDriver } from "./readiness.ts";

/** The backend of the running system. */
export function createBackend(ffi: Ffi, { arch, mechanism }: RunsOn): Backend {
  return new PosixBackend(linuxParts(ffi, arch, { mechanism }));
}

interface LinuxOptions {
  /** Forces a readiness mechanism; by default the best that the runtime has. */
  readonly mechanism?: Mechanism | undefined;
  /** Where ports are discovered, in place of `/sys` and `/dev`. */
  readonly roots?: DeviceRoots | undefined;
}

/**
 * Builds the parts of the backend from the running system.
 *
 * @param ffi Foreign-function interface.
 * @param arch CPU as Node names it.
 * @param options Other parts than those of the running system.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_PLATFORM` — nothing is known of the CPU.
 */
export function linuxParts(
  ffi: Ffi,
  arch: string,
  { mechanism, roots }: LinuxOptions = {},
): PosixBackendParts {
  const abi = linuxAbi(arch);
  const folderAbi = abi && linuxFolderAbi(arch, abi.errno);
  if (abi === undefined || folderAbi === undefined) {
    throw new UnsupportedPlatformError(`Cannot use serial ports on Linux for ${arch}`, {
      code: "ERR_SERIAL_PLATFORM",
      hint: "the kernel's numbers for this CPU are not in the table: please report the output of `uname -m`",
    });
  }
  const libc = bindLibc(ffi, { variadic: false });
  const threads = bindThreads(ffi);
  const platform = linuxPlatform({ libc, tcdrain: bindTcdrain(ffi), threads, abi });
  const readiness = createReadiness(ffi, epollDriver(ffi, abi.epollEvent), mechanism);
  const access = bindAccessCalls(ffi);
  const inotifyCalls = bindInotify(ffi);
  const inotify = new Inotify(inotifyCalls, libc, readiness);
  const reads = new DeviceReads(inotifyCalls, libc);
  const duplicate = bindDuplicate(ffi, abi);
  const openPty = (name: string | undefined): EmulatedBackendPort =>
    openLinuxPty({ platform, abi, readiness, inotify, reads, access, duplicate }, name);
  const discovery = createLinuxDiscovery({ ffi, inotify, roots });
  let bound: LinkSystem | undefined;
  const links = (): LinkSystem => {
    bound ??= {
      calls: bindLinuxFolderCalls(ffi, folderAbi),
      abi: folderAbi,
      made: new MadeFolders(),
      watchPlace: (place, onHint) => watchPlace(inotify, place, onHint),
    };
    return bound;
  };
  return { name: "linux", platform, readiness, openPty, discovery, links };
}
