// The platform that refuses everything, with a reason: for a system without a backend, and for one
// where koffi did not load.

import type { Backend, BackendPort, BlockingPort, PortWatch } from "../backend/backend.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import type { PortInspection } from "../backend/port-inspection.ts";
import { type SerialError, UnsupportedPlatformError } from "../errors/errors.ts";
import { createCapabilities, type SerialCapabilities } from "../model/capabilities.ts";
import type { PortInfo } from "../model/port-info.ts";
import type { SerialDevice } from "../model/serial-device.ts";

const PLATFORM = "ERR_SERIAL_PLATFORM";

/** A backend that opens nothing and says why. */
export class UnsupportedBackend implements Backend {
  readonly name = "unsupported";
  readonly #platform: string;
  readonly #reason: string | SerialError;

  /**
   * @param platform Operating system.
   * @param reason The missing part, to complete "Cannot use serial ports: …", or the whole error.
   */
  constructor(platform: string, reason: string | SerialError) {
    this.#platform = platform;
    this.#reason = reason;
  }

  platformCapabilities(): SerialCapabilities {
    // A failure that can be fixed is no property of the platform.
    if (typeof this.#reason !== "string" && this.#reason.code !== PLATFORM) throw this.#reason;
    return createCapabilities(this.#platform, this.name, {});
  }

  async open(): Promise<BackendPort> {
    throw this.#refusal();
  }

  openBlocking(): BlockingPort {
    throw this.#refusal();
  }

  inspect(): PortInspection {
    throw this.#refusal("inspect");
  }

  async createPty(): Promise<EmulatedBackendPort> {
    throw this.#refusal("create");
  }

  async list(): Promise<PortInfo[]> {
    throw this.#refusal("list");
  }

  async devices(): Promise<SerialDevice[]> {
    throw this.#refusal("list");
  }

  watch(): PortWatch {
    throw this.#refusal("watch");
  }

  #refusal(operation: string = "open"): SerialError {
    if (typeof this.#reason !== "string") return this.#reason;
    return new UnsupportedPlatformError(`Cannot use serial ports: ${this.#reason}`, {
      code: PLATFORM,
      operation,
    });
  }
}
