// The Windows backend: COM ports over kernel32, overlapped.

import type {
  Backend,
  BackendPort,
  BlockingPort,
  ListSource,
  OpenRequest,
  PortWatch,
} from "../backend/backend.ts";
import type { RunsOn } from "../backend/runs-on.ts";
import type { SerialCapabilities } from "../capabilities.ts";
import { UnsupportedPlatformError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { PortInfo } from "../port-info.ts";
import type { PortInspection } from "../port-inspection.ts";
import type { SerialDevice } from "../serial-device.ts";
import { windowsAbi } from "./abi.ts";
import { WINDOWS_CAPABILITIES } from "./capabilities.ts";
import { CompletionPort } from "./completion/completion-port.ts";
import { deviceAbi } from "./device-abi.ts";
import { createWindowsDiscovery, type WindowsDiscovery } from "./device-discovery.ts";
import { flushInThread } from "./flush.ts";
import { inspectComm } from "./inspect.ts";
import { bindKernel32 } from "./kernel32.ts";
import { openComm, type WindowsSystem } from "./open-comm.ts";
import { canonicalPortPath } from "./port-path.ts";
import { WindowsDevice } from "./windows-device.ts";
import { WindowsPort, type WindowsWaiting } from "./windows-port.ts";

/** What the backend is built from; tests replace parts. */
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
    const port = openComm(this.#system, request, (parts) => WindowsPort.join(parts, this.#waiting));
    port.listen();
    return port;
  }

  openBlocking(request: OpenRequest): BlockingPort {
    return openComm(this.#system, request, (parts) => new WindowsDevice(parts));
  }

  inspect(path: string): PortInspection {
    return inspectComm(this.#system, path);
  }

  list(source: ListSource): Promise<PortInfo[]> {
    return this.#discovery.list(source);
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
 * Builds what the backend needs of the running system.
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
