// A watch over the ports of the system: by its events, or, where it refuses those, by polling the
// list once a second.

import type { Backend, PortChange, PortWatch } from "../backend/backend.ts";
import { isSerialError, UnsupportedFeatureError } from "../errors/errors.ts";
import { reportRefusedWatch } from "../process/refused-watch.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";

/** Interval of polling without events, in milliseconds. */
const CHECK_EVERY_MS = 1000;

/**
 * Starts to watch.
 *
 * @param backend The running system.
 * @returns Changes from here on.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — this system reports no changes.
 */
export function watchPorts(backend: Backend): PortWatch {
  if (backend.watch === undefined) throw noWatch(backend);
  try {
    return backend.watch();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    reportRefusedWatch("ports", error);
    return new PortPolling();
  }
}

/** The system could watch, and does not want to now: an error of no class of its own. */
function isRefusal(error: unknown): boolean {
  return isSerialError(error) && error.name === "SerialError";
}

/** Builds the error for a platform that reports no changes. */
function noWatch(backend: Backend): UnsupportedFeatureError {
  const { platform } = backend.platformCapabilities();
  return new UnsupportedFeatureError(`Cannot watch ports: not available on ${platform}`, {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "watch",
    hint: "list the ports again when you need them",
  });
}

/** Something may have changed, once a second; a port that is replaced under the same path in between is not seen. */
class PortPolling implements PortWatch {
  #end: () => void = () => undefined;
  #isClosed = false;

  next(): Promise<PortChange | undefined> {
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve(undefined);
      const timer = setTimeout(() => resolve({ gone: new Set() }), CHECK_EVERY_MS);
      this.#end = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
  }
}
