// One open COM port: settings, lines, queues, and blocking reads and writes. windows-port.ts adds
// waiting without blocking.

import type { BlockingPort, LineErrorCounts, SettleUnsupported } from "../backend/backend.ts";
import { refineCapabilities, type SerialCapabilities } from "../capabilities.ts";
import type { EffectiveConfig, SerialConfig } from "../config.ts";
import { actionOf, SerialDisconnectedError, type SerialError } from "../errors.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../modem-lines.ts";
import { ERROR, PURGE } from "./abi.ts";
import { WINDOWS_CAPABILITIES } from "./capabilities.ts";
import { CommHandle, type CommParts } from "./comm-handle.ts";
import { CommSettings } from "./comm-settings.ts";
import type { Completions } from "./completion/completion.ts";
import { Overlapped, PENDING } from "./completion/overlapped.ts";
import { modemLinesOf } from "./modem-status.ts";

/** Most bytes of one system call. */
const READ_BYTES = 65_536;
const WRITE_BYTES = 16_384;
/** A canceled operation that a driver does not end within this time is left to it, in milliseconds. */
const CANCEL_MS = 1000;

const READ = { context: "io", operation: "receive", syscall: "ReadFile" } as const;
const WRITE = { context: "io", operation: "send", syscall: "WriteFile" } as const;
const ABORTED = -ERROR.ERROR_OPERATION_ABORTED;

/** An open port. The constructor gets memory for its operations; `openComm()` does the rest. */
export class WindowsDevice implements BlockingPort {
  readonly fd = undefined;
  readonly marksErrors = false;
  protected readonly comm: CommHandle;
  protected readonly reading: Overlapped;
  protected readonly writing: Overlapped;
  readonly #settings: CommSettings;
  /** Rate in force, in baud. */
  protected baudRate = 0;
  /** The read that was begun last waits for a first byte: others may follow close behind. */
  protected awaitsFirst = false;
  #writeLength = 0;
  #capabilities: SerialCapabilities | undefined;

  constructor(parts: CommParts, completions?: Completions) {
    this.comm = new CommHandle(parts);
    this.#settings = new CommSettings(this.comm);
    this.reading = new Overlapped({ comm: this.comm, capacity: READ_BYTES, completions });
    try {
      this.writing = new Overlapped({ comm: this.comm, capacity: WRITE_BYTES, completions });
    } catch (error) {
      this.reading.release();
      throw error;
    }
  }

  get capabilities(): SerialCapabilities {
    this.#capabilities ??= this.#probe();
    return this.#capabilities;
  }

  /** Takes over a port that was just opened. */
  prepare(): void {
    this.#settings.prepare();
  }

  configure(config: SerialConfig, settle: SettleUnsupported): void {
    this.#settings.configure(config, settle);
    this.baudRate = config.baudRate;
  }

  effectiveConfig(): EffectiveConfig {
    return this.#settings.effective();
  }

  inputWaiting(): number {
    return this.comm.inputWaiting("inputWaiting");
  }

  outputWaiting(): number {
    const queued = this.comm.outputWaiting("outputWaiting");
    this.writing.poll();
    if (queued > 0 || !this.writing.isPending) return queued;
    return this.#writeLength; // the driver does not count what is still to be handed to it
  }

  discard(queue: "input" | "output"): void {
    const isInput = queue === "input";
    if (!isInput) this.writing.cancel();
    const what = isInput ? PURGE.PURGE_RXCLEAR : PURGE.PURGE_TXABORT | PURGE.PURGE_TXCLEAR;
    const call = { context: "io", operation: "discard", syscall: "PurgeComm" } as const;
    this.comm.check(call, this.comm.kernel32.purgeComm(this.comm.handle, what));
  }

  setBreak(asserted: boolean): void {
    const { handle, kernel32 } = this.comm;
    const syscall = asserted ? "SetCommBreak" : "ClearCommBreak";
    const result = asserted ? kernel32.setCommBreak(handle) : kernel32.clearCommBreak(handle);
    this.comm.check({ context: "feature", operation: "sendBreak", syscall }, result);
  }

  modemLines(): ModemLines {
    return modemLinesOf(this.comm.readLines("modemLines"));
  }

  setControlLines(lines: ControlLines): void {
    this.#settings.setControlLines(lines);
  }

  modemLineCounts(): ModemLineCounts | undefined {
    return undefined; // Windows tells of edges, and counts none
  }

  lineErrorCounts(): LineErrorCounts {
    return this.comm.lineErrors();
  }

  readBlocking(into: Uint8Array, timeoutMs: number): number {
    if (timeoutMs <= 0 && this.comm.inputWaiting("receive") === 0) return 0;
    const result = this.#end(this.beginRead(into.length), this.reading, timeoutMs);
    if (this.comm.check(READ, result) === 0) return 0;
    this.reading.copyFrom(into, result);
    const rest = into.subarray(result);
    if (rest.length === 0 || this.comm.inputWaiting("receive") === 0) return result;
    const more = this.#end(this.beginRead(rest.length), this.reading, CANCEL_MS);
    if (more <= 0) return result;
    this.reading.copyFrom(rest, more);
    return result + more;
  }

  writeBlocking(data: Uint8Array, timeoutMs: number): number {
    const result = this.#end(this.beginWrite(data), this.writing, timeoutMs);
    return this.comm.check(WRITE, result);
  }

  drainBlocking(exact: boolean, timeoutMs: number): boolean {
    const deadline = performance.now() + timeoutMs;
    while (this.outputWaiting() > 0) {
      if (performance.now() >= deadline) return false;
      this.sleepBlocking(1);
    }
    if (!exact) return true;
    const call = { context: "io", operation: "drain", syscall: "FlushFileBuffers" } as const;
    this.comm.check(call, this.comm.kernel32.flushFileBuffers(this.comm.handle));
    return true;
  }

  sleepBlocking(durationMs: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
  }

  restoreAtExit(): void {
    this.#settings.restore();
  }

  closeBlocking(): void {
    this.reading.cancel();
    this.writing.cancel();
    this.restoreAtExit();
    const { handle, kernel32 } = this.comm;
    // Only where something is left to abort: Wine takes it for a flush of what was sent.
    if (this.writing.isPending) kernel32.purgeComm(handle, PURGE.PURGE_TXABORT);
    if (this.reading.isPending) kernel32.purgeComm(handle, PURGE.PURGE_RXABORT);
    kernel32.closeHandle(handle);
    this.reading.release();
    this.writing.release();
  }

  /** Closes without waiting. */
  abandon(): void {
    this.closeBlocking();
  }

  /**
   * Starts to read what is there, or else the first byte to come: reads of an exact length are what
   * every driver agrees on.
   *
   * @param most Room, in bytes.
   * @returns A count, a failure, or `PENDING`.
   */
  protected beginRead(most: number): number {
    const { handle, kernel32 } = this.comm;
    const waiting = this.comm.inputWaiting("receive");
    const length = Math.max(1, Math.min(waiting, most, this.reading.capacity));
    this.awaitsFirst = waiting === 0;
    return this.reading.begin((overlapped, data) =>
      kernel32.readFile(handle, data, length, overlapped),
    );
  }

  /** Starts to write as much as one call takes. @returns A count, a failure, or `PENDING`. */
  protected beginWrite(bytes: Uint8Array): number {
    const { handle, kernel32 } = this.comm;
    const length = Math.min(bytes.length, this.writing.capacity);
    this.#writeLength = length;
    this.writing.copyTo(bytes, length);
    return this.writing.begin((overlapped, data) =>
      kernel32.writeFile(handle, data, length, overlapped),
    );
  }

  /** The error of a device that is gone, where no system call said so. */
  protected goneError(operation: string): SerialError {
    const { path } = this.comm;
    return new SerialDisconnectedError(
      `Cannot ${actionOf(operation)} port "${path}": the device is gone`,
      { code: "ERR_SERIAL_DISCONNECTED", path, operation },
    );
  }

  /** Blocks until an operation is complete; 0 when the time is over, and it is canceled. */
  #end(begun: number, operation: Overlapped, timeoutMs: number): number {
    if (begun !== PENDING) return begun;
    let result = ABORTED;
    operation.onComplete = (complete) => {
      result = complete;
    };
    if (operation.waitFor(timeoutMs)) return result;
    operation.cancel();
    operation.waitFor(CANCEL_MS);
    return result === ABORTED ? 0 : result;
  }

  #probe(): SerialCapabilities {
    const { handle, kernel32 } = this.comm;
    const answer = kernel32.getCommModemStatus(handle, new Uint8Array(4));
    const modemLines = answer < 0 ? "unsupported" : "supported";
    return refineCapabilities(WINDOWS_CAPABILITIES, { modemLines, modemLineEvents: modemLines });
  }
}
