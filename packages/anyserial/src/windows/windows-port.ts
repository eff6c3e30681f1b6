// An open COM port: overlapped reads and writes, of which one of each is pending. Readiness of
// other systems is a completion here: of the read of one byte, or of the write before.

import { abortable } from "../abort/abort.ts";
import type { BackendPort, BlockingPort } from "../backend/backend.ts";
import { createIoCounters, type IoCounters, READ, WRITE } from "../backend/channel.ts";
import { COMPLETION_SLACK_MS, longestOutputMs } from "../backend/output-time.ts";
import type { SerialError } from "../errors/errors.ts";
import { checkMemory, lostMemory } from "../errors/lost-memory.ts";
import { sleepBlocking } from "../process/sleep-blocking.ts";
import { clockMs, setImmediate, setTimeout, sleep } from "../process/timers.ts";
import { PURGE } from "./abi.ts";
import { CommEvents } from "./comm-events.ts";
import type { CommParts } from "./comm-handle.ts";
import type { Completions } from "./completion/completion.ts";
import type { Overlapped } from "./completion/overlapped.ts";
import type { Handle } from "./kernel32-calls.ts";
import { PendingRead } from "./pending-read.ts";
import { PendingWrite } from "./pending-write.ts";
import { winError } from "./win-error.ts";
import { WindowsControl } from "./windows-control.ts";

/** On close, a driver has this long to end canceled operations, in milliseconds. */
const CANCEL_MS = 1000;
/**
 * A driver that took nothing, and has nothing pending, is asked again after this many milliseconds.
 */
const RETRY_MS = 1;

const JOIN_CALL = {
  context: "open",
  operation: "open",
  syscall: "CreateIoCompletionPort",
} as const;
const FLUSH_CALL = { context: "io", operation: "drain", syscall: "FlushFileBuffers" } as const;

/** How ports wait without blocking. */
export interface WindowsWaiting {
  readonly completions: Completions;
  /** FlushFileBuffers off the event loop: 0, or a negative Win32 error code. */
  readonly flush: (handle: Handle, signal: AbortSignal) => Promise<number>;
}

/** An open port. When its constructor fails, the handle is the caller's to close. */
export class WindowsPort extends WindowsControl implements BackendPort, BlockingPort {
  readonly counters: IoCounters = createIoCounters();
  onReady: ((ready: number) => void) | undefined;
  onFailed: ((error: SerialError) => void) | undefined;
  readonly #waiting: WindowsWaiting | undefined;
  readonly #input: PendingRead;
  readonly #output: PendingWrite;
  readonly #events: CommEvents | undefined;
  #armed = 0;
  #flushes = 0;
  #isClosing = false;
  #isClosed = false;

  /**
   * @param parts The port, opened for this process alone.
   * @param waiting Waits for it; `undefined` for blocking use.
   */
  constructor(parts: CommParts, waiting: WindowsWaiting | undefined) {
    super(parts);
    this.#waiting = waiting;
    const completions = waiting?.completions;
    const joined = completions?.join(parts.handle) ?? 0;
    if (joined < 0) throw winError({ ...JOIN_CALL, path: parts.path, winerror: -joined });
    const made: Overlapped[] = [];
    try {
      this.#input = new PendingRead(this.comm, completions);
      made.push(this.#input.operation);
      this.#output = new PendingWrite(this.comm, completions);
      made.push(this.#output.operation);
      const onGone = (error: SerialError): void => this.onFailed?.(error);
      this.#events = completions && new CommEvents({ comm: this.comm, completions, onGone });
    } catch (error) {
      for (const operation of made) operation.release();
      completions?.leave();
      throw error;
    }
    const onFailed = (error: SerialError): void => this.onFailed?.(error);
    this.#input.operation.listen({ onWake: () => this.#report(), onFailed });
    this.#output.operation.listen({ onWake: () => this.#report(), onFailed });
  }

  /** Starts to listen for the driver's events, once the port is configured. */
  start(): void {
    this.#events?.start();
  }

  tryRead(into: Uint8Array): number {
    checkMemory(into, this.comm.path);
    this.counters.readCalls++;
    const count = this.#input.take(into);
    if (count === 0) this.counters.wouldBlock++;
    return count;
  }

  tryWrite(data: Uint8Array): number {
    if (data.length === 0) throw lostMemory("send", this.comm.path);
    this.counters.writeCalls++;
    const count = this.#output.write(data, this.baudRate);
    if (count === 0) this.counters.wouldBlock++;
    return count;
  }

  arm(interest: number): void {
    this.#armed |= interest;
    if ((interest & READ) !== 0) {
      this.#input.begin();
      if (this.#input.isReady) setImmediate(() => this.#report());
    }
    if ((interest & WRITE) !== 0 && !this.#output.operation.isPending) {
      setTimeout(() => this.#report(), RETRY_MS);
    }
  }

  wait(interest: number, timeoutMs: number): void {
    if ((interest & READ) !== 0) {
      this.#input.begin();
      if (!this.#input.isReady) this.#input.operation.waitFor(timeoutMs);
    } else if (this.#output.operation.isPending) {
      this.#output.operation.waitFor(timeoutMs);
    } else {
      sleepBlocking(RETRY_MS);
    }
  }

  override inputWaiting(): number {
    return super.inputWaiting() + this.#input.held;
  }

  /** The driver does not count bytes that are still to be passed to it. */
  override outputWaiting(): number {
    return super.outputWaiting() || this.#output.waiting;
  }

  override discard(queue: "input" | "output"): void {
    if (queue === "output") {
      this.#output.discarding();
      this.#output.operation.cancel();
    } else {
      this.#input.clear();
    }
    super.discard(queue);
  }

  checkSent(): void {
    this.#output.throwFailure();
  }

  isTransmitterEmpty(): undefined {
    return undefined;
  }

  async flush(signal: AbortSignal): Promise<void> {
    if (this.#waiting === undefined) return;
    this.#flushes++;
    const result = this.#waiting.flush(this.comm.handle, signal).finally(() => this.#flushes--);
    this.comm.check(FLUSH_CALL, await abortable(result, signal));
  }

  flushBlocking(): void {
    this.comm.check(FLUSH_CALL, this.comm.kernel32.flushFileBuffers(this.comm.handle));
  }

  longestOutputMs(bytes: number): number {
    return longestOutputMs(bytes, this.baudRate, COMPLETION_SLACK_MS);
  }

  async waitModemLineChange(signal: AbortSignal): Promise<void> {
    await this.#events?.waitLines(signal);
  }

  override restoreAtExit(): void {
    if (this.#flushes > 0) this.#dropOutput(); // lets the thread go
    if (this.#waiting === undefined) this.#output.waitEnd(); // closing would discard it
    super.restoreAtExit();
  }

  async close(): Promise<void> {
    this.#cancelAll();
    const deadline = clockMs() + CANCEL_MS;
    while (this.#isBusy() && clockMs() < deadline) await sleep(1);
    this.abandon();
  }

  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelAll();
    this.closeBlocking();
    this.#events?.operation.release();
    this.#waiting?.completions.leave();
  }

  closeBlocking(): void {
    const [reading, writing] = [this.#input.operation, this.#output.operation];
    this.restoreAtExit();
    reading.cancel();
    writing.cancel();
    const { handle, kernel32 } = this.comm;
    // Only where something is left to abort: Wine takes it for a flush of the sent bytes.
    if (writing.isPending) kernel32.purgeComm(handle, PURGE.PURGE_TXABORT);
    if (reading.isPending) kernel32.purgeComm(handle, PURGE.PURGE_RXABORT);
    kernel32.closeHandle(handle);
    reading.release();
    writing.release();
  }

  /** Reports the directions that are armed and ready; called by completions, also for nothing. */
  #report(): void {
    if (this.#isClosing) return;
    const [input, output] = [this.#input, this.#output];
    const ready =
      (input.isReady || !input.operation.isPending ? READ : 0) |
      (output.operation.isPending ? 0 : WRITE);
    const armed = this.#armed & ready;
    this.#armed &= ~armed;
    if (armed !== 0) this.onReady?.(armed);
    const gone = input.disconnection ?? output.disconnection; // which no try has found
    if (gone !== undefined) this.onFailed?.(gone);
  }

  /** Lets go of everything that is under way, the output too. */
  #cancelAll(): void {
    this.#isClosing = true;
    if (this.#flushes > 0) this.#dropOutput();
    this.#output.discarding();
    this.#events?.stop();
    this.#input.operation.cancel();
    this.#output.operation.cancel();
  }

  #isBusy(): boolean {
    const all = [this.#input.operation, this.#output.operation];
    if (this.#events !== undefined) all.push(this.#events.operation);
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
}
