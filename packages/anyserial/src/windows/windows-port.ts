// An open COM port that waits without blocking: the Windows side of the backend contract. Reads and
// writes are overlapped; what is not complete at once is told by the completions of the process.

import { abortable } from "../abort.ts";
import { type BackendPort, createIoCounters, type IoCounters } from "../backend/backend.ts";
import { COMPLETION_SLACK_MS, letOutputGo, waitDrained } from "../backend/drain.ts";
import type { SerialError } from "../errors.ts";
import { ERROR } from "./abi.ts";
import { CommEvents } from "./comm-events.ts";
import type { CommParts } from "./comm-handle.ts";
import type { Completions } from "./completion/completion.ts";
import { PENDING } from "./completion/overlapped.ts";
import type { Handle } from "./kernel32.ts";
import { PendingWrite } from "./pending-write.ts";
import { winError } from "./win-error.ts";
import { WindowsDevice } from "./windows-device.ts";

/** On close, a driver has this long to end what was canceled, in milliseconds. */
const CANCEL_MS = 1000;
/** A driver that completes reads without a byte, over and over, has lost its device. */
const MOST_EMPTY_READS = 3;

const READ = { context: "io", operation: "receive", syscall: "ReadFile" } as const;
const WRITE = { context: "io", operation: "send", syscall: "WriteFile" } as const;
const ABORTED = -ERROR.ERROR_OPERATION_ABORTED;

/** How ports wait without blocking. */
export interface WindowsWaiting {
  readonly completions: Completions;
  /** FlushFileBuffers off the event loop: 0, or a negative Win32 error code. */
  readonly flush: (handle: Handle, signal: AbortSignal) => Promise<number>;
}

/** An open port. */
export class WindowsPort extends WindowsDevice implements BackendPort {
  readonly counters: IoCounters = createIoCounters();
  onDisconnect: ((error: SerialError) => void) | undefined;
  readonly #completions: Completions;
  readonly #flush: WindowsWaiting["flush"];
  readonly #events: CommEvents;
  readonly #output: PendingWrite;
  #reader: { resolve(result: number): void; reject(error: Error): void } | undefined;
  #readCanceled = false;
  #flushes = 0;
  #isClosed = false;

  protected constructor(parts: CommParts, { completions, flush }: WindowsWaiting) {
    super(parts, completions);
    this.#completions = completions;
    this.#flush = flush;
    const onGone = (error: SerialError): void => this.onDisconnect?.(error);
    try {
      this.#events = new CommEvents({ comm: this.comm, completions, onGone });
    } catch (error) {
      this.reading.release();
      this.writing.release();
      throw error;
    }
    const failure = (result: number): SerialError => this.comm.failure(WRITE, result);
    this.#output = new PendingWrite({ operation: this.writing, completions, failure, onGone });
    this.reading.onComplete = (result) => this.#reader?.resolve(result);
    this.reading.listen({ onFailed: (error) => this.#reader?.reject(error) });
  }

  /** Wraps an open handle and has its completions told. */
  static join(parts: CommParts, waiting: WindowsWaiting): WindowsPort {
    const { completions } = waiting;
    const joined = completions.join(parts.handle);
    if (joined < 0) {
      const syscall = "CreateIoCompletionPort";
      const call = { context: "open", operation: "open", syscall } as const;
      throw winError({ ...call, path: parts.path, winerror: -joined });
    }
    try {
      return new WindowsPort(parts, waiting);
    } catch (error) {
      completions.leave();
      throw error;
    }
  }

  /** Starts to hear of events. */
  listen(): void {
    this.#events.start();
  }

  read(into: Uint8Array): number | Promise<number> {
    this.#readCanceled = false;
    this.counters.readCalls++;
    const result = this.beginRead(into.length);
    if (result > 0) return this.#gather(into, result);
    if (result < 0 && result !== PENDING) throw this.comm.failure(READ, result);
    this.counters.wouldBlock++;
    return this.#readLater(into, result);
  }

  cancelRead(): void {
    this.#readCanceled = true;
    this.reading.cancel();
  }

  write(data: Uint8Array): number | Promise<number> {
    const count = this.tryWrite(data);
    return count > 0 ? count : this.#writeLater(data);
  }

  cancelWrite(): void {
    this.#output.cancelWait();
  }

  /**
   * Hands a part to the system, which owns it from then on: until it is out, the next part waits.
   */
  tryWrite(data: Uint8Array): number {
    this.counters.writeCalls++;
    if (this.#output.isBusy()) {
      this.counters.wouldBlock++;
      return 0;
    }
    const result = this.beginWrite(data);
    if (result !== PENDING) return this.comm.check(WRITE, result);
    const count = Math.min(data.length, this.writing.capacity);
    this.#output.started(count, this.baudRate);
    return count;
  }

  override discard(queue: "input" | "output"): void {
    if (queue === "output") this.#output.discarding();
    super.discard(queue);
  }

  async drain(exact: boolean, signal: AbortSignal): Promise<void> {
    await waitDrained(() => this.outputWaiting(), this.baudRate, signal);
    this.#output.throwFailure();
    if (!exact) return;
    this.#flushes++;
    const result = this.#flush(this.comm.handle, signal).finally(() => this.#flushes--);
    const call = { context: "io", operation: "drain", syscall: "FlushFileBuffers" } as const;
    this.comm.check(call, await abortable(result, signal));
  }

  waitModemLineChange(signal: AbortSignal): Promise<void> {
    return this.#events.waitLines(signal);
  }

  override restoreAtExit(): void {
    if (this.#flushes > 0) this.#dropOutput(); // lets the thread go
    super.restoreAtExit();
  }

  /** Closing discards what is queued: the time that the line needs is waited for here. */
  async close(): Promise<number> {
    const discarded = await letOutputGo(this, COMPLETION_SLACK_MS);
    this.#cancelAll();
    const deadline = performance.now() + CANCEL_MS;
    while (this.#isBusy() && performance.now() < deadline) await nextMillisecond();
    this.abandon();
    return discarded;
  }

  override abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelAll();
    this.closeBlocking();
    this.#events.operation.release();
    this.#completions.leave();
    // A driver that did not end what was canceled keeps the memory, and nobody waiting.
    this.#reader?.resolve(ABORTED);
    this.#output.cancelWait();
  }

  /** Lets go of everything that is under way, the output too. */
  #cancelAll(): void {
    if (this.#flushes > 0) this.#dropOutput();
    this.#output.discarding();
    this.#events.stop();
    this.reading.cancel();
    this.writing.cancel();
  }

  #isBusy(): boolean {
    const all = [this.reading, this.writing, this.#events.operation];
    for (const operation of all) operation.poll();
    return all.some((operation) => operation.isPending);
  }

  #dropOutput(): void {
    try {
      this.discard("output");
    } catch {
      // The device is gone, and its queue with it.
    }
  }

  /** Copies what was read, and what came right behind a byte that was waited for. */
  #gather(into: Uint8Array, count: number): number | Promise<number> {
    this.reading.copyFrom(into, count);
    if (!this.awaitsFirst || count === into.length) return count;
    const rest = into.subarray(count);
    let more = 0;
    try {
      if (this.comm.inputWaiting("receive") === 0) return count;
      this.counters.readCalls++;
      more = this.beginRead(rest.length);
    } catch {
      return count; // the device is gone: the next read tells
    }
    if (more === PENDING) return this.#gatherLater(rest, count);
    if (more > 0) this.reading.copyFrom(rest, more);
    return count + Math.max(more, 0);
  }

  async #gatherLater(rest: Uint8Array, count: number): Promise<number> {
    this.#completions.countWaiting(1);
    try {
      const more = await this.#readEnd();
      if (more > 0) this.reading.copyFrom(rest, more);
      return count + Math.max(more, 0);
    } finally {
      this.#completions.countWaiting(-1);
    }
  }

  async #readLater(into: Uint8Array, begun: number): Promise<number> {
    this.counters.waits++;
    this.#completions.countWaiting(1);
    try {
      for (let result = begun, empty = 0; ; result = this.beginRead(into.length)) {
        const end = result === PENDING ? await this.#readEnd() : result;
        if (end > 0) return await this.#gather(into, end);
        if (this.#readCanceled && (end === 0 || end === ABORTED)) return 0;
        if (end < 0) throw this.comm.failure(READ, end);
        if (++empty > MOST_EMPTY_READS) throw this.goneError("receive");
        this.counters.readCalls++;
      }
    } finally {
      this.#completions.countWaiting(-1);
    }
  }

  #readEnd(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  async #writeLater(data: Uint8Array): Promise<number> {
    this.counters.waits++;
    for (;;) {
      if (!(await this.#output.waitEnd())) return 0;
      const count = this.tryWrite(data);
      if (count > 0) return count;
    }
  }
}

function nextMillisecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
