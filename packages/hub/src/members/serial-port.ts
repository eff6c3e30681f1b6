// A real port, or any address that the library opens; opened again whenever its device is there.

import { openSerialPort, type SerialConfigInput, type SerialPort, serialSessions } from "anyserial";
import type { MemberSettings, SerialMemberConfig } from "../types.ts";
import { Gate } from "./gate.ts";
import type { Member, MemberHost } from "./member.ts";

/** After a failure that waiting for the device does not cure. */
const RETRY_MS = 2000;
/** What a driver without room is handed in one go. */
const MOST_IN_FLIGHT = 4096;

/** A real port as a member. */
export class SerialPortMember implements Member {
  readonly kind = "serial";
  readonly path: string;
  readonly #config: SerialConfigInput;
  readonly #host: MemberHost;
  readonly #gate = new Gate();
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #port: SerialPort | undefined;
  #inFlight = 0;
  #lastError = "";

  constructor(config: SerialMemberConfig, host: MemberHost) {
    const { serial, baudRate, dataBits, stopBits, parity, flowControl } = config;
    this.path = serial;
    const flow = { rtsCts: flowControl === "hardware", xonXoff: flowControl === "software" };
    this.#config = { baudRate, dataBits, stopBits, parity, flowControl: flow };
    this.#host = host;
    this.#running = Promise.resolve().then(() => this.#run());
  }

  get isPresent(): boolean {
    return this.#port !== undefined;
  }

  write(bytes: Uint8Array): number {
    const port = this.#port;
    if (port === undefined || this.#inFlight > 0) return 0;
    try {
      const taken = port.trySend(bytes);
      if (taken === bytes.length) return taken;
      const rest = bytes.slice(taken, taken + MOST_IN_FLIGHT);
      this.#sendRest(port, rest);
      return taken + rest.length;
    } catch {
      return 0; // the reading side finds the same, and tells
    }
  }

  tellWritable(): void {
    if (this.#inFlight === 0) setImmediate(() => this.#host.onWritable());
  }

  setReading(reading: boolean): void {
    this.#gate.isOpen = reading;
  }

  unreadBytes(): number {
    return this.#inFlight;
  }

  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    if (this.#port?.isOpen !== true) return undefined;
    const { baudRate, dataBits, stopBits, parity } = this.#port.config;
    return { baudRate, dataBits, stopBits, parity, raw: true, echo: false };
  }

  hangUp(): void {
    void this.#port?.close();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#gate.isOpen = true;
    await this.#running;
  }

  #sendRest(port: SerialPort, rest: Uint8Array): void {
    this.#inFlight = rest.length;
    const ended = (lost: number): void => {
      this.#inFlight = 0;
      this.#host.onLost(lost);
      this.#host.onWritable();
    };
    port.send(rest).then(
      () => ended(0),
      (error: { readonly bytesWritten?: number }) => ended(rest.length - (error.bytesWritten ?? 0)),
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#openNow(signal);
        for await (const port of serialSessions(this.path, this.#config, { signal })) {
          await this.#session(port, signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#tell(error as Error);
        await pause(RETRY_MS, signal);
      }
    }
  }

  /** The first attempt; waiting for a device is silent, so it tells what there is to wait for. */
  async #openNow(signal: AbortSignal): Promise<void> {
    let port: SerialPort;
    try {
      port = await openSerialPort(this.path, this.#config, { signal });
    } catch (error) {
      if (!signal.aborted) this.#tell(error as Error);
      return;
    }
    await this.#session(port, signal);
    await port.close();
  }

  /** The same failure is told once, until the port is open. */
  #tell(error: Error): void {
    if (error.message === this.#lastError) return;
    this.#lastError = error.message;
    this.#host.onError(error, true);
  }

  async #session(port: SerialPort, signal: AbortSignal): Promise<void> {
    this.#port = port;
    this.#lastError = "";
    const settings = this.settings();
    if (settings !== undefined) this.#host.onSettings(settings);
    this.#host.onPresence(true);
    const buffer = new Uint8Array(8192);
    try {
      while (!signal.aborted) {
        await this.#gate.passed();
        const count = await port.receiveInto(buffer, { signal });
        this.#host.onData(buffer.subarray(0, count));
      }
    } catch (error) {
      if (!signal.aborted) this.#host.onError(error as Error, true);
    } finally {
      this.#port = undefined;
      if (!signal.aborted) this.#host.onPresence(false);
    }
  }
}

/** Waits, at most until the signal. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    const ended = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", ended, { once: true });
  });
}
