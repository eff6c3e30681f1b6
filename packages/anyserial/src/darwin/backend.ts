// The macOS backend: the shared POSIX port over its platform, kqueue, and IOKit.

import type { Backend, PtyBackendPort } from "../backend/backend.ts";
import type { RunsOn } from "../backend/runs-on.ts";
import { UnsupportedPlatformError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { bindLibc, bindTcdrain } from "../posix/libc.ts";
import { PosixBackend, type PosixBackendParts } from "../posix/posix-backend.ts";
import { createReadiness, type Mechanism } from "../posix/readiness/create.ts";
import { bindKqueue, type KqueueCalls } from "../posix/readiness/kqueue.ts";
import { kqueueDriver } from "../posix/readiness/kqueue-driver.ts";
import { darwinAbi } from "./abi.ts";
import { createDarwinDiscovery } from "./device-discovery.ts";
import type { IoRegistry } from "./io-registry.ts";
import { openIoKit } from "./iokit.ts";
import { darwinPlatform } from "./platform.ts";
import { openDarwinPty } from "./pty.ts";

/** What the backend is built from; tests replace parts. */
export interface DarwinBackendParts extends PosixBackendParts {
  /** Opens a pty; errors name it, or its device. */
  readonly openPty: (name: string | undefined) => PtyBackendPort;
}

/** Ports of a Mac. */
export class DarwinBackend extends PosixBackend {
  /** node:fs watches folders by FSEvents, which is for volumes and is not documented to know /dev. */
  readonly isDeviceFolderSilent = true;
  readonly #openPty: DarwinBackendParts["openPty"];

  constructor({ openPty, ...parts }: DarwinBackendParts) {
    super("darwin", parts);
    this.#openPty = openPty;
  }

  createPty(name: string | undefined): PtyBackendPort {
    return this.#openPty(name);
  }
}

/** The backend of the running system. */
export function createBackend(ffi: Ffi, { arch, mechanism }: RunsOn): Backend {
  return new DarwinBackend(darwinParts(ffi, arch, mechanism));
}

/**
 * Builds what the backend needs of the running system.
 *
 * @param ffi Foreign-function interface.
 * @param arch CPU as Node names it.
 * @param mechanism Forces a readiness mechanism; by default the best that the runtime has.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_PLATFORM` — nothing is known of the CPU.
 */
export function darwinParts(ffi: Ffi, arch: string, mechanism?: Mechanism): DarwinBackendParts {
  const abi = darwinAbi(arch);
  if (abi === undefined) {
    throw new UnsupportedPlatformError(`Cannot use serial ports on macOS for ${arch}`, {
      code: "ERR_SERIAL_PLATFORM",
      hint: "run a Node.js of x64 or arm64: macOS has no other CPU",
    });
  }
  const libc = bindLibc(ffi, abi.calling);
  const platform = darwinPlatform({ libc, tcdrain: bindTcdrain(ffi), abi });
  const readiness = createReadiness(ffi, kqueueDriver(ffi, abi.kqueue), mechanism);
  let opened: IoRegistry | undefined;
  const registry = (): IoRegistry => {
    opened ??= openIoKit(ffi);
    return opened;
  };
  let bound: KqueueCalls | undefined;
  const kqueue = (): KqueueCalls => {
    bound ??= bindKqueue(ffi, abi.kqueue);
    return bound;
  };
  return {
    platform,
    readiness,
    discovery: createDarwinDiscovery({ registry, kqueue, abi, readiness }),
    openPty: (name) => openDarwinPty({ platform, abi, readiness }, name),
  };
}
