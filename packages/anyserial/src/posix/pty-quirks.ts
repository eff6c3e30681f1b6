// The peculiarities of a pty when bytes are moved: wrapped around the try and the arm of a port on
// either side of it. Measured on Linux (n_tty.c, tty_buffer.c, pty.c); ADR 0013.

import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { Libc } from "./libc.ts";
import type { PosixAbi } from "./posix-abi.ts";

/**
 * Most bytes that a read of a pty returns (n_tty.c): after this many, more are likely there by now.
 */
export const MOST_PER_READ = 4095;

/**
 * Interval of polling for room, in milliseconds: on Linux the kernel wakes the writer of a pty when
 * little is left unread, and that can be before it frees the memory; room that comes then, or while
 * more is left unread, has no event.
 */
const ROOM_POLL_MS = 100;

/** So much in one read of a pty means that more is on its way, in bytes. */
const FLOOD_BYTES = 1024;
/** Queries of a pty before it is read then: some 10 µs. */
const MOST_POLLS = 32;

/** Dependencies of the polling for room. */
export interface RoomPollParts {
  /** Room is still waited for. */
  readonly isAwaited: () => boolean;
  /** A try may find room. */
  readonly hasRoom: () => boolean;
  readonly onRoom: () => void;
}

/** Polls for room that has no event. */
export class RoomPoll {
  readonly #parts: RoomPollParts;
  /** Outlives the wait for room, so that a busy writer does not set one for every wait. */
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RoomPollParts) {
    this.#parts = parts;
  }

  /** Room is waited for from now on. */
  start(): void {
    this.#timer ??= setTimeout(() => this.#check(), ROOM_POLL_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    this.#timer = undefined;
    const { isAwaited, onRoom } = this.#parts;
    if (!isAwaited()) return;
    if (this.#mayHaveRoom()) onRoom();
    else this.start();
  }

  /** A query that fails is left to the write, which fails as well. */
  #mayHaveRoom(): boolean {
    try {
      return this.#parts.hasRoom();
    } catch {
      return true;
    }
  }
}

/**
 * Waits for a moment before a read of a pty that is flooded: a read that finds it empty sleeps in
 * the kernel until its worker has run (tty_buffer_flush_work), and the event loop with it. A few
 * queries take less.
 */
export class FloodPoll {
  readonly #libc: Libc;
  readonly #abi: PosixAbi;
  readonly #queued = new Int32Array(1);
  readonly #queuedBytes = new Uint8Array(this.#queued.buffer);
  #isFlooded = false;

  constructor(libc: Libc, abi: PosixAbi) {
    this.#libc = libc;
    this.#abi = abi;
  }

  /** Queries until there is something to read, for a moment at most. */
  beforeRead(fd: number): void {
    if (!this.#isFlooded) return;
    for (let looks = 0; looks < MOST_POLLS; looks++) {
      const result = this.#libc.ioctl(fd, this.#abi.FIONREAD, this.#queuedBytes);
      if (result < 0 || this.#queued[0] !== 0) return; // the read reports the failure
    }
  }

  /** A read returned this many bytes. */
  afterRead(count: number): void {
    this.#isFlooded = count >= FLOOD_BYTES;
  }
}
