// The output of one open port. It sends as much as its driver takes at once, and keeps a little
// that waits for room. A kernel reports room when a driver's 4 kB are almost gone, which is every 4
// s at 9600 baud: so room is polled as well, and no more waits than the line sends in a moment. A
// sender that waits for the line waits for that.

import { readlinkSync } from "node:fs";
import type { SerialPort } from "anyserial";
import type { MemberHost } from "../engine/member.ts";
import { clearTimeout, clockMs, setImmediate, setTimeout } from "../process/timers.ts";
import { UnreadMark } from "./unread-mark.ts";

/** Interval of polling for room, in milliseconds. */
const LOOK_MS = 100;
/** A caller waits this long for bytes that a driver does not take, in milliseconds; it looks this often. */
const LONGEST_WAIT_MS = 1000;
const SENT_LOOK_MS = 5;
/** The waiting bytes last this long on the line, in milliseconds. */
const WAITING_MS = 100;
const LEAST_WAITING = 16;
const MOST_WAITING = 4096;
/** Bits of a character, with start and stop bit. */
const BITS = 10;
/**
 * A driver counts its unsent bytes. A pty does not, and shows by room only that it is read:
 * whenever a whole block was read; a block has as many bytes as one write, at least 256
 * (tty_buffer.c).
 */
const PTY_PIECE = 256;

/** Listener for room, for bytes that were taken and then lost, and for failures of an open port. */
export type SerialOutputHost = Pick<MemberHost, "onWritable" | "onLost" | "onFailure">;

/** Output of an open port. */
export class SerialOutput {
  readonly #port: SerialPort;
  readonly #host: SerialOutputHost;
  readonly #unsent = new UnreadMark();
  readonly #isOnPty: boolean;
  readonly #most: number;
  /** Taken, and not yet with the driver. */
  #rest = new Uint8Array(0);

  constructor(port: SerialPort, host: SerialOutputHost) {
    this.#port = port;
    this.#host = host;
    this.#isOnPty = isPty(port.fd);
    const inTime = Math.round((port.config.baudRate / BITS) * (WAITING_MS / 1000));
    this.#most = this.#isOnPty
      ? PTY_PIECE
      : Math.min(Math.max(inTime, LEAST_WAITING), MOST_WAITING);
  }

  /** Bytes taken that the driver has not. */
  get waiting(): number {
    return this.#rest.length;
  }

  /** Resolves when the driver has all bytes that were taken, or after a while. */
  async sent(): Promise<void> {
    const until = clockMs() + LONGEST_WAIT_MS;
    while (this.#rest.length > 0 && this.#port.isOpen && clockMs() < until) {
      await new Promise((resolve) => setTimeout(resolve, SENT_LOOK_MS));
    }
  }

  /** As {@link Member.write}. */
  write(bytes: Uint8Array): number {
    if (!this.#port.isOpen || this.#rest.length > 0) return 0;
    const taken = this.#sendNow(bytes);
    if (taken === bytes.length) return taken;
    this.#rest = bytes.slice(taken, taken + this.#most);
    const all = taken + this.#rest.length;
    void this.#sendRest();
    return all;
  }

  /** As {@link Member.notifyWritable}; waiting bytes report their end by themselves. */
  notifyWritable(): void {
    if (!this.#port.isOpen || this.#rest.length > 0) return;
    setImmediate(() => this.#host.onWritable());
  }

  /** As {@link Member.hasRead}. */
  async hasRead(): Promise<boolean | undefined> {
    try {
      return this.#unsent.compare((await this.#port.outputWaiting()) + this.#rest.length);
    } catch {
      return undefined; // it is gone, or its driver does not count
    }
  }

  #sendNow(bytes: Uint8Array): number {
    if (!this.#isOnPty) return this.#port.trySend(bytes);
    for (let sent = 0; ; ) {
      const piece = bytes.subarray(sent, sent + PTY_PIECE);
      if (piece.length === 0) return sent;
      const taken = this.#port.trySend(piece);
      sent += taken;
      if (taken < piece.length) return sent;
    }
  }

  async #sendRest(): Promise<void> {
    try {
      while (this.#rest.length > 0) {
        await this.#waitForRoom();
        this.#rest = this.#rest.subarray(this.#port.trySend(this.#rest));
      }
    } catch (error) {
      if (this.#port.isOpen) this.#host.onFailure(error); // else the reading side reports it
      const lost = this.#rest.length;
      this.#rest = new Uint8Array(0);
      this.#host.onLost(lost);
    }
    this.#host.onWritable();
  }

  /** Until the driver has taken the waiting bytes, or for a moment. */
  async #waitForRoom(): Promise<void> {
    const looking = new AbortController();
    const timer = setTimeout(() => looking.abort(), LOOK_MS);
    try {
      await this.#port.send(this.#rest, { signal: looking.signal });
      this.#rest = new Uint8Array(0);
    } catch (error) {
      this.#rest = this.#rest.subarray(bytesWrittenOf(error));
      if (!looking.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function bytesWrittenOf(error: unknown): number {
  return (error as { readonly bytesWritten?: number }).bytesWritten ?? 0;
}

function isPty(fd: number | undefined): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith("/dev/pts/");
  } catch {
    return false; // no descriptor, or a system without /proc
  }
}
