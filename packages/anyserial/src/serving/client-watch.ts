// Ends the connection of a client on which nothing is sent, or whose machine does not answer any more.

import type { Socket } from "node:net";
import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";
import { KEEPALIVE_PROBES_MS, TcpWatch } from "../remote/tcp-watch.ts";

/** Silence after which a client is asked whether it is there, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;
/** Silence after which a client that stands in the way of another one is asked whether it is there, in milliseconds. */
const SHORT_KEEP_ALIVE_MS = 1000;

/** The watch of one connection. */
export class ClientWatch {
  readonly #socket: Socket;
  readonly #idleMs: number;
  readonly #onEnd: (reason: string) => void;
  readonly #vanished: TcpWatch | undefined;
  #activeAt = clockMs();
  #idleTimer: NodeJS.Timeout | undefined;
  #keepAliveTimer: NodeJS.Timeout | undefined;

  /**
   * @param socket Of the client.
   * @param idleMs Nothing either way for this long ends it, in milliseconds; 0 for never.
   * @param onEnd Given the reason of its end.
   */
  constructor(socket: Socket, idleMs: number, onEnd: (reason: string) => void) {
    this.#socket = socket;
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
    const vanishAfterMs = KEEP_ALIVE_MS + KEEPALIVE_PROBES_MS;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (socket.remoteAddress !== undefined) {
      const seconds = Math.round(vanishAfterMs / 1000);
      const onVanished = (): void => onEnd(`nothing came back for ${seconds} s`);
      this.#vanished = new TcpWatch({ socket, vanishAfterMs, onVanished });
    }
    this.#watchIdle();
  }

  /** Bytes came, or were sent. */
  active(): void {
    this.#activeAt = clockMs();
  }

  /** Bytes were handed to the socket. */
  sent(): void {
    this.#vanished?.onSent();
  }

  /** Finds out within 10 s whether a silent client is there: another one waits. */
  hurry(): void {
    if (this.#keepAliveTimer !== undefined) return;
    this.#socket.setKeepAlive(true, SHORT_KEEP_ALIVE_MS);
    this.#keepAliveTimer = setTimeout(() => {
      this.#keepAliveTimer = undefined;
      this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    }, SHORT_KEEP_ALIVE_MS + KEEPALIVE_PROBES_MS);
    this.#keepAliveTimer.unref();
  }

  /** The client has its own time from now on. */
  endIdle(): void {
    clearTimeout(this.#idleTimer);
  }

  close(): void {
    this.endIdle();
    clearTimeout(this.#keepAliveTimer);
    this.#vanished?.close();
  }

  #watchIdle(): void {
    if (this.#idleMs === 0) return;
    const left = this.#activeAt + this.#idleMs - clockMs();
    if (left <= 0) {
      this.#onEnd(`nothing was sent either way for ${Math.round(this.#idleMs / 1000)} s`);
      return;
    }
    this.#idleTimer = setTimeout(() => this.#watchIdle(), left);
    this.#idleTimer.unref();
  }
}
