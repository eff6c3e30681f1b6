// One open COM port: its calls, with failures turned into errors that name the port, its queues,
// and its line errors, which Windows clears with every query and which are therefore added up here.

import type { SerialError } from "../errors/errors.ts";
import { Struct } from "../ffi/struct.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import { COMM_ERROR, COMSTAT, COMSTAT_HOLDS, type WindowsAbi } from "./abi.ts";
import type { Handle, Kernel32 } from "./kernel32-calls.ts";
import { type WinErrorContext, winError } from "./win-error.ts";

/** Dependencies of an open port. */
export interface CommParts {
  readonly kernel32: Kernel32;
  readonly abi: WindowsAbi;
  readonly handle: Handle;
  /** Path to name in errors, as the caller wrote it. */
  readonly path: string;
}

/** A call that may fail: its operation, and the text of its error. */
export interface CommCall {
  readonly context: WinErrorContext;
  /** The caller's operation, as in `actionOf()`. */
  readonly operation: string;
  readonly syscall: string;
}

/** The port behind a handle. */
export class CommHandle {
  readonly kernel32: Kernel32;
  readonly abi: WindowsAbi;
  readonly handle: Handle;
  readonly path: string;
  readonly #flags = new Uint32Array(1);
  readonly #flagBytes = new Uint8Array(this.#flags.buffer);
  readonly #status = new Struct(COMSTAT);
  readonly #lines = new Uint32Array(1);
  readonly #lineBytes = new Uint8Array(this.#lines.buffer);
  readonly #errors = { framing: 0, parity: 0, overrun: 0, break: 0, bufferOverflow: 0 };

  constructor({ kernel32, abi, handle, path }: CommParts) {
    this.kernel32 = kernel32;
    this.abi = abi;
    this.handle = handle;
    this.path = path;
  }

  /** Passes a result that is no failure. */
  check(call: CommCall, result: number): number {
    if (result < 0) throw this.failure(call, result);
    return result;
  }

  /** The error for a result of `-GetLastError()`. */
  failure(call: CommCall, result: number): SerialError {
    return winError({ ...call, path: this.path, winerror: -result });
  }

  /** Bytes received and not read. */
  inputWaiting(operation: string): number {
    this.#check(operation);
    return this.#status.get("cbInQue");
  }

  /** Bytes written and not sent, as far as the driver counts them. */
  outputWaiting(operation: string): number {
    this.#check(operation);
    return this.#status.get("cbOutQue");
  }

  /** Output waits for the other end: for CTS, DSR, carrier or XON. */
  isHeld(operation: string): boolean {
    this.#check(operation);
    return (this.#status.get("flags") & COMSTAT_HOLDS) !== 0;
  }

  /**
   * Line errors since the port was opened. This is a minimum, since each query reports at most one
   * of each kind.
   */
  lineErrors(): LineErrorCounts {
    this.#check("lineErrors");
    return { ...this.#errors };
  }

  /** Input lines as they were read last: bits of `MODEM`. */
  get lastLines(): number {
    return this.#lines[0] as number;
  }

  /** Reads the input lines: bits of `MODEM`. */
  readLines(operation: string): number {
    const call = { context: "feature", operation, syscall: "GetCommModemStatus" } as const;
    this.check(call, this.kernel32.getCommModemStatus(this.handle, this.#lineBytes));
    return this.lastLines;
  }

  /** GetCommState, whole. */
  readDcb(call: CommCall, bytes: Uint8Array): Uint8Array {
    this.check(call, this.kernel32.getCommState(this.handle, bytes));
    return bytes;
  }

  #check(operation: string): void {
    const call = { context: "io", operation, syscall: "ClearCommError" } as const;
    const { handle, kernel32 } = this;
    this.#flags[0] = 0;
    this.check(call, kernel32.clearCommError(handle, this.#flagBytes, this.#status.bytes));
    const flags = this.#flags[0];
    if (flags === 0) return;
    if ((flags & COMM_ERROR.CE_FRAME) !== 0) this.#errors.framing++;
    if ((flags & COMM_ERROR.CE_RXPARITY) !== 0) this.#errors.parity++;
    if ((flags & COMM_ERROR.CE_OVERRUN) !== 0) this.#errors.overrun++;
    if ((flags & COMM_ERROR.CE_BREAK) !== 0) this.#errors.break++;
    if ((flags & COMM_ERROR.CE_RXOVER) !== 0) this.#errors.bufferOverflow++;
  }
}
