// Notices that the peer of a connection has vanished while bytes are on their way to it. The
// kernel's keepalive checks idle connections only; with bytes in flight it tries for 15 minutes.
// Linux has TCP_USER_TIMEOUT for that, which Node.js does not expose, and which also ends a
// connection to a peer that is there and does not read. Polls only while sent bytes are
// unacknowledged.

import type { Socket } from "node:net";
import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";
import { findRow, readTable, type TableName, type TcpRow, tableKey, tableOf } from "./tcp-table.ts";

/** The kernel gives an idle peer up after ten questions, a second apart: libuv sets both. In milliseconds. */
export const KEEPALIVE_PROBES_MS = 10_000;
/** Checks of a connection within the patience. */
const CHECKS = 8;

/** Time, for tests. */
export interface TcpWatchClock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back once; @returns stops it. */
  after(delayMs: number, callback: () => void): () => void;
}

const systemClock: TcpWatchClock = {
  now: clockMs,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** The part of a socket that is watched. */
type WatchedSocket = Pick<
  Socket,
  | "bytesRead"
  | "bytesWritten"
  | "localAddress"
  | "localPort"
  | "remoteAddress"
  | "remotePort"
  | "writableLength"
>;

/** Arguments of {@link TcpWatch}. */
export interface TcpWatchParts {
  readonly socket: WatchedSocket;
  /** A peer that acknowledges nothing for this long has vanished. */
  readonly vanishAfterMs: number;
  /** Called once; `unacknowledged` bytes did not reach the peer, as far as is known. */
  readonly onVanished: (unacknowledged: number) => void;
  /** Reads the kernel's table. */
  readonly read?: typeof readTable | undefined;
  /** @defaultValue the real one */
  readonly clock?: TcpWatchClock | undefined;
}

/** A time in which nothing moved. */
interface Silence {
  readonly since: number;
  readonly bytesRead: number;
  /** Bytes that the peer has acknowledged, at most. */
  readonly acknowledged: number;
  readonly attempts: number;
}

export class TcpWatch {
  readonly #parts: TcpWatchParts;
  readonly #read: typeof readTable;
  readonly #clock: TcpWatchClock;
  readonly #key: string | undefined;
  readonly #table: TableName;
  #stopTimer: (() => void) | undefined;
  #isChecking = false;
  #hasSentMore = false;
  #isClosed = false;
  #silence: Silence | undefined;

  constructor(parts: TcpWatchParts) {
    this.#parts = parts;
    this.#read = parts.read ?? readTable;
    this.#clock = parts.clock ?? systemClock;
    this.#key = tableKey(parts.socket);
    this.#table = tableOf(parts.socket);
  }

  /** Bytes were handed to the kernel: they are watched until they are acknowledged. */
  onSent(): void {
    this.#hasSentMore = true;
    if (this.#stopTimer === undefined && !this.#isChecking && !this.#isClosed) this.#checkLater();
  }

  /** Stops. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
  }

  /** At moments that are the same for all connections: they share the table. */
  #checkLater(): void {
    const everyMs = this.#parts.vanishAfterMs / CHECKS;
    const delayMs = everyMs - (this.#clock.now() % everyMs);
    this.#stopTimer = this.#clock.after(delayMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    const { socket, onVanished } = this.#parts;
    const handedOver = socket.bytesWritten - socket.writableLength;
    this.#stopTimer = undefined;
    this.#hasSentMore = false;
    this.#isChecking = true;
    const table = await this.#read(this.#table).catch(() => undefined);
    this.#isChecking = false;
    // Without a table the kernel's own patience holds.
    if (table === undefined || this.#key === undefined || this.#isClosed) return;
    const row = findRow(table, this.#key);
    if (row !== undefined && this.#isSilentTooLong(row, handedOver)) {
      this.close();
      onVanished(row.unacknowledged);
    } else if (row?.unacknowledged !== 0 || this.#hasSentMore) this.#checkLater();
  }

  /**
   * Nothing was received, nothing more was acknowledged, and what is sent again gets no answer.
   *
   * @param handedOver Bytes that the kernel had at least, before the table was read.
   */
  #isSilentTooLong({ attempts, unacknowledged }: TcpRow, handedOver: number): boolean {
    const { socket, vanishAfterMs } = this.#parts;
    const now = this.#clock.now();
    const before = this.#silence;
    const isSilent =
      before !== undefined &&
      attempts >= before.attempts &&
      socket.bytesRead === before.bytesRead &&
      handedOver - unacknowledged <= before.acknowledged;
    const atMost = socket.bytesWritten - unacknowledged;
    const acknowledged = isSilent ? Math.min(before.acknowledged, atMost) : atMost;
    const since = isSilent ? before.since : now;
    const { bytesRead } = socket;
    this.#silence = attempts === 0 ? undefined : { since, bytesRead, acknowledged, attempts };
    return attempts > 0 && now - since >= vanishAfterMs;
  }
}
