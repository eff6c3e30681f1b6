// An open in-memory port: the backend contract over one connector.

import { setImmediate as nextTask } from "node:timers";
import type { Feature, SerialCapabilities } from "../capabilities.ts";
import type { EffectiveConfig, SerialConfig } from "../config.ts";
import { actionOf, SerialDisconnectedError, type SerialError } from "../errors.ts";
import type { FaultOperation } from "../fault-plan.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../modem-lines.ts";
import {
  type BackendPort,
  createIoCounters,
  type IoCounters,
  type LineErrorCounts,
  type SettleUnsupported,
} from "./backend.ts";
import type { MemoryEnd, MemoryListener } from "./memory-end.ts";
import { LONGEST_TIMER_MS, Wait, WaitList } from "./memory-wait.ts";

/** On close, queued output may take this much longer than the line needs, in milliseconds. */
const CLOSE_SLACK_MS = 100;

/** An open port. The constructor stores; `open()` plugs it in. */
export class MemoryPort implements BackendPort, MemoryListener {
  readonly fd: undefined = undefined;
  readonly counters: IoCounters = createIoCounters();
  onDisconnect: ((error: SerialError) => void) | undefined;
  readonly #end: MemoryEnd;
  readonly #reader = new Wait();
  readonly #writer = new Wait();
  readonly #drains = new WaitList();
  readonly #lines = new WaitList();
  #isReadCanceled = false;
  #isWriteCanceled = false;
  #isClosed = false;
  #isGone = false;

  constructor(end: MemoryEnd) {
    this.#end = end;
  }

  /** Opens a port on a connector; nothing changes when the settings are refused. */
  static open(end: MemoryEnd, config: SerialConfig, settle: SettleUnsupported): MemoryPort {
    const port = new MemoryPort(end);
    end.driver.configure(end.path, config, settle);
    end.open(port);
    end.reconfigured();
    if (end.driver.has("modemLines")) end.setOutputs(config.controlLines);
    return port;
  }

  get capabilities(): SerialCapabilities {
    return this.#end.driver.capabilities;
  }

  get marksErrors(): boolean {
    return this.#end.driver.config.lineErrors === "mark";
  }

  configure(config: SerialConfig, settle: SettleUnsupported): void {
    this.#check("configure");
    const { driver } = this.#end;
    const before = driver.config.controlLines;
    driver.configure(this.#end.path, config, settle);
    this.#end.reconfigured();
    if (config.controlLines !== before && driver.has("modemLines")) {
      this.#end.setOutputs(config.controlLines);
    }
  }

  effectiveConfig(): EffectiveConfig {
    this.#check("configure");
    return this.#end.driver.effectiveConfig();
  }

  inputWaiting(): number {
    this.#require("inputWaiting", "inputWaiting");
    return this.#end.input.length;
  }

  outputWaiting(): number {
    this.#require("outputWaiting", "outputWaiting");
    return this.#end.output.queued;
  }

  discard(queue: "input" | "output"): void {
    this.#check("discard");
    if (queue === "input") this.#end.discardInput();
    else this.#end.discardOutput();
  }

  setBreak(asserted: boolean): void {
    this.#require("breakSignal", "sendBreak");
    this.#end.setBreak(asserted);
  }

  modemLines(): ModemLines {
    this.#require("modemLines", "modemLines");
    return this.#end.lines;
  }

  setControlLines(lines: ControlLines): void {
    this.#require("modemLines", "setControlLines");
    this.#end.setOutputs(lines);
  }

  modemLineCounts(): ModemLineCounts | undefined {
    this.#check("modemLineChanges");
    return this.#end.driver.has("modemLineEvents") ? this.#end.edges : undefined;
  }

  lineErrorCounts(): LineErrorCounts {
    this.#require("lineErrorCounters", "lineErrors");
    return this.#end.input.counts;
  }

  read(into: Uint8Array): number | Promise<number> {
    const count = this.#readNow(into);
    return count > 0 ? count : this.#readLater(into);
  }

  cancelRead(): void {
    this.#isReadCanceled = true;
    this.#reader.end(false);
  }

  write(data: Uint8Array): number | Promise<number> {
    const count = this.tryWrite(data);
    return count > 0 ? count : this.#writeLater(data);
  }

  cancelWrite(): void {
    this.#isWriteCanceled = true;
    this.#writer.end(false);
  }

  tryWrite(data: Uint8Array): number {
    return this.#transfer("write", data.length, (most) => {
      return this.#end.output.push(data.subarray(0, most));
    });
  }

  async drain(exact: boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#check("drain");
    const { output } = this.#end;
    while (exact ? !output.isIdle : output.queued > 0) await this.#drains.begin(signal);
  }

  async waitModemLineChange(signal: AbortSignal): Promise<void> {
    this.#require("modemLines", "modemLineChanges");
    await this.#lines.begin(signal);
  }

  async close(): Promise<number> {
    const discarded = this.#isGone ? 0 : await this.#letOutputGo();
    this.abandon();
    return discarded;
  }

  abandon(): void {
    this.#isClosed = true;
    this.cancelRead();
    this.cancelWrite();
    if (!this.#isGone) this.#end.close(this.#end.driver.config.hangupOnClose);
  }

  restoreAtExit(): void {
    if (!this.#isGone) this.#end.driver.restore();
  }

  stirred(): void {
    if (this.#end.input.length > 0) this.#reader.end(true);
    if (this.#end.output.room > 0) this.#writer.end(true);
    this.#drains.end();
  }

  linesChanged(): void {
    this.#lines.end();
  }

  wentAway(): void {
    this.#isGone = true;
    const wasReading = this.#reader.fail(this.#goneError("receive"));
    const wasWriting = this.#writer.fail(this.#goneError("send"));
    this.#drains.fail(this.#goneError("drain"));
    this.#lines.fail(this.#goneError("modemLineChanges"));
    if (wasReading || wasWriting) return;
    nextTask(() => {
      if (!this.#isClosed) this.onDisconnect?.(this.#goneError("receive"));
    });
  }

  #readNow(into: Uint8Array): number {
    return this.#transfer("read", into.length, (most) => this.#end.take(into.subarray(0, most)));
  }

  async #readLater(into: Uint8Array): Promise<number> {
    this.#isReadCanceled = false;
    for (;;) {
      this.counters.waits++;
      if (this.#end.input.length > 0) nextTask(() => this.stirred()); // a fault, not an empty queue
      if (!(await this.#reader.begin())) return 0;
      const count = this.#readNow(into);
      if (count > 0 || this.#isReadCanceled) return count;
    }
  }

  async #writeLater(data: Uint8Array): Promise<number> {
    this.#isWriteCanceled = false;
    for (;;) {
      this.counters.waits++;
      if (this.#end.output.room > 0) nextTask(() => this.stirred()); // a fault, not a full queue
      if (!(await this.#writer.begin())) return 0;
      const count = this.tryWrite(data);
      if (count > 0 || this.#isWriteCanceled) return count;
    }
  }

  /** One call, as the plan of faults has it: bytes moved, 0 when it would have to wait. */
  #transfer(operation: FaultOperation, length: number, move: (most: number) => number): number {
    this.#check(operation === "read" ? "receive" : "send");
    const { faults } = this.#end;
    for (;;) {
      this.counters[operation === "read" ? "readCalls" : "writeCalls"]++;
      const decision = faults?.next(operation, length) ?? { action: "transfer", maxBytes: length };
      if (decision.action === "interrupt") continue;
      if (decision.action === "disconnect") this.#unplug(operation);
      const count = decision.action === "transfer" ? move(decision.maxBytes) : 0;
      if (count === 0) this.counters.wouldBlock++;
      faults?.transferred(count);
      if (faults?.isDisconnectDue === true) nextTask(() => this.#end.disconnect());
      return count;
    }
  }

  #unplug(operation: FaultOperation): never {
    this.#end.disconnect();
    throw this.#goneError(operation === "read" ? "receive" : "send");
  }

  /** As long as the line needs, and a little longer for a reader who is slow. */
  async #letOutputGo(): Promise<number> {
    const { output, faults } = this.#end;
    if (output.queued === 0) return 0;
    const lineMs = (output.queued * 1500) / (faults?.bytesPerSecond ?? Number.POSITIVE_INFINITY);
    const boundMs = Math.min(Math.ceil(lineMs) + CLOSE_SLACK_MS, LONGEST_TIMER_MS); // integers only
    const signal = AbortSignal.timeout(boundMs);
    await this.drain(false, signal).catch(() => undefined);
    return output.queued;
  }

  #require(feature: Feature, operation: string): void {
    this.#check(operation);
    this.#end.driver.require(feature, this.#end.path, operation);
  }

  #check(operation: string): void {
    if (this.#isGone) throw this.#goneError(operation);
  }

  #goneError(operation: string): SerialError {
    const { path } = this.#end;
    return new SerialDisconnectedError(
      `Cannot ${actionOf(operation)} port "${path}": the device is gone`,
      { code: "ERR_SERIAL_DISCONNECTED", path, operation },
    );
  }
}
