// Connects, and connects again after pauses that grow up to some seconds.

import type { Socket } from "node:net";
import type { Clock } from "../engine/stall-watch.ts";
import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;
/** The kernel's own patience is two minutes, and it asks less and less often. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Its timers keep the process alive: a hub waits for its server as long as it takes. */
const lastingClock: Clock = {
  now: () => clockMs(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Arguments of {@link Connector}. */
export interface ConnectorParts {
  /** Begins to connect. */
  readonly connect: () => Socket;
  readonly onConnected: (socket: Socket) => void;
  /** An attempt failed, the next one follows. */
  readonly onError: (error: Error) => void;
  /** @defaultValue the real one */
  readonly clock?: Clock | undefined;
}

export class Connector {
  readonly #parts: ConnectorParts;
  readonly #clock: Clock;
  #connecting: Socket | undefined;
  #stopTimer: (() => void) | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isClosed = false;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? lastingClock;
  }

  start(): void {
    try {
      this.#follow(this.#parts.connect());
    } catch (error) {
      this.#parts.onError(error as Error);
      this.again();
    }
  }

  /** Connects again after a pause. */
  again(): void {
    if (this.#isClosed) return;
    this.#stopTimer = this.#clock.after(this.#retryMs, () => this.start());
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Ends an attempt that is under way, and makes no other. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    this.#connecting?.destroy();
  }

  #follow(socket: Socket): void {
    this.#connecting = socket;
    const stopTimer = this.#clock.after(CONNECT_TIMEOUT_MS, () => socket.destroy(timedOut()));
    const failed = (error: Error): void => {
      stopTimer();
      this.#connecting = undefined;
      this.#parts.onError(error);
      this.again();
    };
    socket.once("error", failed);
    socket.once("close", stopTimer);
    socket.once("connect", () => {
      stopTimer();
      this.#connecting = undefined;
      socket.off("error", failed);
      this.#retryMs = FIRST_RETRY_MS;
      this.#parts.onConnected(socket);
    });
  }
}

function timedOut(): Error {
  return Object.assign(new Error(`connect: no answer within ${CONNECT_TIMEOUT_MS / 1000} s`), {
    code: "ETIMEDOUT",
  });
}
