// The kernel32 calls of the Windows backend. Types only. A failure is a negative Win32 error code.

import type { Pointer } from "../ffi/ffi.ts";

/** A HANDLE: Windows keeps them within 32 bits on every CPU. */
export type Handle = number;

/** The calls. A result of 0 or more is a success; a failure is `-GetLastError()`. */
export interface Kernel32 {
  /** CreateFileW for reading and writing, not shared, overlapped: a handle. */
  createFile(path: string): Handle;
  closeHandle(handle: Handle): number;

  getCommState(handle: Handle, dcb: Uint8Array): number;
  setCommState(handle: Handle, dcb: Uint8Array): number;
  getCommTimeouts(handle: Handle, timeouts: Uint8Array): number;
  setCommTimeouts(handle: Handle, timeouts: Uint8Array): number;
  /** Recommends sizes of the driver's queues, in bytes. */
  setupComm(handle: Handle, inputBytes: number, outputBytes: number): number;
  /** Reads and clears the errors: fills a DWORD and a COMSTAT. */
  clearCommError(handle: Handle, errors: Uint8Array, status: Uint8Array): number;
  purgeComm(handle: Handle, what: number): number;
  escapeCommFunction(handle: Handle, what: number): number;
  /** Fills a DWORD. */
  getCommModemStatus(handle: Handle, status: Uint8Array): number;
  setCommBreak(handle: Handle): number;
  clearCommBreak(handle: Handle): number;
  setCommMask(handle: Handle, mask: number): number;
  /** Starts to wait for an event; `mask` is a DWORD that is filled when it comes. */
  waitCommEvent(handle: Handle, mask: Pointer, overlapped: Pointer): number;

  /** Starts to read; the memory belongs to the system until the operation is complete. */
  readFile(handle: Handle, into: Pointer, length: number, overlapped: Pointer): number;
  /** Starts to write; the memory belongs to the system until the operation is complete. */
  writeFile(handle: Handle, data: Pointer, length: number, overlapped: Pointer): number;
  /** Queries an operation without waiting: fills a DWORD with the bytes transferred. */
  getOverlappedResult(handle: Handle, overlapped: Pointer, transferred: Uint8Array): number;
  /** Asks for the end of one operation, which still completes. */
  cancelIoEx(handle: Handle, overlapped: Pointer): number;
  /** Waits in the kernel until all output is out. */
  flushFileBuffers(handle: Handle): number;

  /** Makes an event that is reset by hand: a handle. */
  createEvent(): Handle;
  /** Waits in the kernel: `WAIT_OBJECT_0`, or another number when the time is over. */
  waitForObject(handle: Handle, timeoutMs: number): number;

  /** Makes a completion port: a handle. */
  createCompletionPort(): Handle;
  /** Queues the completions of a handle at a port, except operations that complete at once. */
  joinCompletionPort(handle: Handle, port: Handle): number;
  /**
   * Waits in the kernel for a completion: the address of its OVERLAPPED, 0n for a posted one,
   * `undefined` when the time is over.
   */
  nextCompletion(port: Handle, timeoutMs: number): Pointer | undefined;
  /** Queues a completion of nothing. */
  postCompletion(port: Handle): number;

  /** Memory outside the JavaScript heap, zeroed; 0n when there is none. */
  allocate(size: number): Pointer;
  free(memory: Pointer): void;
  /** Copies out of native memory. */
  copyFrom(memory: Pointer, into: Uint8Array, length: number): void;
  /** Copies into native memory. */
  copyTo(memory: Pointer, data: Uint8Array, length: number): void;
}
