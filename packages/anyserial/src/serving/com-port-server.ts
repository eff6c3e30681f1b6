// One client of an RFC 2217 server. It sends data, questions and settings, which are handled in their order; it gets
// data, answers and notifications. The port is behind the interface ServedLine; there is no socket here.

import type { ModemLines } from "../model/modem-lines.ts";
import {
  CONTROL,
  type ComPortMessage,
  controlGroup,
  decodeComPort,
  encodeComPort,
  LINE_STATE,
  PURGE,
} from "../remote/com-port.ts";
import { BREAK, TelnetDecoder } from "../remote/telnet.ts";
import {
  BINARY,
  COM_PORT,
  ECHO,
  SUPPRESS_GO_AHEAD,
  TelnetOptions,
} from "../remote/telnet-options.ts";
import { changesOf, flowOf, flowValue, type SettingMessage, settingValue } from "./line-values.ts";
import { ModemNotices } from "./modem-notices.ts";
import { ResetSequence, type SequenceClock, systemClock } from "./reset-sequence.ts";
import type { ServedLine } from "./served-line.ts";

/** Length of the break that plain telnet asks for, in milliseconds. */
const BREAK_MS = 250;

/** The surroundings of one client. */
export interface ComPortServerParts {
  readonly line: ServedLine;
  /** The client may use lines, breaks and purges now; otherwise it only gets answers. */
  readonly mayControl: () => boolean;
  /** The client may change rate, framing and flow control too. @defaultValue as `mayControl` */
  readonly maySet?: (() => boolean) | undefined;
  /** Sends bytes to the client, as they are. */
  readonly send: (bytes: Uint8Array) => void;
  /** Takes data of the client. Everything else of the client waits for the promise that it returns. */
  readonly data: (bytes: Uint8Array) => Promise<void> | undefined;
  /** The client does not want data now, or wants it again. */
  readonly onSuspend: (isSuspended: boolean) => void;
  /** Name of the server, for clients that ask. */
  readonly signature: string;
  readonly clock?: SequenceClock | undefined;
}

type Step = () => Promise<void> | undefined;

/** The protocol of one client. */
export class ComPortServer {
  readonly #parts: ComPortServerParts;
  readonly #options: TelnetOptions;
  readonly #decoder: TelnetDecoder;
  readonly #lines: ResetSequence;
  readonly #clock: SequenceClock;
  #steps: Step[] = [];
  #lineMask = 0;
  readonly #modem = new ModemNotices();
  #isComPort = false;
  #isSuspended = false;

  constructor(parts: ComPortServerParts) {
    this.#parts = parts;
    const { line, send, clock = systemClock } = parts;
    this.#clock = clock;
    this.#lines = new ResetSequence(line.outputs, (lines) => line.setOutputs(lines), clock);
    this.#options = new TelnetOptions(
      {
        own: [BINARY, ECHO, SUPPRESS_GO_AHEAD, COM_PORT],
        peer: [BINARY, SUPPRESS_GO_AHEAD, COM_PORT],
        onChange: (_side, option) => this.#changed(option),
      },
      send,
    );
    this.#decoder = new TelnetDecoder({
      data: (bytes) => this.#steps.push(() => this.#parts.data(bytes)),
      negotiation: (verb, option) =>
        this.#steps.push(() => {
          const wasComPort = this.#isComPort;
          this.#options.received(verb, option);
          return this.#isComPort && !wasComPort ? this.#reportModemLines() : undefined;
        }),
      subnegotiation: (option, payload) => {
        const message = option === COM_PORT ? decodeComPort("client", payload) : undefined;
        if (message !== undefined) this.#steps.push(() => this.#handle(message));
      },
      command: (code) => {
        if (code === BREAK) this.#steps.push(() => this.#break());
      },
    });
  }

  /** Begins: a terminal that speaks plain telnet passes on each key by itself. */
  start(): void {
    this.#options.offer(ECHO);
    this.#options.offer(SUPPRESS_GO_AHEAD);
    this.#options.offer(BINARY);
    this.#options.request(BINARY);
    this.#options.request(COM_PORT);
  }

  /** The client has agreed on RFC 2217. */
  get isComPort(): boolean {
    return this.#isComPort;
  }

  /** The client wants no data now. */
  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  /** The client wants to know of errors on the line. */
  get wantsLineErrors(): boolean {
    return (this.#lineMask & (LINE_STATE.break | LINE_STATE.framing | LINE_STATE.parity)) !== 0;
  }

  /** The client wants to know of the modem lines. */
  get wantsModemLines(): boolean {
    return this.#isComPort && this.#modem.mask !== 0;
  }

  /**
   * Takes in bytes of the client; one call at a time.
   *
   * @returns To be waited for before the next call; `undefined` when all is done.
   */
  receive(chunk: Uint8Array): Promise<void> | undefined {
    this.#decoder.push(chunk);
    const steps = this.#steps;
    this.#steps = [];
    for (const [at, step] of steps.entries()) {
      const waiting = step();
      if (waiting !== undefined) return this.#receiveLater(waiting, steps.slice(at + 1));
    }
    return undefined;
  }

  /** The modem lines of the port have changed. */
  modemLinesChanged(lines: ModemLines): void {
    const value = this.#modem.changed(lines);
    if (value !== undefined && this.#isComPort) this.#answer({ kind: "modemState", value });
  }

  /** An error was received; its character, if it has one, is sent after this. */
  lineError(error: "break" | "framing" | "parity" | "overrun"): void {
    const bit = LINE_STATE[error];
    if ((this.#lineMask & bit) !== 0) this.#answer({ kind: "lineState", value: bit });
  }

  /** The client is gone: ends a reset sequence that it began. */
  async end(): Promise<void> {
    await this.#lines.end();
  }

  async #receiveLater(waiting: Promise<void>, rest: readonly Step[]): Promise<void> {
    await waiting;
    for (const step of rest) await step();
  }

  get #maySet(): boolean {
    const { mayControl, maySet = mayControl } = this.#parts;
    return maySet();
  }

  #changed(option: number): void {
    if (option !== COM_PORT) return;
    const isOn = this.#options.peer(COM_PORT) === "on" || this.#options.own(COM_PORT) === "on";
    this.#isComPort = isOn;
  }

  #handle(message: ComPortMessage): Promise<void> | undefined {
    if (!this.#isComPort) return undefined;
    switch (message.kind) {
      case "signature":
        if (message.text.length === 0) {
          this.#answer({
            kind: "signature",
            text: new TextEncoder().encode(this.#parts.signature),
          });
        }
        return undefined;
      case "suspend":
      case "resume":
        this.#isSuspended = message.kind === "suspend";
        this.#parts.onSuspend(this.#isSuspended);
        return undefined;
      case "lineStateMask":
        this.#lineMask = message.value;
        this.#answer(message);
        return undefined;
      case "modemStateMask":
        return this.#setModemMask(message.value);
      case "control":
        return this.#control(message.value);
      case "purge":
        return this.#purge(message.value);
      case "modemState": // a question of clients that poll
        return this.#reportModemLines();
      case "lineState":
        return undefined;
      default:
        return this.#set(message);
    }
  }

  async #set(message: SettingMessage): Promise<void> {
    const { line } = this.#parts;
    const changes = changesOf(message);
    if (changes !== undefined && this.#maySet) await this.#try(() => line.apply(changes));
    this.#answer({ ...message, value: settingValue(message.kind, line.settings()) });
  }

  async #control(value: number): Promise<void> {
    const group = controlGroup(value);
    if (group === undefined) return;
    if (this.#parts.mayControl()) await this.#try(() => this.#setControl(value));
    this.#answer({ kind: "control", value: this.#controlNow(group) });
  }

  async #setControl(value: number): Promise<void> {
    const { line } = this.#parts;
    const flow = flowOf(value);
    if (flow !== undefined && this.#maySet) await line.apply({ flow });
    if (value === CONTROL.breakOn || value === CONTROL.breakOff) {
      await line.setBreak(value === CONTROL.breakOn);
    }
    if (value === CONTROL.dtrOn || value === CONTROL.dtrOff) {
      await this.#lines.setDtr(value === CONTROL.dtrOn);
    }
    if (value === CONTROL.rtsOn || value === CONTROL.rtsOff) {
      await this.#lines.setRts(value === CONTROL.rtsOn);
    }
  }

  #controlNow(group: NonNullable<ReturnType<typeof controlGroup>>): number {
    const { line, mayControl } = this.#parts;
    const levels = mayControl() ? this.#lines.levels : line.outputs;
    switch (group) {
      case "flow":
        return flowValue("flow", line.settings().flow);
      case "inboundFlow":
        return flowValue("inboundFlow", line.settings().flow);
      case "break":
        return line.isBreaking ? CONTROL.breakOn : CONTROL.breakOff;
      case "dtr":
        return levels.dtr ? CONTROL.dtrOn : CONTROL.dtrOff;
      default:
        return levels.rts ? CONTROL.rtsOn : CONTROL.rtsOff;
    }
  }

  async #purge(value: number): Promise<void> {
    const { line } = this.#parts;
    const isKnown = value >= PURGE.input && value <= PURGE.both;
    if (isKnown && this.#parts.mayControl()) {
      if (value !== PURGE.output) await this.#try(() => line.discard("input"));
      if (value !== PURGE.input) await this.#try(() => line.discard("output"));
    }
    this.#answer({ kind: "purge", value });
  }

  async #setModemMask(value: number): Promise<void> {
    this.#modem.mask = value;
    this.#answer({ kind: "modemStateMask", value });
    if (value !== 0) await this.#reportModemLines();
  }

  /** Sends the levels at once: a client must not have to wait for a change. */
  async #reportModemLines(): Promise<void> {
    await this.#try(async () => {
      const { changes } = this.#modem;
      const lines = await this.#parts.line.modemLines();
      if (lines) this.#answer({ kind: "modemState", value: this.#modem.now(lines, changes) });
    });
  }

  async #break(): Promise<void> {
    const { line, mayControl } = this.#parts;
    if (!mayControl()) return;
    await this.#try(async () => {
      await line.setBreak(true);
      await this.#clock.sleep(BREAK_MS);
      await line.setBreak(false);
    });
  }

  /** A setting that the port refuses does not end the client: the answer has the value in force. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch {
      // the answer shows it
    }
  }

  #answer(message: ComPortMessage): void {
    this.#parts.send(encodeComPort("server", message));
  }
}
