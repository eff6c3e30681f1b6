// The platform that refuses everything, politely: what every system without a backend gets.

import { createCapabilities, type SerialCapabilities } from "../capabilities.ts";
import { type SerialError, UnsupportedPlatformError } from "../errors.ts";
import type { PortInfo } from "../port-info.ts";
import type { Backend, BackendPort, BlockingPort, PortWatch } from "./backend.ts";

/** A backend that opens nothing and says why. */
export class UnsupportedBackend implements Backend {
  readonly name = "unsupported";
  readonly #platform: string;
  readonly #reason: string | SerialError;
  readonly #cause: unknown;

  /**
   * @param platform Operating system.
   * @param reason What is missing, to complete "Cannot use serial ports: …", or the whole error.
   * @param cause Error underneath, if any.
   */
  constructor(platform: string, reason: string | SerialError, cause?: unknown) {
    this.#platform = platform;
    this.#reason = reason;
    this.#cause = cause;
  }

  platformCapabilities(): SerialCapabilities {
    return createCapabilities(this.#platform, this.name, {});
  }

  async open(): Promise<BackendPort> {
    throw this.#refusal();
  }

  openBlocking(): BlockingPort {
    throw this.#refusal();
  }

  async list(): Promise<PortInfo[]> {
    throw this.#refusal("list");
  }

  watch(): PortWatch {
    throw this.#refusal("watch");
  }

  #refusal(operation: string = "open"): SerialError {
    if (typeof this.#reason !== "string") return this.#reason;
    return new UnsupportedPlatformError(`Cannot use serial ports: ${this.#reason}`, {
      code: "ERR_SERIAL_PLATFORM",
      operation,
      cause: this.#cause,
    });
  }
}
