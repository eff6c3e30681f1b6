// An open port as a server has it: its line for settings and questions, and its bytes. Line errors and
// modem lines are watched only while a client asks for them.

import type { SerialConfigInput } from "../config/config.ts";
import type { ControlLines, ModemLines } from "../model/modem-lines.ts";
import type { SerialPort } from "../port/serial-port.ts";
import type { LineFlow, LineSettings, OutputLevels, ServedLine } from "./served-line.ts";

/** Receives bytes, errors and changes of the port. */
export interface SerialLineListener {
  /** @param bytes Used again afterwards. @returns A promise to await before the next read. */
  onData(bytes: Uint8Array): Promise<void> | undefined;
  /** An error was received; the data that follows begins with its character, if it has one. */
  onLineError(error: "break" | "framing" | "parity" | "overrun"): void;
  onModemLines(lines: ModemLines): void;
}

const CHUNK = 65_536;

export class SerialLine implements ServedLine {
  readonly #port: SerialPort;
  readonly #listener: SerialLineListener;
  #outputs: OutputLevels;
  #isBreaking = false;
  readonly #afterBreak: (() => void)[] = [];
  #lastModemLines: ModemLines | undefined;
  #wantsErrors = false;
  /** Ends a pending receive, which then starts again in another mode. */
  #switching = new AbortController();
  #watching: AbortController | undefined;

  constructor(port: SerialPort, listener: SerialLineListener) {
    this.#port = port;
    this.#listener = listener;
    const { dtr = true, rts = true } = port.config.controlLines; // opening asserts them on most drivers
    this.#outputs = { dtr, rts };
  }

  get outputs(): OutputLevels {
    return this.#outputs;
  }

  get isBreaking(): boolean {
    return this.#isBreaking;
  }

  /** Resolves when the break is over, or at once where there is none. */
  get breakEnded(): Promise<void> {
    if (!this.#isBreaking) return Promise.resolve();
    return new Promise((resolve) => void this.#afterBreak.push(resolve));
  }

  /** Levels of the inputs as they were last read; `undefined` while they never were. */
  get lastModemLines(): ModemLines | undefined {
    return this.#lastModemLines;
  }

  settings(): LineSettings {
    const { baudRate, dataBits, parity, stopBits, flowControl } = this.#port.config;
    return { baudRate, dataBits, parity, stopBits, flow: flowOf(flowControl) };
  }

  async apply({ flow, ...changes }: Partial<LineSettings>): Promise<void> {
    const flowControl = flow && {
      xonXoff: flow === "xonXoff",
      rtsCts: flow === "rtsCts",
      dtrDsr: flow === "dtrDsr",
    };
    await this.#untilSent();
    const config: SerialConfigInput = { ...changes, flowControl, unsupportedPolicy: "raise" };
    await this.#port.configure(config);
  }

  async setOutputs(lines: ControlLines): Promise<void> {
    await this.#port.setControlLines(lines);
    const { dtr = this.#outputs.dtr, rts = this.#outputs.rts } = lines;
    this.#outputs = { dtr, rts };
  }

  async setBreak(asserted: boolean): Promise<void> {
    if (asserted === this.#isBreaking) return;
    this.#isBreaking = asserted;
    try {
      await (asserted ? this.#beginBreak() : this.#endBreak());
    } catch (error) {
      this.#breakEnded();
      throw error;
    }
  }

  async discard(queue: "input" | "output"): Promise<void> {
    await (queue === "input" ? this.#port.discardInput() : this.#port.discardOutput());
  }

  async modemLines(): Promise<ModemLines | undefined> {
    if (!this.#hasModemLines) return undefined;
    this.#lastModemLines = await this.#port.modemLines();
    return this.#lastModemLines;
  }

  /** Begins or ends to watch errors and modem lines. */
  want({
    lineErrors,
    modemLines,
  }: {
    readonly lineErrors: boolean;
    readonly modemLines: boolean;
  }): void {
    if (lineErrors !== this.#wantsErrors) {
      this.#wantsErrors = lineErrors;
      this.#switching.abort();
    }
    if (!modemLines) {
      this.#watching?.abort();
      this.#watching = undefined;
    } else if (this.#watching === undefined && this.#hasModemLines) {
      this.#watching = new AbortController();
      void this.#watchModemLines(this.#watching.signal);
    }
  }

  /**
   * Reads the port until it is closed or gone.
   *
   * @throws The error that ended it.
   */
  async run(): Promise<void> {
    const buffer = new Uint8Array(CHUNK);
    for (;;) {
      const switching = new AbortController();
      this.#switching = switching;
      const { signal } = switching;
      const marks = await this.#setMarks(this.#wantsErrors);
      try {
        if (marks) await this.#readEvents(signal);
        else await this.#readBytes(buffer, signal);
      } catch (error) {
        if (!signal.aborted || !this.#port.isOpen) throw error;
      }
    }
  }

  /** Ends all watching. */
  end(): void {
    this.#watching?.abort();
  }

  get #hasModemLines(): boolean {
    return this.#port.capabilities.modemLines !== "unsupported";
  }

  async #readBytes(buffer: Uint8Array, signal: AbortSignal): Promise<void> {
    for (;;) {
      const count = await this.#port.receiveInto(buffer, { signal });
      await this.#listener.onData(buffer.subarray(0, count));
    }
  }

  async #readEvents(signal: AbortSignal): Promise<void> {
    for await (const event of this.#port.receiveEvents({ signal })) {
      if (event.kind === "data") {
        await this.#listener.onData(event.data);
        continue;
      }
      const times = event.kind === "overrun" ? Math.min(event.count, MOST_NOTICES) : 1;
      for (let count = 0; count < times; count++) this.#listener.onLineError(event.kind);
      if ("byte" in event) await this.#listener.onData(Uint8Array.of(event.byte));
    }
    throw new Error("the port is closed");
  }

  /** @returns Whether errors are marked now: not every driver can. */
  async #setMarks(marks: boolean): Promise<boolean> {
    if ((this.#port.config.lineErrors === "mark") === marks) return marks;
    try {
      await this.#port.configure({
        lineErrors: marks ? "mark" : "count",
        unsupportedPolicy: "raise",
      });
      return marks;
    } catch (error) {
      if (!this.#port.isOpen) throw error;
      return this.#port.config.lineErrors === "mark";
    }
  }

  async #watchModemLines(signal: AbortSignal): Promise<void> {
    try {
      const changes = this.#port.modemLineChanges({ signal });
      this.#noteModemLines(await this.#port.modemLines()); // they may have changed before
      // A pulse has two edges, and the same levels before and after.
      for await (const { line, state, lines } of changes)
        this.#noteModemLines({ ...lines, [line]: state });
    } catch {
      // ended, or the port is gone, which reading finds out too; or its driver has no such lines
    }
  }

  #noteModemLines(lines: ModemLines): void {
    this.#lastModemLines = lines;
    this.#listener.onModemLines(lines);
  }

  #break: { readonly ending: AbortController; readonly done: Promise<void> } | undefined;

  /** Bytes that were sent before go out with the settings before; a line that is held back does not hold back its settings. */
  async #untilSent(): Promise<void> {
    await this.#port
      .drainExact({ signal: AbortSignal.timeout(LONGEST_DRAIN_MS) })
      .catch((error: unknown) => {
        if (!this.#port.isOpen) throw error;
      });
  }

  async #beginBreak(): Promise<void> {
    await this.#untilSent();
    const ending = new AbortController();
    const done = this.#port
      .sendBreak({ durationMs: LONGEST_BREAK_MS, signal: ending.signal })
      .catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      });
    this.#break = { ending, done };
    done.then(
      () => this.#breakEnded(),
      () => this.#breakEnded(),
    );
    await Promise.race([done, Promise.resolve()]); // a driver without breaks refuses at once
  }

  async #endBreak(): Promise<void> {
    this.#break?.ending.abort();
    await this.#break?.done;
  }

  #breakEnded(): void {
    this.#break = undefined;
    this.#isBreaking = false;
    for (const resolve of this.#afterBreak.splice(0)) resolve();
  }
}

/** A client is notified of each lost character, but not of more than this at once. */
const MOST_NOTICES = 16;
/** Bytes that were sent before a setting or a break have so long to go out, in milliseconds. */
const LONGEST_DRAIN_MS = 1000;
/** A client that begins a break and vanishes does not leave the line in it, in milliseconds. */
const LONGEST_BREAK_MS = 60_000;

function flowOf(flow: {
  readonly rtsCts: boolean;
  readonly dtrDsr: boolean;
  readonly xonXoff: boolean;
}): LineFlow {
  if (flow.rtsCts) return "rtsCts";
  if (flow.dtrDsr) return "dtrDsr";
  return flow.xonXoff ? "xonXoff" : "none";
}
