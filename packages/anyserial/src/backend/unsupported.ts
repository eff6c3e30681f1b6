// The platform that refuses everything, politely: what every system without a backend gets.

import { createCapabilities, type SerialCapabilities } from "../capabilities.ts";
import { UnsupportedPlatformError } from "../errors.ts";
import type { Backend, BackendPort, BlockingPort } from "./backend.ts";

/** A backend that opens nothing and says why. */
export class UnsupportedBackend implements Backend {
  readonly name = "unsupported";
  readonly #platform: string;
  readonly #reason: string;
  readonly #cause: unknown;

  /**
   * @param platform Operating system.
   * @param reason What is missing; completes "Cannot use serial ports: …".
   * @param cause Error underneath, if any.
   */
  constructor(platform: string, reason: string, cause?: unknown) {
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

  #refusal(): UnsupportedPlatformError {
    return new UnsupportedPlatformError(`Cannot use serial ports: ${this.#reason}`, {
      code: "ERR_SERIAL_PLATFORM",
      operation: "open",
      cause: this.#cause,
    });
  }
}
