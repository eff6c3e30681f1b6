// The line that clients of a `remote` member see: the lines of the other members, and the settings of the port that
// follows. Where no port follows, a client's settings are kept and shown, as those of a pty are.

import type { ControlLines, ModemLines } from "anyserial";
import type { LineSettings, OutputLevels, ServedLine } from "anyserial/serve";
import type { LineEnd, LineError, LineWants } from "../engine/line-end.ts";
import type { MemberHost } from "../engine/member.ts";
import { type LineSignals, type MemberLines, NO_SIGNALS, nullModem } from "../model/line-levels.ts";
import type { MemberSettings } from "../model/types.ts";
import { flowControlOf, lineFlowOf } from "./line-flow.ts";

/** Settings before a client has asked for any. */
const INITIAL: LineSettings = {
  baudRate: 115_200,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  flow: "none",
};

/** The clients, as a line sees them. */
export interface RemoteLineClients {
  /** A client is served. */
  readonly isPresent: boolean;
  readonly wants: { readonly lineErrors: boolean; readonly modemLines: boolean };
  modemLinesChanged(lines: ModemLines): void;
  lineError(error: LineError): void;
}

/** The line of one `remote` member. */
export class RemoteLine implements ServedLine, LineEnd {
  readonly isReal = false;
  readonly #host: MemberHost;
  readonly #clients: () => RemoteLineClients | undefined;
  #asked: LineSettings = INITIAL;
  #outputs: OutputLevels = { dtr: true, rts: true };
  #isBreaking = false;
  #seen: LineSignals = NO_SIGNALS;

  constructor(host: MemberHost, clients: () => RemoteLineClients | undefined) {
    this.#host = host;
    this.#clients = clients;
  }

  get outputs(): OutputLevels {
    return this.#outputs;
  }

  get isBreaking(): boolean {
    return this.#isBreaking;
  }

  get wants(): LineWants {
    const { modemLines = false, lineErrors = false } = this.#clients()?.wants ?? {};
    return { signals: modemLines, errors: lineErrors };
  }

  settings(): LineSettings {
    const inForce = this.#host.line.settingsInForce();
    if (inForce === undefined) return this.#asked;
    const { baudRate, dataBits, parity, stopBits, flowControl = "none" } = inForce;
    return { baudRate, dataBits, parity, stopBits, flow: lineFlowOf(flowControl) };
  }

  /** The settings that the client has asked for, as far as there are such. */
  memberSettings(): MemberSettings {
    const { flow, ...line } = this.#asked;
    return { ...line, flowControl: flowControlOf(flow), raw: true, echo: false };
  }

  async apply(changes: Partial<LineSettings>): Promise<void> {
    this.#asked = { ...this.settings(), ...changes };
    const settings = this.memberSettings();
    this.#host.onSettings(settings);
    await this.#host.line.ask(settings);
    this.#asked = this.settings();
  }

  async setOutputs({
    dtr = this.#outputs.dtr,
    rts = this.#outputs.rts,
  }: ControlLines): Promise<void> {
    this.#outputs = { dtr, rts };
    await this.#show();
  }

  async setBreak(asserted: boolean): Promise<void> {
    this.#isBreaking = asserted;
    await this.#show();
  }

  async discard(queue: "input" | "output"): Promise<void> {
    await this.#host.line.discard(queue);
  }

  async modemLines(): Promise<ModemLines> {
    this.#seen = await this.#host.line.readSignals();
    return inputsOf(this.#seen);
  }

  levels(): MemberLines | undefined {
    if (this.#clients()?.isPresent !== true) return undefined;
    return { ...this.#outputs, ...inputsOf(this.#seen), break: this.#isBreaking };
  }

  setSignals(signals: LineSignals): void {
    const wasBreaking = this.#seen.break;
    this.#seen = signals;
    this.#clients()?.modemLinesChanged(inputsOf(signals));
    if (signals.break && !wasBreaking) this.lineError("break");
  }

  lineError(error: LineError): void {
    this.#clients()?.lineError(error);
  }

  /** A client came, or the last one left: it asserts its lines, as an application that opens a port does. */
  presenceChanged(isPresent: boolean): void {
    this.#isBreaking = false;
    if (isPresent) this.#outputs = { dtr: true, rts: true };
    void this.#host.line.onSignals(isPresent ? this.#shown : undefined);
  }

  get #shown(): LineSignals {
    return nullModem({ ...this.#outputs, break: this.#isBreaking });
  }

  async #show(): Promise<void> {
    await this.#host.line.onSignals(this.#shown);
  }
}

function inputsOf({ cts, dsr, dcd, ri }: LineSignals): ModemLines {
  return { cts, dsr, dcd, ri };
}
