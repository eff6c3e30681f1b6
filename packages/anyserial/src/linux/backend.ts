// The Linux backend: the shared POSIX port over Linux's platform and epoll.

import type { Backend, PtyBackendPort } from "../backend/backend.ts";
import type { RunsOn } from "../backend/runs-on.ts";
import { UnsupportedPlatformError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { bindLibc, bindTcdrain } from "../posix/libc.ts";
import { bindThreads } from "../posix/native-threads.ts";
import { PosixBackend, type PosixBackendParts } from "../posix/posix-backend.ts";
import { createReadiness, type Mechanism } from "../posix/readiness/create.ts";
import { linuxAbi } from "./abi.ts";
import { createLinuxDiscovery } from "./device-discovery.ts";
import { bindInotify, DevicePresence } from "./inotify.ts";
import { linuxPlatform } from "./platform.ts";
import { openLinuxPty } from "./pty.ts";
import { epollDriver } from "./readiness.ts";

/** What the backend is built from; tests replace parts. */
export interface LinuxBackendParts extends PosixBackendParts {
  /** Opens a pty; errors name it, or its device. */
  readonly openPty: (name: string | undefined) => PtyBackendPort;
}

/** Ports of a Linux system. */
export class LinuxBackend extends PosixBackend {
  readonly #openPty: LinuxBackendParts["openPty"];

  constructor({ openPty, ...parts }: LinuxBackendParts) {
    super("linux", parts);
    this.#openPty = openPty;
  }

  createPty(name: string | undefined): PtyBackendPort {
    return this.#openPty(name);
  }
}

/** The backend of the running system. */
export function createBackend(ffi: Ffi, { arch, mechanism }: RunsOn): Backend {
  return new LinuxBackend(linuxParts(ffi, arch, mechanism));
}

/**
 * Builds what the backend needs of the running system.
 *
 * @param ffi Foreign-function interface.
 * @param arch CPU as Node names it.
 * @param mechanism Forces a readiness mechanism; by default the best that the runtime has.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_PLATFORM` — nothing is known of the CPU.
 */
export function linuxParts(ffi: Ffi, arch: string, mechanism?: Mechanism): LinuxBackendParts {
  const abi = linuxAbi(arch);
  if (abi === undefined) {
    throw new UnsupportedPlatformError(`Cannot use serial ports on Linux for ${arch}`, {
      code: "ERR_SERIAL_PLATFORM",
      hint: "the kernel's numbers for this CPU are not in the table: please report what `uname -m` prints",
    });
  }
  const libc = bindLibc(ffi, { variadic: false });
  const threads = bindThreads(ffi);
  const platform = linuxPlatform({ libc, tcdrain: bindTcdrain(ffi), threads, abi });
  const readiness = createReadiness(ffi, epollDriver(ffi, abi.epollEvent), mechanism);
  const presence = new DevicePresence(bindInotify(ffi), libc, readiness);
  const openPty = (name: string | undefined): PtyBackendPort =>
    openLinuxPty({ platform, abi, readiness, presence }, name);
  const discovery = createLinuxDiscovery({ ffi, libc, readiness });
  return { platform, readiness, openPty, discovery };
}
