// The platform that refuses everything, politely: what every system without a backend gets.

import { createCapabilities, type SerialCapabilities } from "../capabilities.ts";
import { type SerialError, UnsupportedPlatformError } from "../errors.ts";
import type { PortInfo } from "../port-info.ts";
import type { Backend, BackendPort, BlockingPort, PortWatch } from "./backend.ts";

/** What is known beside the reason. */
interface UnsupportedDetails {
  /** Error underneath. */
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** A backend that opens nothing and says why. */
export class UnsupportedBackend implements Backend {
  readonly name = "unsupported";
  readonly #platform: string;
  readonly #reason: string | SerialError;
  readonly #details: UnsupportedDetails;

  /**
   * @param platform Operating system.
   * @param reason What is missing, to complete "Cannot use serial ports: …", or the whole error.
   * @param details What else is known.
   */
  constructor(platform: string, reason: string | SerialError, details: UnsupportedDetails = {}) {
    this.#platform = platform;
    this.#reason = reason;
    this.#details = details;
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
      ...this.#details,
    });
  }
}
