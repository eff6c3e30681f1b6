// The Windows backend: COM ports over kernel32, overlapped.

import type {
  Backend,
  BackendPort,
  BlockingPort,
  ListSource,
  OpenRequest,
  PortWatch,
} from "../backend/backend.ts";
import type { RunsOn } from "../backend/host.ts";
import type { PortInspection } from "../backend/port-inspection.ts";
import { UnsupportedPlatformError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { PortInfo } from "../model/port-info.ts";
import type { SerialDevice } from "../model/serial-device.ts";
import { windowsAbi } from "./abi.ts";
import { WINDOWS_CAPABILITIES } from "./capabilities.ts";
import { CompletionPort } from "./completion/completion-port.ts";
import { deviceAbi } from "./discovery/device-abi.ts";
import { createWindowsDiscovery, type WindowsDiscovery } from "./discovery/device-discovery.ts";
import { inspectComm } from "./discovery/inspect.ts";
import { flushInThread } from "./flush.ts";
import { bindKernel32 } from "./kernel32.ts";
import { openComm, type WindowsSystem } from "./open-comm.ts";
import { canonicalPortPath } from "./port-path.ts";
import type { WindowsWaiting } from "./windows-port.ts";

/** Dependencies of the backend; tests replace parts. */
export interface WindowsBackendParts {
  readonly system: WindowsSystem;
  readonly waiting: WindowsWaiting;
  readonly discovery: WindowsDiscovery;
}

/** Ports of a Windows system. */
export class WindowsBackend implements Backend {
  readonly name = "windows";
  readonly #system: WindowsSystem;
  readonly #waiting: WindowsWaiting;
  readonly #discovery: WindowsDiscovery;

  constructor({ system, waiting, discovery }: WindowsBackendParts) {
    this.#system = system;
    this.#waiting = waiting;
    this.#discovery = discovery;
  }

  platformCapabilities(): SerialCapabilities {
    return WINDOWS_CAPABILITIES;
  }

  async open(request: OpenRequest): Promise<BackendPort> {
    const port = openComm(this.#system, request, this.#waiting);
    port.start();
    return port;
  }

  openBlocking(request: OpenRequest): BlockingPort {
    return openComm(this.#system, request, undefined);
  }

  inspect(path: string): PortInspection {
    return inspectComm(this.#system, path);
  }

  list(source: ListSource): Promise<PortInfo[]> {
    return this.#discovery.list(source);
  }

  listNow(): PortInfo[] {
    return this.#discovery.listNow();
  }

  describe(path: string): Promise<PortInfo | undefined> {
    return this.#discovery.describe(path);
  }

  devices(): Promise<SerialDevice[]> {
    return this.#discovery.devices();
  }

  canonicalPath(path: string): string {
    return canonicalPortPath(path);
  }

  watch(): PortWatch {
    return this.#discovery.watch();
  }
}

/** The backend of the running system. */
export function createBackend(ffi: Ffi, { arch }: RunsOn): Backend {
  return new WindowsBackend(windowsParts(ffi, arch));
}

/**
 * Builds the parts of the backend from the running system.
 *
 * @param ffi Foreign-function interface.
 * @param arch CPU as Node names it.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_PLATFORM` — nothing is known of the CPU.
 */
export function windowsParts(ffi: Ffi, arch: string): WindowsBackendParts {
  const [abi, devices] = [windowsAbi(arch), deviceAbi(arch)];
  if (abi === undefined || devices === undefined) {
    throw new UnsupportedPlatformError(`Cannot use serial ports on Windows for ${arch}`, {
      code: "ERR_SERIAL_PLATFORM",
      hint: "run the x64 or arm64 build of Node.js",
    });
  }
  const kernel32 = bindKernel32(ffi);
  return {
    system: { kernel32, abi },
    waiting: { completions: new CompletionPort(kernel32), flush: flushInThread },
    discovery: createWindowsDiscovery(ffi, devices),
  };
}
