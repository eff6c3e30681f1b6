// An open in-memory port: the backend contract over one connector.

import type { BackendPort } from "../backend/backend.ts";
import { createIoCounters, type IoCounters, READ, WRITE } from "../backend/channel.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { OnRefusal, Outcome } from "../config/refusals.ts";
import { deviceGone, type SerialError } from "../errors/errors.ts";
import { checkMemory, lostMemory } from "../errors/lost-memory.ts";
import type { Feature, SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../model/modem-lines.ts";
import { setImmediate } from "../process/timers.ts";
import type { FaultOperation } from "./fault-plan-options.ts";
import type { MemoryEnd, MemoryListener } from "./memory-end.ts";
import { LONGEST_TIMER_MS, WaitList } from "./waiting.ts";

/** On close, queued output may take this much longer than the line needs, in milliseconds. */
const CLOSE_SLACK_MS = 100;

/** An open port. The constructor stores; `open()` plugs it in. */
export class MemoryPort implements BackendPort, MemoryListener {
  readonly fd: undefined = undefined;
  readonly counters: IoCounters = createIoCounters();
  onReady: ((ready: number) => void) | undefined;
  onFailed: ((error: SerialError) => void) | undefined;
  readonly #end: MemoryEnd;
  readonly #lines = new WaitList();
  #armed = 0;
  #isClosed = false;
  #isGone = false;

  constructor(end: MemoryEnd) {
    this.#end = end;
  }

  /** Opens a port on a connector; nothing changes when the settings are refused. */
  static open(end: MemoryEnd, config: SerialConfig, onRefusal: OnRefusal): MemoryPort {
    const port = new MemoryPort(end);
    end.driver.configure(end.path, config, onRefusal);
    end.open(port);
    end.reconfigured();
    if (end.driver.has("modemLines")) end.setOutputs(config.controlLines);
    return port;
  }

  get capabilities(): SerialCapabilities {
    return this.#end.driver.capabilities;
  }

  get outcome(): Outcome {
    return this.#end.driver.outcome;
  }

  get marksErrors(): boolean {
    return this.#end.driver.config.lineErrors === "mark";
  }

  configure(config: SerialConfig, onRefusal: OnRefusal): Outcome {
    this.#check("configure");
    const { driver } = this.#end;
    const before = driver.config.controlLines;
    const outcome = driver.configure(this.#end.path, config, onRefusal);
    this.#end.reconfigured();
    if (config.controlLines !== before && driver.has("modemLines")) {
      this.#end.setOutputs(config.controlLines);
    }
    return outcome;
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

  tryRead(into: Uint8Array): number {
    checkMemory(into, this.#end.path);
    return this.#transfer("read", into.length, (most) => this.#end.take(into.subarray(0, most)));
  }

  tryWrite(data: Uint8Array): number {
    if (data.length === 0) throw lostMemory("send", this.#end.path);
    return this.#transfer("write", data.length, (most) => {
      return this.#end.output.push(data.subarray(0, most));
    });
  }

  /** Bytes that are there already were missed by the try because of a fault. */
  arm(interest: number): void {
    this.#armed |= interest;
    if (this.#ready !== 0) setImmediate(() => this.onChange());
  }

  checkSent(): void {
    this.#check("drain");
  }

  isTransmitterEmpty(): boolean {
    this.#check("drain");
    return this.#end.output.isIdle;
  }

  longestOutputMs(bytes: number): number {
    const { bytesPerSecond } = this.#end.faults ?? { bytesPerSecond: Number.POSITIVE_INFINITY };
    const lineMs = (bytes * 1500) / bytesPerSecond;
    return Math.min(Math.ceil(lineMs) + CLOSE_SLACK_MS, LONGEST_TIMER_MS); // integers only
  }

  async waitModemLineChange(signal: AbortSignal): Promise<void> {
    this.#require("modemLines", "modemLineChanges");
    await this.#lines.begin(signal);
  }

  async close(): Promise<void> {
    this.abandon();
  }

  abandon(): void {
    this.#isClosed = true;
    if (!this.#isGone) this.#end.close(this.#end.driver.config.hangupOnClose);
  }

  restoreAtExit(): void {
    if (!this.#isGone) this.#end.driver.restore();
  }

  onChange(): void {
    const ready = this.#ready;
    this.#armed &= ~ready;
    if (ready !== 0 && !this.#isClosed) this.onReady?.(ready);
  }

  linesChanged(): void {
    this.#lines.end();
  }

  wentAway(): void {
    this.#isGone = true;
    this.#lines.fail(this.#gone("modemLineChanges"));
    setImmediate(() => {
      if (!this.#isClosed) this.onFailed?.(this.#gone("receive"));
    });
  }

  /** Directions that are armed, and would find something. */
  get #ready(): number {
    const { input, output } = this.#end;
    return this.#armed & ((input.length > 0 ? READ : 0) | (output.room > 0 ? WRITE : 0));
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
      if (faults?.isDisconnectDue === true) setImmediate(() => this.#end.disconnect());
      return count;
    }
  }

  #unplug(operation: FaultOperation): never {
    this.#end.disconnect();
    throw this.#gone(operation === "read" ? "receive" : "send");
  }

  #require(feature: Feature, operation: string): void {
    this.#check(operation);
    this.#end.driver.require(feature, this.#end.path, operation);
  }

  #check(operation: string): void {
    if (this.#isGone) throw this.#gone(operation);
  }

  #gone(operation: string): SerialError {
    return deviceGone(this.#end.path, operation);
  }
}
