// The BSD backend, one for the four systems: the shared POSIX port over kqueue. The differences
// between the systems come in as data; docs/platforms/bsd.md lists the parts that never ran on a
// real kernel.

import type { Backend } from "../backend/backend.ts";
import type { RunsOn } from "../backend/host.ts";
import { UnsupportedPlatformError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { BsdFamilyAbi } from "../posix/bsd-abi.ts";
import { KqueueNodeChanges } from "../posix/kqueue-changes.ts";
import { bindLibc, bindTcdrain, type Libc } from "../posix/libc.ts";
import { PortChanges } from "../posix/port-changes.ts";
import {
  noSource,
  PosixBackend,
  type PosixBackendParts,
  type PosixDiscovery,
} from "../posix/posix-backend.ts";
import { createReadiness, type Mechanism } from "../posix/readiness/create.ts";
import { bindKqueue, type KqueueCalls } from "../posix/readiness/kqueue.ts";
import { kqueueDriver } from "../posix/readiness/kqueue-driver.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import { bsdAbi } from "./abi.ts";
import { bsdPortNames, describeBsdPort, listBsdPorts } from "./list.ts";
import { bsdPlatform } from "./platform.ts";
import { type BsdVariant, bsdVariant } from "./variant.ts";

const DEV = "/dev";

export interface BsdSystem {
  readonly variant: BsdVariant;
  /** CPU as Node names it. */
  readonly arch: string;
}

/** The backend of the running system. */
export function createBackend(ffi: Ffi, { platform, uname, arch, mechanism }: RunsOn): Backend {
  const variant = bsdVariant(platform, uname) as BsdVariant; // this folder was chosen by it
  return new PosixBackend(bsdParts(ffi, { variant, arch }, mechanism));
}

/**
 * Builds the parts of the backend from the running system.
 *
 * @param ffi Foreign-function interface.
 * @param system Which system on which CPU.
 * @param mechanism Forces a readiness mechanism; by default the best that the runtime has.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_PLATFORM` — nothing is known of the CPU.
 */
export function bsdParts(
  ffi: Ffi,
  { variant, arch }: BsdSystem,
  mechanism?: Mechanism,
): PosixBackendParts {
  const abi = bsdAbi(variant, arch);
  if (abi === undefined) {
    throw new UnsupportedPlatformError(`Cannot use serial ports on ${variant} for ${arch}`, {
      code: "ERR_SERIAL_PLATFORM",
      hint: "the system's numbers for this CPU are not in the table: please report the output of `uname -m`",
    });
  }
  const libc = bindLibc(ffi, { variadic: false });
  const platform = bsdPlatform({ variant, libc, tcdrain: bindTcdrain(ffi), abi });
  const readiness = createReadiness(ffi, kqueueDriver(ffi, abi.kqueue), mechanism);
  const kqueue = (): KqueueCalls => bindKqueue(ffi, abi.kqueue);
  const discovery = createBsdDiscovery({ variant, abi, libc, readiness, kqueue });
  return { name: "bsd", platform, readiness, discovery };
}

export interface BsdDiscoveryParts {
  readonly variant: BsdVariant;
  readonly abi: BsdFamilyAbi;
  readonly libc: Libc;
  readonly readiness: Readiness;
  readonly kqueue: () => KqueueCalls;
  /** @defaultValue `/dev` */
  readonly dev?: string;
}

/** Builds discovery; it reads nothing before it is called. */
export function createBsdDiscovery(parts: BsdDiscoveryParts): PosixDiscovery {
  const { variant, dev = DEV, ...rest } = parts;
  const names = (): string[] => bsdPortNames(variant, dev);
  const openFlags = rest.abi.O_RDONLY;
  const hub = new PortChanges(new KqueueNodeChanges({ ...rest, dev, names, openFlags }));
  return {
    list: async (source) => {
      if (source !== "native") throw noSource(variant, source);
      return listBsdPorts(variant, dev);
    },
    listNow: () => listBsdPorts(variant, dev),
    describe: (path) => describeBsdPort({ variant, dev }, path),
    watch: () => hub.watch(),
  };
}
