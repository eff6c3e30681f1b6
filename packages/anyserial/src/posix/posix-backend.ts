// A backend over the shared POSIX port: what linux, darwin and bsd have in common. Platforms come in
// as parts.

import type {
  Backend,
  BackendPort,
  BlockingPort,
  ListSource,
  OpenRequest,
  PortWatch,
} from "../backend/backend.ts";
import type { SerialCapabilities } from "../capabilities.ts";
import { PortBusyError, UnsupportedFeatureError } from "../errors.ts";
import type { PortInfo } from "../port-info.ts";
import type { PortInspection } from "../port-inspection.ts";
import { inspectTty } from "./inspect.ts";
import { openTty } from "./open-tty.ts";
import { PosixDevice } from "./posix-device.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { PosixPort } from "./posix-port.ts";
import type { Readiness } from "./readiness/readiness.ts";

/** Which ports there are; the promises are those of the contract. */
export interface PosixDiscovery {
  list(source: ListSource): Promise<PortInfo[]>;
  describe(path: string): Promise<PortInfo | undefined>;
  watch(): PortWatch;
}

/** What the backend is built from; tests replace parts. */
export interface PosixBackendParts {
  readonly platform: PosixPlatform;
  readonly readiness: Readiness;
  readonly discovery: PosixDiscovery;
}

/** Ports of a POSIX system. */
export class PosixBackend implements Backend {
  readonly name: string;
  readonly #platform: PosixPlatform;
  readonly #readiness: Readiness;
  readonly #discovery: PosixDiscovery;

  constructor(name: string, { platform, readiness, discovery }: PosixBackendParts) {
    this.name = name;
    this.#platform = platform;
    this.#readiness = readiness;
    this.#discovery = discovery;
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

  openBlocking(request: OpenRequest): BlockingPort {
    return openTty(this.#platform, request, (handle) => new PosixDevice(this.#platform, handle));
  }

  inspect(path: string): PortInspection {
    return inspectTty(this.#platform, path);
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

  async #withHolder(error: PortBusyError, path: string): Promise<PortBusyError> {
    const holder = await this.#platform.findHolder(path);
    if (holder === undefined) return error;
    return new PortBusyError(`${error.message}, held by ${holder}`, {
      ...error,
      hint: `end ${holder}, or wait until it closes the port`,
    });
  }
}

/** Builds the error for a source of the list that a system does not have. */
export function noSource(system: string, source: ListSource): UnsupportedFeatureError {
  return new UnsupportedFeatureError(`Cannot list ports by ${source}: not available on ${system}`, {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "list",
    hint: "list without naming a backend",
  });
}
