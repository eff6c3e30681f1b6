// The Linux backend: the shared POSIX port over Linux's platform and epoll.

import type {
  Backend,
  BackendPort,
  BlockingPort,
  ListSource,
  OpenRequest,
  PortWatch,
  PtyBackendPort,
} from "../backend/backend.ts";
import type { SerialCapabilities } from "../capabilities.ts";
import { PortBusyError, UnsupportedPlatformError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { PortInfo } from "../port-info.ts";
import type { PortInspection } from "../port-inspection.ts";
import { inspectTty } from "../posix/inspect.ts";
import { bindLibc, bindTcdrain } from "../posix/libc.ts";
import { openTty } from "../posix/open-tty.ts";
import { PosixDevice } from "../posix/posix-device.ts";
import type { PosixPlatform } from "../posix/posix-platform.ts";
import { PosixPort } from "../posix/posix-port.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import { linuxAbi } from "./abi.ts";
import { createLinuxDiscovery, type LinuxDiscovery } from "./device-discovery.ts";
import { bindInotify, DevicePresence } from "./inotify.ts";
import { linuxPlatform } from "./platform.ts";
import { openLinuxPty } from "./pty.ts";
import { createReadiness, type Mechanism } from "./readiness.ts";

/** What the backend is built from; tests replace parts. */
export interface LinuxBackendParts {
  readonly platform: PosixPlatform;
  readonly readiness: Readiness;
  /** Opens a pty; errors name it, or its device. */
  readonly openPty: (name: string | undefined) => PtyBackendPort;
  readonly discovery: LinuxDiscovery;
}

/** Ports of a Linux system. */
export class LinuxBackend implements Backend {
  readonly name = "linux";
  readonly #platform: PosixPlatform;
  readonly #readiness: Readiness;
  readonly #openPty: LinuxBackendParts["openPty"];
  readonly #discovery: LinuxDiscovery;

  constructor({ platform, readiness, openPty, discovery }: LinuxBackendParts) {
    this.#openPty = openPty;
    this.#discovery = discovery;
    this.#platform = platform;
    this.#readiness = readiness;
  }

  platformCapabilities(): SerialCapabilities {
    return this.#platform.capabilities;
  }

  async open(request: OpenRequest): Promise<BackendPort> {
    try {
      return openTty(this.#platform, request, (handle) =>
        PosixPort.watch(this.#platform, handle, this.#readiness),
      );
    } catch (error) {
      throw error instanceof PortBusyError ? await this.#withHolder(error, request.path) : error;
    }
  }

  inspect(path: string): PortInspection {
    return inspectTty(this.#platform, path);
  }

  createPty(name: string | undefined): PtyBackendPort {
    return this.#openPty(name);
  }

  list(source: ListSource): Promise<PortInfo[]> {
    return this.#discovery.list(source);
  }

  describe(path: string): Promise<PortInfo | undefined> {
    return this.#discovery.describe(path);
  }

  watch(): PortWatch {
    return this.#discovery.watch();
  }

  openBlocking(request: OpenRequest): BlockingPort {
    return openTty(this.#platform, request, (handle) => new PosixDevice(this.#platform, handle));
  }

  async #withHolder(error: PortBusyError, path: string): Promise<PortBusyError> {
    const holder = await this.#platform.findHolder(path);
    if (holder === undefined) return error;
    return new PortBusyError(`${error.message}, held by ${holder}`, {
      ...error,
      hint: `end ${holder}, or wait until it closes the port`,
    });
  }
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
  const platform = linuxPlatform({ libc, tcdrain: bindTcdrain(ffi), abi });
  const readiness = createReadiness(ffi, abi.epollEvent, mechanism);
  const presence = new DevicePresence(bindInotify(ffi), libc, readiness);
  const openPty = (name: string | undefined): PtyBackendPort =>
    openLinuxPty({ platform, abi, readiness, presence }, name);
  const discovery = createLinuxDiscovery({ ffi, libc, readiness });
  return { platform, readiness, openPty, discovery };
}
