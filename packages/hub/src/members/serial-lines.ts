// The lines of a real port: shows those of its device to the others, and sets DTR, RTS and breaks as they do.

import type { SerialLine } from "anyserial/serve";
import { type LineEnd, type LineError, type LineWants, NO_WANTS } from "../engine/line-end.ts";
import type { MemberHost } from "../engine/member.ts";
import { pause } from "../engine/pause.ts";
import type { LineSignals, MemberLines } from "../model/line-levels.ts";

/** A break that was received is passed on as one of this length, in milliseconds: its own is not known. */
const PASSED_BREAK_MS = 250;
/** Changes that may wait for a slow port; beyond it only the last one is made. */
const MOST_PENDING = 64;

/** Lines of a `serial` member, over all of its sessions. */
export class SerialLines implements LineEnd {
  readonly isReal = true;
  /** Lines and breaks of other real ports, where they reach this one. */
  readonly wants: LineWants = { signals: true, errors: true };
  readonly #host: MemberHost;
  #line: SerialLine | undefined;
  /** The last that the others showed. */
  #signals: LineSignals | undefined;
  #watched: LineWants = NO_WANTS;
  #setting: Promise<void> = Promise.resolve();
  #pending = 0;
  #session = new AbortController();
  /** The driver has refused DTR and RTS: a pty has none. */
  #lacksOutputs = false;
  #isWarned = false;

  constructor(host: MemberHost) {
    this.#host = host;
  }

  /** The port is open. */
  begin(line: SerialLine): void {
    this.#line = line;
    this.#session = new AbortController();
    this.#lacksOutputs = false; // it may be another device
    line.want({ lineErrors: this.#watched.errors, modemLines: this.#watched.signals });
    if (this.#signals !== undefined) void this.setSignals(this.#signals);
  }

  /** The port is gone. */
  end(): void {
    this.#line = undefined;
    this.#session.abort();
    void this.#host.line.onSignals(undefined);
  }

  levels(): MemberLines | undefined {
    const line = this.#line;
    const inputs = line?.lastModemLines;
    if (line === undefined || inputs === undefined) return undefined;
    const { cts, dsr, dcd, ri } = inputs;
    return { ...line.outputs, cts, dsr, dcd, ri, break: line.isBreaking };
  }

  /** One after the other: a pulse stays one. */
  setSignals(signals: LineSignals): Promise<void> {
    this.#signals = signals;
    this.#pending++;
    this.#setting = this.#setting.then(async () => {
      this.#pending--;
      if (signals === this.#signals || this.#pending < MOST_PENDING) await this.#set(signals);
    });
    return this.#setting;
  }

  lineError(error: LineError): void {
    if (error === "break") this.#setting = this.#setting.then(() => this.#passBreak());
  }

  watch(wants: LineWants): void {
    this.#watched = wants;
    this.#line?.want({ lineErrors: wants.errors, modemLines: wants.signals });
    if (!wants.signals) void this.#host.line.onSignals(undefined);
  }

  async read(): Promise<void> {
    const lines = await this.#line?.modemLines();
    if (lines === undefined) return;
    const { cts, dsr, dcd, ri } = lines;
    await this.#host.line.onSignals({ cts, dsr, dcd, ri, break: false });
  }

  async #set(signals: LineSignals): Promise<void> {
    const line = this.#line;
    if (line === undefined) return;
    await this.#setOutputs(line, signals);
    await this.#try(async () => {
      if (signals.break !== line.isBreaking) await line.setBreak(signals.break);
    });
  }

  async #setOutputs(line: SerialLine, signals: LineSignals): Promise<void> {
    const { dtr, rts } = line.outputs;
    const isRtsFree = line.settings().flow !== "rtsCts"; // else the driver has it
    const changes = {
      ...(signals.dsr === dtr ? {} : { dtr: signals.dsr }),
      ...(signals.cts === rts || !isRtsFree ? {} : { rts: signals.cts }),
    };
    if (this.#lacksOutputs || Object.keys(changes).length === 0) return;
    try {
      await line.setOutputs(changes);
    } catch (error) {
      if (this.#line !== line) return; // the port is gone
      this.#lacksOutputs = true;
      if (this.#isWarned) return;
      this.#isWarned = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#host.onWarning(`DTR and RTS of applications do not reach the port: ${reason}`);
    }
  }

  async #passBreak(): Promise<void> {
    const line = this.#line;
    await this.#try(async () => {
      await line?.setBreak(true);
      await pause(PASSED_BREAK_MS, this.#session.signal);
      await line?.setBreak(false);
    });
  }

  /** A break that a driver refuses is no failure of the member; it is reported once. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (this.#line !== undefined) this.#host.onQueryFailed(error as Error);
    }
  }
}
