// Bytes on their way to one client, and their bound: a client that does not read loses them, or is disconnected.

import type { Socket } from "node:net";
import { clearTimeout, nextTick, setImmediate, setTimeout } from "../process/timers.ts";

/** A client of which nothing was taken for this long is not waited for, in milliseconds. */
const STALL_MS = 1000;
/** Answers that a client does not read stop its commands from being read, in bytes. */
const MOST_ANSWERS = 16_384;
/** A client whose bytes wait in a queue of its owner has so many of them at once. */
const MOST_HELD = 16_384;

/** Data of a port that has more at once goes to the kernel together: a kernel hands out some kB a call, in bytes. */
const LEAST_JOINED = 1024;

/** The surroundings of an output. */
export interface ClientOutputParts {
  /** Most bytes that wait for the client. */
  readonly queue: number;
  /** Encodes data; the result is the output's own. */
  readonly encode: (bytes: Uint8Array) => Uint8Array;
  /** Bytes were lost, the first of them or more: a queue is full. */
  readonly onDropped: (bytes: number) => void;
  /** Bytes are being lost from now on. */
  readonly onStalled: () => void;
  /** Bytes lost in total, at the end of that. */
  readonly onLost: (bytes: number) => void;
  /** There is room again, after `tryData()` did not take everything. */
  readonly onRoom: () => void;
  /** Bytes were handed to the socket. */
  readonly onSent: () => void;
}

/** The way to one client. */
export class ClientOutput {
  readonly #socket: Socket;
  readonly #parts: ClientOutputParts;
  /** Data kept while the client has suspended it. */
  #suspended: Uint8Array[] = [];
  #suspendedBytes = 0;
  #isSuspended = false;
  #dropped = 0;
  /** Of them, those since it has stalled. */
  #lost = 0;
  #wantsRoom = false;
  /** Nothing was taken for a while, and nothing since. */
  #hasStalled = false;
  #writesTaken = 0;
  #room: (() => void)[] = [];
  #hasEnded = false;
  #isJoining = false;

  constructor(socket: Socket, parts: ClientOutputParts) {
    this.#socket = socket;
    this.#parts = parts;
    socket.on("drain", () => this.#madeRoom());
  }

  /** Bytes that wait for the client. */
  get waiting(): number {
    return this.#hasEnded ? 0 : this.#socket.writableLength + this.#suspendedBytes;
  }

  /** Bytes that the client has lost. */
  get dropped(): number {
    return this.#dropped;
  }

  /** More of the client is not to be read: it does not take its answers. */
  get isCongested(): boolean {
    return !this.#hasEnded && this.#socket.writableLength >= MOST_ANSWERS;
  }

  /** Keeps data, or sends what was kept. */
  set isSuspended(isSuspended: boolean) {
    this.#isSuspended = isSuspended;
    if (isSuspended) return;
    const kept = this.#suspended;
    this.#suspended = [];
    this.#suspendedBytes = 0;
    for (const bytes of kept) this.write(bytes);
    if (this.#wantsRoom) this.#madeRoom();
  }

  /**
   * Takes data.
   *
   * @param bytes Copied.
   * @param mayWait Whether the caller may be held back for this client now.
   * @returns A promise to await before the next call.
   */
  data(bytes: Uint8Array, mayWait: () => boolean): Promise<void> | undefined {
    if (this.#hasEnded) return undefined;
    const encoded = this.#parts.encode(bytes);
    if (this.waiting + encoded.length > this.#parts.queue && this.waiting > 0) {
      if (this.#hasStalled || !mayWait()) {
        this.#lose(encoded.length);
        return undefined;
      }
      return this.waitForRoom().then(() => this.data(bytes, mayWait));
    }
    this.#add(encoded);
    return undefined;
  }

  /**
   * Takes as much data as there is room for.
   *
   * @param bytes Copied.
   * @returns Bytes taken; after fewer than all, `onRoom` is called.
   */
  tryData(bytes: Uint8Array): number {
    const room = this.#hasEnded || this.#isSuspended ? 0 : MOST_HELD - this.waiting;
    const taken = Math.min(Math.max(room, 0), bytes.length);
    this.#wantsRoom = taken < bytes.length;
    if (taken > 0) this.#add(this.#parts.encode(bytes.subarray(0, taken)));
    return taken;
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    if (this.#hasEnded || this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#parts.onSent();
    this.#socket.write(bytes, () => {
      this.#writesTaken++;
      this.#hasStalled = false;
      if (this.#room.length > 0 || this.#wantsRoom) this.#madeRoom();
    });
  }

  /** Resolves when something was taken, or when the client has stalled. */
  waitForRoom(): Promise<void> {
    return new Promise((resolve) => {
      const taken = this.#writesTaken;
      const timer = setTimeout(() => {
        // This process may have stood still meanwhile: what the socket has to report comes first.
        setImmediate(() => {
          this.#hasStalled ||= taken === this.#writesTaken;
          this.#madeRoom();
        });
      }, STALL_MS);
      this.#room.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Another client is served too: the port does not wait for this one any more. */
  waitNoMore(): void {
    if (this.#room.length > 0) this.#madeRoom();
  }

  /** The client is gone: nothing is waited for any more. */
  end(): void {
    this.#hasEnded = true;
    this.#madeRoom();
    if (this.#lost > 0) this.#reportLost();
  }

  #add(encoded: Uint8Array): void {
    if (!this.#isSuspended) {
      if (encoded.length >= LEAST_JOINED) this.#join();
      this.write(encoded);
      return;
    }
    this.#suspended.push(encoded);
    this.#suspendedBytes += encoded.length;
  }

  /** Until nothing more is there at once. */
  #join(): void {
    if (this.#isJoining) return;
    this.#isJoining = true;
    this.#socket.cork();
    nextTick(() => {
      this.#isJoining = false;
      this.#socket.uncork();
    });
  }

  #madeRoom(): void {
    const room = this.#room;
    this.#room = [];
    for (const resolve of room) resolve();
    if (this.#wantsRoom && !this.#hasEnded) {
      this.#wantsRoom = false;
      this.#parts.onRoom();
    }
    if (this.#lost > 0 && this.waiting < this.#parts.queue / 2) this.#reportLost();
  }

  #lose(bytes: number): void {
    this.#dropped += bytes;
    if (this.#lost === 0) this.#parts.onStalled();
    this.#lost += bytes;
    this.#parts.onDropped(bytes);
  }

  #reportLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    this.#parts.onLost(lost);
  }
}
