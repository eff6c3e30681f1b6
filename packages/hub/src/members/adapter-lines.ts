// The lines of an emulated adapter: its outputs are the application's, its inputs are what the other members show, by the
// wires of the configuration. Breaks and broken characters arrive in their place among the bytes.

import type { EmulatedLines, EmulatedPort } from "anyserial/adapter";
import type { LineEnd, LineError, LineWants } from "../engine/line-end.ts";
import type { MemberHost } from "../engine/member.ts";
import { type LineSignals, type MemberLines, NO_SIGNALS, nullModem } from "../model/line-levels.ts";
import type { AdapterWire, AdapterWires } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";

type Inputs = Omit<LineSignals, "break">;

/** Lines of a member that is an adapter, over all of its plugs. */
export class AdapterLines implements LineEnd {
  readonly isReal = false;
  readonly wants: LineWants = { signals: true, errors: true };
  readonly #host: MemberHost;
  #wires: AdapterWires;
  #port: EmulatedPort | undefined;
  #shown: LineSignals = NO_SIGNALS;
  #given: Inputs = NO_SIGNALS;
  /** The next byte is broken in this way. */
  #pending: Exclude<LineError, "break"> | undefined;

  constructor(host: MemberHost, wires: AdapterWires = {}) {
    this.#host = host;
    this.#wires = wires;
  }

  /** It is plugged in. */
  begin(port: EmulatedPort): void {
    this.#port = port;
    this.#given = NO_SIGNALS;
    this.outputsChanged(port.lines());
    this.#setInputs();
  }

  /** It is pulled out. */
  end(): void {
    this.#port = undefined;
    this.#pending = undefined;
    void this.#host.line.onSignals(undefined);
  }

  /** The wires are other ones now. */
  rewire(wires: AdapterWires = {}): void {
    this.#wires = wires;
    this.#setInputs();
  }

  /** The application has set its lines. */
  outputsChanged(lines: EmulatedLines): void {
    void this.#host.line.onSignals(nullModem(lines));
  }

  levels(): MemberLines | undefined {
    const port = this.#port;
    if (port?.isOpen !== true) return undefined;
    const { dtr, rts, break: isBreaking } = port.lines();
    const { cts, dsr, dcd, ri } = this.#given;
    return { dtr, rts, cts, dsr, dcd, ri, break: isBreaking };
  }

  /** At once, so that each change is reported: the way to the adapter keeps the order of lines and bytes. */
  setSignals(signals: LineSignals): void {
    const wasBreaking = this.#shown.break;
    this.#shown = signals;
    if (signals.break && !wasBreaking) this.lineError("break");
    this.#setInputs();
  }

  lineError(error: LineError): void {
    const port = this.#port;
    if (port?.applicationOpen !== true) return;
    if (error !== "break") this.#pending = error;
    else this.#inject(port.inject({ kind: error }));
  }

  /** Sends bytes to the application; the first one is broken after an error. @returns Bytes taken. */
  send(port: EmulatedPort, bytes: Uint8Array): number {
    const error = this.#pending;
    const [byte] = bytes;
    if (error === undefined || byte === undefined) return port.trySend(bytes);
    const taken = this.sendBroken(byte, error);
    return taken === 0 ? 0 : taken + port.trySend(bytes.subarray(1));
  }

  sendBroken(byte: number, kind: Exclude<LineError, "break">): number {
    const port = this.#port;
    if (port?.isOpen !== true || !port.isWritable()) return 0;
    this.#pending = undefined;
    this.#inject(port.inject({ kind, byte }));
    return 1;
  }

  #setInputs(): void {
    const port = this.#port;
    const inputs = this.#inputs;
    const changes = Object.entries(inputs).filter(
      ([name, level]) => level !== this.#given[name as keyof Inputs], // its keys
    );
    if (port?.isOpen !== true || changes.length === 0) return;
    this.#given = inputs;
    port.setModemLines(Object.fromEntries(changes)).catch((error: unknown) => {
      if (this.#port === port) this.#host.onQueryFailed(errorOf(error)); // else it is pulled out
    });
  }

  get #inputs(): Inputs {
    const { cts, dsr, dcd, ri } = this.#wires;
    const shown = this.#shown;
    const level = (wire: AdapterWire | undefined, usual: boolean): boolean => {
      if (wire === undefined) return usual;
      if (wire === "rts" || wire === "dtr") return wire === "rts" ? shown.cts : shown.dsr;
      return wire === "on";
    };
    return {
      cts: level(cts, shown.cts),
      dsr: level(dsr, shown.dsr),
      dcd: level(dcd, shown.dcd),
      ri: level(ri, shown.ri),
    };
  }

  #inject(injecting: Promise<void>): void {
    const port = this.#port;
    injecting.catch((error: unknown) => {
      if (this.#port === port) this.#host.onQueryFailed(errorOf(error));
    });
  }
}
