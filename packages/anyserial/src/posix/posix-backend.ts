// A backend over the shared POSIX port: the base of linux, darwin and bsd. Platforms come in as
// parts.

import type {
  Backend,
  BackendPort,
  BlockingPort,
  ListSource,
  OpenRequest,
  PortWatch,
} from "../backend/backend.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import type { PortInspection } from "../backend/port-inspection.ts";
import type { LinkOptions, PortLink } from "../backend/port-link.ts";
import { PortBusyError, UnsupportedFeatureError } from "../errors/errors.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { PortInfo } from "../model/port-info.ts";
import { inspectTty } from "./inspect.ts";
import { nameHolders } from "./links/name-holders.ts";
import { claimPosixLink, type LinkSystem } from "./links/port-link.ts";
import { openTty } from "./open-tty.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import type { Readiness } from "./readiness/readiness.ts";

/** Which ports there are; the promises are those of the contract. */
export interface PosixDiscovery {
  list(source: ListSource): Promise<PortInfo[]>;
  listNow(): PortInfo[];
  describe(path: string): Promise<PortInfo | undefined>;
  watch(): PortWatch;
}

/** Dependencies of the backend; tests replace parts. */
export interface PosixBackendParts {
  /** `linux`, `darwin`, `bsd`. */
  readonly name: string;
  readonly platform: PosixPlatform;
  readonly readiness: Readiness;
  readonly discovery: PosixDiscovery;
  /** Opens a pty; errors name it, or its device. Missing where the system makes none. */
  readonly openPty?: (name: string | undefined) => EmulatedBackendPort;
  /** Dependencies of links of ptys; bound on first need. */
  readonly links?: () => LinkSystem;
  /** As of the contract. */
  readonly isDeviceFolderSilent?: boolean;
}

/** Ports of a POSIX system. */
export class PosixBackend implements Backend {
  readonly name: string;
  readonly isDeviceFolderSilent: boolean;
  readonly createPty?: (name: string | undefined) => Promise<EmulatedBackendPort>;
  readonly claimLink?: (path: string, options: LinkOptions) => PortLink;
  readonly #platform: PosixPlatform;
  readonly #readiness: Readiness;
  readonly #discovery: PosixDiscovery;

  constructor(parts: PosixBackendParts) {
    const { openPty, links, isDeviceFolderSilent = false } = parts;
    this.name = parts.name;
    this.#platform = parts.platform;
    this.#readiness = parts.readiness;
    this.#discovery = parts.discovery;
    this.isDeviceFolderSilent = isDeviceFolderSilent;
    if (openPty !== undefined) this.createPty = async (name) => this.#whenStarted(openPty(name));
    if (links === undefined) return;
    this.claimLink = (path, options) => claimPosixLink(links(), path, options);
  }

  platformCapabilities(): SerialCapabilities {
    return this.#platform.capabilities;
  }

  async open(request: OpenRequest): Promise<BackendPort> {
    try {
      return await this.#whenStarted(openTty(this.#platform, request, this.#readiness));
    } catch (error) {
      throw await this.#withHolders(error, request.path);
    }
  }

  openBlocking(request: OpenRequest): BlockingPort {
    try {
      return openTty(this.#platform, request, undefined);
    } catch (error) {
      throw nameHolders(error, {
        isHere: this.#isBusyHere(error, request.path),
        others: undefined,
      });
    }
  }

  inspect(path: string): PortInspection {
    return inspectTty(this.#platform, path);
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

  watch(): PortWatch {
    return this.#discovery.watch();
  }

  /** An open port needs no more descriptors: what happens to the rest of the program cannot end it. */
  async #whenStarted<P extends { abandon(): void }>(port: P): Promise<P> {
    try {
      await this.#readiness.started();
    } catch (error) {
      port.abandon();
      throw error;
    }
    return port;
  }

  async #withHolders(error: unknown, path: string): Promise<unknown> {
    if (!(error instanceof PortBusyError)) return error;
    const isHere = this.#isBusyHere(error, path);
    return nameHolders(error, { isHere, others: await this.#platform.findHolder(path) });
  }

  #isBusyHere(error: unknown, path: string): boolean {
    return error instanceof PortBusyError && this.#platform.isOpenHere?.(path) === true;
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
