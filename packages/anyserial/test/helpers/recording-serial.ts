// A Web Serial whose only port notes each call to the system, and whose input a test deals out.

import type { PortInfo, SerialConfigInput } from "anyserial";
import {
  createSerial,
  type LineEvents,
  type SerialPort,
  type SerialService,
} from "anyserial/web-serial";
import { createSerialConfig } from "../../dist/config/config.js";
import type { LineEvent } from "../../dist/io/parmrk.js";
import type { Bytes } from "../../dist/model/bytes.js";
import { createPortInfo } from "../../dist/model/port-info.js";
import type { OpenedPort } from "../../dist/web-serial/service.js";

type Next = Awaited<ReturnType<LineEvents["next"]>>;

/** The system behind the port. */
export class RecordingSystem implements SerialService {
  readonly calls: string[] = [];
  readonly info: PortInfo = createPortInfo({ path: "/dev/ttyREC", vid: 0x303a, pid: 0x1001 });
  /** Calls that fail, by name. */
  readonly failures = new Map<string, Error>();
  /** Calls that wait until they are let go, by name. */
  readonly gates = new Map<string, Promise<void>>();
  config: SerialConfigInput = {};
  /** The settings that the driver takes in place of those that it is asked for. */
  inForce: SerialConfigInput = {};
  readonly sent: Uint8Array[] = [];
  readonly #events: LineEvent[] = [];
  #take: ((next: Next) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  async list(): Promise<readonly PortInfo[]> {
    return [this.info];
  }

  watch(): () => void {
    return () => undefined;
  }

  async open(_port: PortInfo, config: SerialConfigInput): Promise<OpenedPort> {
    this.config = config;
    await this.call("open");
    return {
      config: createSerialConfig({ ...config, ...this.inForce }),
      closed: new Promise(() => undefined),
      receive: (options) => this.#receive(options?.signal),
      receiveEvents: () => ({ next: () => this.#next(), return: () => this.#return() }),
      send: async (data, { signal } = {}) => {
        this.sent.push((data as Uint8Array).slice());
        await Promise.race([this.call(`send ${data.byteLength}`), aborted(signal)]);
      },
      drainExact: async ({ signal } = {}) => {
        await Promise.race([this.call("drain"), aborted(signal)]);
      },
      discardInput: () => this.call("discard input"),
      discardOutput: () => this.call("discard output"),
      modemLines: async () => {
        await this.call("lines");
        return { cts: true, dsr: false, ri: true, dcd: false };
      },
      setControlLines: (lines) => this.call(`lines ${JSON.stringify(lines)}`),
      setBreak: (asserted) => this.call(`break ${asserted}`),
      close: () => this.call("close"),
    };
  }

  /** What arrives on the line next. */
  give(...events: readonly (string | LineEvent)[]): void {
    for (const event of events) {
      this.#events.push(typeof event === "string" ? { kind: "data", data: bytes(event) } : event);
    }
    this.#offer();
  }

  /** The read that waits fails. */
  failRead(error: Error): void {
    this.#fail?.(error);
  }

  /** A read waits for bytes. */
  get isReading(): boolean {
    return this.#take !== undefined;
  }

  async call(name: string): Promise<void> {
    this.calls.push(name);
    await this.gates.get(name);
    const failure = this.failures.get(name);
    if (failure !== undefined) throw failure;
  }

  #next(): Promise<Next> {
    return new Promise((resolve, reject) => {
      this.#take = resolve;
      this.#fail = reject;
      this.#offer();
    });
  }

  /** For a driver that makes no marks. */
  async #receive(signal: AbortSignal | undefined): Promise<Bytes> {
    if (this.inForce.lineErrors === undefined) throw new Error("the driver makes marks");
    const stop = (): void => void this.#return();
    signal?.addEventListener("abort", stop, { once: true });
    const { value } = await this.#next();
    signal?.removeEventListener("abort", stop);
    if (value === undefined) throw signal?.reason;
    if (value.kind !== "data") throw new Error("a driver without marks gives bytes only");
    return value.data;
  }

  async #return(): Promise<Next> {
    this.#take?.({ done: true, value: undefined });
    this.#take = undefined;
    return { done: true, value: undefined };
  }

  #offer(): void {
    const take = this.#take;
    if (take === undefined || this.#events.length === 0) return;
    this.#take = undefined;
    take({ done: false, value: this.#events.shift() as LineEvent });
  }
}

/** The port, closed. */
export async function recordedPort(): Promise<{ port: SerialPort; system: RecordingSystem }> {
  const system = new RecordingSystem();
  const serial = createSerial({ service: system, choose: {} });
  return { port: await serial.requestPort(), system };
}

/** The port, open. */
export async function openRecorded(
  bufferSize = 255,
  inForce: SerialConfigInput = {},
): Promise<{ port: SerialPort; system: RecordingSystem }> {
  const made = await recordedPort();
  made.system.inForce = inForce;
  await made.port.open({ baudRate: 9600, bufferSize });
  made.system.calls.length = 0;
  return made;
}

/** A text as bytes. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A stream that is there. */
export function there<S>(stream: S | null): S {
  if (stream === null) throw new Error("there is no stream");
  return stream;
}

/** A call that waits until it is let go. */
export function gate(system: RecordingSystem, name: string): () => void {
  let letGo = (): void => undefined;
  system.gates.set(
    name,
    new Promise((resolve) => {
      letGo = resolve;
    }),
  );
  return () => letGo();
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("canceled")), { once: true });
  });
}
