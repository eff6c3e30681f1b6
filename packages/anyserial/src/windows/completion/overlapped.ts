// One overlapped operation at a time, with memory of its own outside the JavaScript heap: the system
// writes there until the operation is complete, whatever the caller does with its own memory, and
// also while the runtime tears itself down. It is freed only when the system is done with it.

import { isMainThread } from "node:worker_threads";
import type { SerialError } from "../../errors/errors.ts";
import type { Pointer } from "../../ffi/ffi.ts";
import { Struct } from "../../ffi/struct.ts";
import { ERROR, WAIT } from "../abi.ts";
import type { CommHandle } from "../comm-handle.ts";
import type { Completions } from "./completion.ts";

/** The operation is under way; any other result is a count, or a negative Win32 error code. */
export const PENDING: number = -ERROR.ERROR_IO_PENDING;

/**
 * Longest time in one wait, in milliseconds. A worker returns now and then: worker.terminate(), and
 * the end of the process, take effect in a thread only while JavaScript runs in it.
 */
const LONGEST_WAIT_MS = isMainThread ? WAIT.INFINITE : 100;

const OUT_OF_MEMORY = -8; // ERROR_NOT_ENOUGH_MEMORY
const INCOMPLETE = -ERROR.ERROR_IO_INCOMPLETE;

/** Dependencies of an operation. */
export interface OverlappedParts {
  readonly comm: CommHandle;
  /** Bytes of memory for data. */
  readonly capacity: number;
  /** `undefined` for blocking use. */
  readonly completions: Completions | undefined;
}

/** Starts the call. @returns 0 when it is complete, or a negative Win32 error code. */
export type StartCall = (overlapped: Pointer, data: Pointer) => number;

/** One operation after the other. */
export class Overlapped {
  /**
   * Receives the result of an operation that was pending, once each: from a wake-up, a cancel or a
   * query.
   */
  onComplete: ((result: number) => void) | undefined;
  readonly capacity: number;
  readonly #comm: CommHandle;
  readonly #completions: Completions | undefined;
  readonly #memory: Pointer;
  readonly #data: Pointer;
  readonly #address: number;
  readonly #event: number;
  readonly #transferred = new Uint32Array(1);
  readonly #transferredBytes = new Uint8Array(this.#transferred.buffer);
  #pending = false;
  #released = false;

  constructor({ comm, capacity, completions }: OverlappedParts) {
    const { abi, kernel32 } = comm;
    const { OVERLAPPED } = abi;
    this.#comm = comm;
    this.#completions = completions;
    this.capacity = capacity;
    this.#event = kernel32.createEvent();
    if (this.#event < 0) throw this.#failure("CreateEventW", this.#event);
    this.#memory = kernel32.allocate(OVERLAPPED.size + capacity);
    if (this.#memory === 0n) {
      kernel32.closeHandle(this.#event);
      throw this.#failure("HeapAlloc", OUT_OF_MEMORY);
    }
    const block = new Struct(OVERLAPPED);
    block.set("hEvent", this.#event);
    kernel32.copyTo(this.#memory, block.bytes, OVERLAPPED.size);
    this.#data = this.#memory + BigInt(OVERLAPPED.size);
    this.#address = Number(this.#memory);
  }

  /** The system works on it. */
  get isPending(): boolean {
    return this.#pending;
  }

  /** Starts wake-ups; a wake-up queries the operation before it is passed on. */
  listen({
    onWake,
    onFailed,
  }: {
    onWake?: () => void;
    onFailed: (error: SerialError) => void;
  }): void {
    const look = (): void => {
      this.poll();
      onWake?.();
    };
    this.#completions?.add(this.#address, { onWake: look, onFailed });
  }

  /** Starts an operation; none may be pending. @returns A count, a failure, or {@link PENDING}. */
  begin(start: StartCall): number {
    const started = start(this.#memory, this.#data);
    if (started !== PENDING && started < 0) return started;
    this.#pending = true;
    const result = this.#check();
    return result === INCOMPLETE ? PENDING : result;
  }

  /** Checks whether the pending operation is complete. */
  poll(): void {
    if (!this.#pending) return;
    const result = this.#check();
    if (result === INCOMPLETE) return;
    if (this.#released) this.#free();
    else this.onComplete?.(result);
  }

  /** Asks for the end of the pending operation, whose result still comes: often at once. */
  cancel(): void {
    if (!this.#pending) return;
    this.#comm.kernel32.cancelIoEx(this.#comm.handle, this.#memory);
    this.poll();
  }

  /** Blocks until the pending operation is complete. @returns `false` when the time is over. */
  waitFor(timeoutMs: number): boolean {
    if (!this.#pending) return true;
    for (let left = Math.ceil(timeoutMs); ; left -= LONGEST_WAIT_MS) {
      const result = this.#comm.kernel32.waitForObject(
        this.#event,
        Math.min(left, LONGEST_WAIT_MS),
      );
      if (result === WAIT.WAIT_OBJECT_0) break;
      if (left <= LONGEST_WAIT_MS || result !== WAIT.WAIT_TIMEOUT) return false;
    }
    this.poll();
    return !this.#pending;
  }

  /** Copies data of a complete operation out. */
  copyFrom(into: Uint8Array, length: number): void {
    this.#comm.kernel32.copyFrom(this.#data, into, length);
  }

  /** Copies data for the next operation in. */
  copyTo(data: Uint8Array, length: number): void {
    this.#comm.kernel32.copyTo(this.#data, data, length);
  }

  /** Frees the memory: at once, or when the system is done with it. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (!this.#pending) this.#free();
  }

  /** The count of a complete operation; bytes transferred before a failure count as well. */
  #check(): number {
    const { handle, kernel32 } = this.#comm;
    this.#transferred[0] = 0;
    const result = kernel32.getOverlappedResult(handle, this.#memory, this.#transferredBytes);
    if (result === INCOMPLETE) return INCOMPLETE;
    this.#pending = false;
    const count = this.#transferred[0];
    return count > 0 ? count : result;
  }

  #free(): void {
    this.#completions?.remove(this.#address);
    this.#comm.kernel32.closeHandle(this.#event);
    this.#comm.kernel32.free(this.#memory);
  }

  #failure(syscall: string, result: number): Error {
    return this.#comm.failure({ context: "io", operation: "open", syscall }, result);
  }
}
