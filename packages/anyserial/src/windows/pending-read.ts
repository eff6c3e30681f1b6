// The input that the system reads ahead: one byte at most, into memory of the operation's own. Its
// completion stands for the readiness of other systems; a byte that comes after its receive was
// canceled waits here for the next one.

import { deviceGone, SerialDisconnectedError, type SerialError } from "../errors/errors.ts";
import type { CommHandle } from "./comm-handle.ts";
import type { Completions } from "./completion/completion.ts";
import { Overlapped, PENDING } from "./completion/overlapped.ts";

/** Most bytes of one system call. */
const READ_BYTES = 65_536;
/** A driver that completes reads without a byte, over and over, has lost its device. */
const MOST_EMPTY_READS = 3;

const CALL = { context: "io", operation: "receive", syscall: "ReadFile" } as const;

/** The pending read, and the result of the last one. */
export class PendingRead {
  readonly operation: Overlapped;
  readonly #comm: CommHandle;
  /** Bytes of a complete read that are still in the operation's memory. */
  #complete = 0;
  /** Bytes that were taken out of there and found no room. */
  #kept = new Uint8Array(0);
  #failure: SerialError | undefined;
  #emptyReads = 0;

  /** @param completions `undefined` for blocking use. */
  constructor(comm: CommHandle, completions: Completions | undefined) {
    this.#comm = comm;
    this.operation = new Overlapped({ comm, capacity: READ_BYTES, completions });
    this.operation.onComplete = (result) => this.#completed(result);
  }

  /** Bytes that were read and not taken. */
  get held(): number {
    return this.#complete + this.#kept.length;
  }

  /** A take would find something, or fail. */
  get isReady(): boolean {
    return this.held > 0 || this.#failure !== undefined;
  }

  /** The device went away while nothing waited; the error, until it is thrown. */
  get disconnection(): SerialError | undefined {
    return this.#failure instanceof SerialDisconnectedError ? this.#failure : undefined;
  }

  /**
   * Takes the byte that was read, and those that the driver has.
   *
   * @returns Bytes; 0 when there are none now.
   * @throws The error of a failed read.
   */
  take(into: Uint8Array): number {
    this.operation.poll();
    const taken = this.#takeHeld(into);
    if (taken === 0) this.#throwFailure();
    if (taken === into.length || this.operation.isPending) return taken;
    return taken + this.#readNow(into.subarray(taken), taken === 0);
  }

  /**
   * Reads the next byte to come. A byte that is there already, or a failure, makes this ready at
   * once.
   */
  begin(): void {
    if (this.operation.isPending || this.isReady) return;
    const result = this.#begin(1);
    if (result !== PENDING) this.#completed(result);
  }

  /** Forgets a byte that was read and not taken. */
  clear(): void {
    this.#complete = 0;
    this.#kept = new Uint8Array(0);
  }

  #takeHeld(into: Uint8Array): number {
    if (this.#kept.length === 0 && this.#complete > into.length) {
      this.#kept = new Uint8Array(this.#complete);
      this.operation.copyFrom(this.#kept, this.#complete);
      this.#complete = 0;
    }
    if (this.#kept.length > 0) {
      const part = this.#kept.subarray(0, into.length);
      into.set(part);
      this.#kept = this.#kept.slice(part.length);
      return part.length;
    }
    const count = this.#complete;
    if (count > 0) this.operation.copyFrom(into, count);
    this.#complete = 0;
    return count;
  }

  /** Reads of an exact length are what every driver agrees on. */
  #readNow(into: Uint8Array, isFirst: boolean): number {
    try {
      const waiting = this.#comm.inputWaiting("receive");
      if (waiting === 0) return 0;
      const result = this.#begin(Math.min(waiting, into.length, this.operation.capacity));
      if (result === PENDING) return 0;
      this.#completed(result);
    } catch (error) {
      if (isFirst) throw error;
      return 0; // the device is gone: the next take fails
    }
    const count = this.#takeHeld(into);
    if (count === 0 && isFirst) this.#throwFailure();
    return count;
  }

  #begin(length: number): number {
    const { handle, kernel32 } = this.#comm;
    return this.operation.begin((overlapped, data) =>
      kernel32.readFile(handle, data, length, overlapped),
    );
  }

  #completed(result: number): void {
    if (result > 0) {
      this.#complete = result;
      this.#emptyReads = 0;
    } else if (result < 0) {
      this.#failure = this.#comm.failure(CALL, result);
    } else if (++this.#emptyReads > MOST_EMPTY_READS) {
      this.#failure = deviceGone(this.#comm.path, "receive");
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
