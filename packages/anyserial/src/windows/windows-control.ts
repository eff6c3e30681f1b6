// Answers of an open COM port that need no waiting: settings, lines and queues. Its bytes are in
// windows-port.ts.

import type { PortControl } from "../backend/backend.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import type { OnRefusal, Outcome } from "../config/refusals.ts";
import { refineCapabilities, type SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../model/modem-lines.ts";
import { PURGE } from "./abi.ts";
import { WINDOWS_CAPABILITIES } from "./capabilities.ts";
import { CommHandle, type CommParts } from "./comm-handle.ts";
import { CommSettings } from "./comm-settings.ts";
import { modemLinesOf } from "./modem-status.ts";

export class WindowsControl implements Omit<PortControl, "checkSent" | "isTransmitterEmpty"> {
  readonly fd = undefined;
  readonly marksErrors = false;
  protected readonly comm: CommHandle;
  readonly #settings: CommSettings;
  /** Rate in force, in baud. */
  protected baudRate = 0;
  #capabilities: SerialCapabilities | undefined;

  constructor(parts: CommParts) {
    this.comm = new CommHandle(parts);
    this.#settings = new CommSettings(this.comm);
  }

  get capabilities(): SerialCapabilities {
    this.#capabilities ??= this.#probe();
    return this.#capabilities;
  }

  get outcome(): Outcome {
    return this.#settings.outcome;
  }

  /** Takes over a port that was just opened. */
  prepare(tuning: LineTuning | undefined): void {
    this.#settings.tuning = tuning;
    this.#settings.prepare();
  }

  configure(config: SerialConfig, onRefusal: OnRefusal): Outcome {
    const outcome = this.#settings.configure(config, onRefusal);
    this.baudRate = outcome.inForce.baudRate;
    return outcome;
  }

  effectiveConfig(): EffectiveConfig {
    return this.#settings.effective();
  }

  /** Whether the line would have been received as other bytes under settings from before. */
  receivesOtherwise(dcb: Uint8Array): boolean {
    return this.#settings.receivesOtherwise(dcb);
  }

  inputWaiting(): number {
    return this.comm.inputWaiting("inputWaiting");
  }

  outputWaiting(): number {
    return this.comm.outputWaiting("outputWaiting");
  }

  discard(queue: "input" | "output"): void {
    const isInput = queue === "input";
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
    return undefined; // Windows reports edges, and counts none
  }

  lineErrorCounts(): LineErrorCounts {
    return this.comm.lineErrors();
  }

  restoreAtExit(): void {
    this.#settings.restore();
  }

  #probe(): SerialCapabilities {
    const { handle, kernel32 } = this.comm;
    const answer = kernel32.getCommModemStatus(handle, new Uint8Array(4));
    const modemLines = answer < 0 ? "unsupported" : "supported";
    return refineCapabilities(WINDOWS_CAPABILITIES, { modemLines, modemLineEvents: modemLines });
  }
}
