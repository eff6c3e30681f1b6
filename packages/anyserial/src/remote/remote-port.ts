// An open port on another machine: the backend contract over one connection.

import type { BackendPort } from "../backend/backend.ts";
import type { IoCounters } from "../backend/channel.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { OnRefusal, Outcome } from "../config/refusals.ts";
import { actionOf, type SerialError, UnsupportedFeatureError } from "../errors/errors.ts";
import { checkMemory, lostMemory } from "../errors/lost-memory.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../model/modem-lines.ts";
import type { ConnectedLine, RemoteConnection } from "./remote-connection.ts";

/** On close, bytes that have not left this process have so long, in milliseconds. */
const CLOSE_MS = 500;

/** An open port. */
export class RemotePort implements BackendPort {
  readonly fd: undefined = undefined;
  readonly capabilities: SerialCapabilities;
  onReady: ((ready: number) => void) | undefined;
  onFailed: ((error: SerialError) => void) | undefined;
  readonly #connection: RemoteConnection;
  readonly #path: string;
  #outcome: Outcome;

  private constructor(
    connection: RemoteConnection,
    config: SerialConfig,
    capabilities: SerialCapabilities,
  ) {
    this.#connection = connection;
    this.#path = connection.address.path;
    this.#outcome = { inForce: config, refused: [] };
    this.capabilities = capabilities;
    connection.channel.onReady = (ready) => this.onReady?.(ready);
    connection.onGone = (error) => this.onFailed?.(error);
  }

  /** Configures the port behind a connection; ends the connection when that fails. */
  static async open(
    connection: RemoteConnection,
    {
      config,
      onRefusal,
      capabilities,
    }: {
      readonly config: SerialConfig;
      readonly onRefusal: OnRefusal;
      readonly capabilities: SerialCapabilities;
    },
  ): Promise<RemotePort> {
    const port = new RemotePort(connection, config, capabilities);
    try {
      await port.configure(config, onRefusal);
      if (config.discardInputOnOpen && connection.line !== undefined) await port.discard("input");
    } catch (error) {
      if (connection.channel.isGone || !(error instanceof UnsupportedFeatureError)) {
        connection.channel.abandon();
        throw error;
      }
      // A server that cannot purge has nothing that could be thrown away.
      if (error.operation !== "discard") {
        connection.channel.abandon();
        throw error;
      }
    }
    return port;
  }

  get counters(): IoCounters {
    return this.#connection.channel.counters;
  }

  get outcome(): Outcome {
    return this.#outcome;
  }

  get marksErrors(): boolean {
    return this.#connection.channel.input.marks;
  }

  async configure(config: SerialConfig, onRefusal: OnRefusal): Promise<Outcome> {
    const { line, channel } = this.#connection;
    if (line === undefined) {
      this.#outcome = { inForce: config, refused: [] }; // there is nothing that it would apply to
      return this.#outcome;
    }
    this.#outcome = await line.line.configure(config, onRefusal);
    channel.input.setMarks(this.#outcome.inForce.lineErrors === "mark");
    return this.#outcome;
  }

  effectiveConfig(): EffectiveConfig {
    const { line } = this.#connection;
    if (line !== undefined) return line.line.effective;
    const { baudRate, dataBits, parity, stopBits, flowControl, hangupOnClose } =
      this.#outcome.inForce;
    return { baudRate, dataBits, parity, stopBits, flowControl, hangupOnClose, rs485: null };
  }

  inputWaiting(): number {
    this.#check("inputWaiting");
    return this.#connection.channel.input.length;
  }

  outputWaiting(): number {
    this.#check("outputWaiting");
    return this.#connection.channel.unsent;
  }

  async discard(queue: "input" | "output"): Promise<void> {
    this.#check("discard");
    const { line, channel } = this.#connection;
    // Everything that is sent before the answer was received before the purge.
    await line?.line.discard(queue);
    if (queue === "input") channel.input.clear();
  }

  async setBreak(asserted: boolean): Promise<void> {
    await this.#line("sendBreak").line.setBreak(asserted);
  }

  async modemLines(): Promise<ModemLines> {
    return await this.#line("modemLines").modem.sample();
  }

  async setControlLines(lines: ControlLines): Promise<void> {
    await this.#line("setControlLines").line.setControlLines(lines);
  }

  modemLineCounts(): ModemLineCounts | undefined {
    return this.#line("modemLineChanges").modem.counts;
  }

  async waitModemLineChange(signal: AbortSignal): Promise<void> {
    await this.#line("modemLineChanges").modem.waitChange(signal);
  }

  lineErrorCounts(): LineErrorCounts {
    const { errors } = this.#line("lineErrors");
    if (!this.marksErrors) {
      throw this.#unsupported("lineErrors", {
        state: "a server counts them only while it marks them",
        hint: 'open the port with lineErrors: "mark"',
      });
    }
    return { ...errors, bufferOverflow: 0 };
  }

  tryRead(into: Uint8Array): number {
    checkMemory(into, this.#path);
    return this.#connection.channel.tryRead(into);
  }

  tryWrite(data: Uint8Array): number {
    if (data.length === 0) throw lostMemory("send", this.#path);
    return this.#connection.channel.tryWrite(data);
  }

  arm(interest: number): void {
    this.#connection.channel.arm(interest);
  }

  checkSent(): void {
    this.#check("drain");
  }

  /** Everything has left this process; the way to the port and its line are not known. */
  isTransmitterEmpty(): boolean {
    this.#check("drain");
    return true;
  }

  longestOutputMs(): number {
    return CLOSE_MS;
  }

  async close(discarded: number): Promise<void> {
    if (discarded > 0) this.abandon();
    else await this.#connection.channel.close();
  }

  abandon(): void {
    this.#connection.channel.abandon();
  }

  restoreAtExit(): void {}

  #line(operation: string): ConnectedLine {
    this.#check(operation);
    const { line } = this.#connection;
    if (line !== undefined) return line;
    throw this.#unsupported(operation, {
      state: "a raw connection has no line",
      hint: "open it with rfc2217://, if the server speaks RFC 2217",
    });
  }

  #unsupported(
    operation: string,
    { state, hint }: { readonly state: string; readonly hint: string },
  ): SerialError {
    return new UnsupportedFeatureError(
      `Cannot ${actionOf(operation)} port "${this.#path}": ${state}`,
      { code: "ERR_SERIAL_UNSUPPORTED", path: this.#path, operation, hint },
    );
  }

  #check(operation: string): void {
    const { channel } = this.#connection;
    if (channel.isGone && channel.input.length === 0) throw channel.gone(operation);
  }
}
