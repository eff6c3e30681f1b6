// The macOS backend: the shared POSIX port over its platform, kqueue, and IOKit.

import type { Backend } from "../backend/backend.ts";
import type { RunsOn } from "../backend/host.ts";
import { UnsupportedPlatformError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { bindAccessCalls } from "../posix/device-access.ts";
import { bindLibc, bindTcdrain } from "../posix/libc.ts";
import { MadeFolders } from "../posix/links/made-folders.ts";
import type { LinkSystem } from "../posix/links/port-link.ts";
import { samplePlace } from "../posix/links/sampled-place.ts";
import { PosixBackend, type PosixBackendParts } from "../posix/posix-backend.ts";
import { createReadiness, type Mechanism } from "../posix/readiness/create.ts";
import { bindKqueue, type KqueueCalls } from "../posix/readiness/kqueue.ts";
import { kqueueDriver } from "../posix/readiness/kqueue-driver.ts";
import { type DarwinAbi, darwinAbi } from "./abi.ts";
import { createDarwinDiscovery } from "./device-discovery.ts";
import { darwinFolderAbi } from "./folder-abi.ts";
import { bindDarwinFolderCalls } from "./folder-calls.ts";
import type { IoRegistry } from "./io-registry.ts";
import { openIoKit } from "./iokit.ts";
import { darwinPlatform } from "./platform.ts";
import { openDarwinPty } from "./pty.ts";

/** The backend of the running system. */
export function createBackend(ffi: Ffi, { arch, mechanism }: RunsOn): Backend {
  return new PosixBackend(darwinParts(ffi, arch, mechanism));
}

/**
 * Builds the parts of the backend from the running system.
 *
 * @param ffi Foreign-function interface.
 * @param arch CPU as Node names it.
 * @param mechanism Forces a readiness mechanism; by default the best that the runtime has.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_PLATFORM` — nothing is known of the CPU.
 */
export function darwinParts(ffi: Ffi, arch: string, mechanism?: Mechanism): PosixBackendParts {
  const abi = darwinAbi(arch);
  if (abi === undefined) {
    throw new UnsupportedPlatformError(`Cannot use serial ports on macOS for ${arch}`, {
      code: "ERR_SERIAL_PLATFORM",
      hint: "run the x64 or arm64 build of Node.js: macOS has no other CPU",
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
  const access = bindAccessCalls(ffi);
  let linkSystem: LinkSystem | undefined;
  const links = (): LinkSystem => {
    linkSystem ??= darwinLinks(ffi, abi);
    return linkSystem;
  };
  return {
    name: "darwin",
    platform,
    readiness,
    links,
    isDeviceFolderSilent: true, // node:fs watches folders by FSEvents, which is not documented to know /dev
    discovery: createDarwinDiscovery({ registry, kqueue, abi, readiness }),
    openPty: (name) => openDarwinPty({ platform, abi, readiness, access }, name),
  };
}

/** No event of the system reports a link that is gone: it is polled. */
function darwinLinks(ffi: Ffi, { calling, errno }: DarwinAbi): LinkSystem {
  const abi = darwinFolderAbi(errno);
  return {
    calls: bindDarwinFolderCalls(ffi, abi, calling),
    abi,
    made: new MadeFolders(),
    watchPlace: (_place, onHint) => samplePlace(onHint),
  };
}
