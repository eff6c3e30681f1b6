// A backend's port whose bytes, room and failures a test deals out.

import { createSerialConfig, type SerialConfigInput, type SerialError } from "anyserial";
import {
  type BackendPort,
  createIoCounters,
  type IoCounters,
  type LineErrorCounts,
} from "#internal/backend/backend.js";
import { createCapabilities, FEATURES } from "#internal/capabilities.js";
import type { EffectiveConfig } from "#internal/config.js";
import { UnsupportedFeatureError } from "#internal/errors.js";
import { PortCore } from "#internal/io/port-core.js";
import type { ControlLines, ModemLineCounts, ModemLines } from "#internal/modem-lines.js";
import { createSettle } from "#internal/policy.js";

const EVERYTHING = createCapabilities(
  "linux",
  "fake",
  Object.fromEntries(FEATURES.map((name) => [name, "supported" as const])),
);

/** The port. */
export class FakeBackendPort implements BackendPort {
  readonly fd = 7;
  readonly capabilities = EVERYTHING;
  readonly counters: IoCounters = createIoCounters();
  onDisconnect: ((error: SerialError) => void) | undefined;
  marksErrors = false;
  /** Calls that tests look at, in order. */
  readonly calls: string[] = [];
  /** Bytes received. */
  readonly input: number[] = [];
  /** Bytes that the next writes may take together. */
  room = Number.POSITIVE_INFINITY;
  /** Bytes that one write takes at most. */
  mostPerWrite = Number.POSITIVE_INFINITY;
  readonly written: number[] = [];
  /** What the next call of a name throws, or rejects with. */
  readonly failures = new Map<string, Error>();
  lines: ModemLines = { cts: false, dsr: false, ri: false, dcd: false };
  edges: ModemLineCounts | undefined;
  countsLinesLate: () => boolean = () => false;
  errors: LineErrorCounts | undefined;
  /** Bytes that close() tells to be discarded. */
  discarded = 0;
  /** Holds close() up. */
  closing: Promise<void> = Promise.resolve();
  #reading:
    | { into: Uint8Array; settle: (count: number) => void; fail: (e: Error) => void }
    | undefined;
  #writing:
    | { data: Uint8Array; settle: (count: number) => void; fail: (e: Error) => void }
    | undefined;

  /** Bytes arrive. */
  give(...bytes: number[]): void {
    this.input.push(...bytes);
    const reading = this.#reading;
    if (reading === undefined) return;
    this.#reading = undefined;
    reading.settle(this.#take(reading.into));
  }

  /** The other side takes bytes. */
  makeRoom(bytes: number): void {
    this.room += bytes;
    const writing = this.#writing;
    if (writing === undefined) return;
    this.#writing = undefined;
    writing.settle(this.#put(writing.data));
  }

  /** Lets what waits fail, as an unplugged device does. */
  breakOff(error: SerialError): void {
    this.#reading?.fail(error);
    this.#writing?.fail(error);
    this.#reading = this.#writing = undefined;
  }

  read(into: Uint8Array): number | Promise<number> {
    this.#enter("read");
    if (this.input.length > 0) return this.#take(into);
    return new Promise((settle, fail) => {
      this.#reading = { into, settle, fail };
    });
  }

  cancelRead(): void {
    this.calls.push("cancelRead");
    this.#reading?.settle(0);
    this.#reading = undefined;
  }

  write(data: Uint8Array): number | Promise<number> {
    const count = this.tryWrite(data);
    if (count > 0) return count;
    return new Promise((settle, fail) => {
      this.#writing = { data, settle, fail };
    });
  }

  cancelWrite(): void {
    this.calls.push("cancelWrite");
    this.#writing?.settle(0);
    this.#writing = undefined;
  }

  tryWrite(data: Uint8Array): number {
    this.#enter("write");
    return this.#put(data);
  }

  async drain(exact: boolean): Promise<void> {
    this.#enter(exact ? "drainExact" : "drain");
  }

  waitModemLineChange(signal: AbortSignal): Promise<void> {
    this.#enter("waitModemLineChange");
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  configure(): void {
    this.#enter("configure");
  }

  effectiveConfig(): EffectiveConfig {
    return { ...createSerialConfig(), rs485: null };
  }

  inputWaiting(): number {
    this.#enter("inputWaiting");
    return this.input.length;
  }

  outputWaiting(): number {
    this.#enter("outputWaiting");
    return 0;
  }

  discard(queue: "input" | "output"): void {
    this.#enter(`discard ${queue}`);
  }

  setBreak(asserted: boolean): void {
    this.#enter(`break ${asserted ? "on" : "off"}`);
  }

  modemLines(): ModemLines {
    this.#enter("modemLines");
    return this.lines;
  }

  setControlLines(lines: ControlLines): void {
    this.#enter(`setControlLines ${JSON.stringify(lines)}`);
  }

  modemLineCounts(): ModemLineCounts | undefined {
    return this.edges;
  }

  lineErrorCounts(): LineErrorCounts {
    this.#fail("lineErrorCounts");
    if (this.errors !== undefined) return this.errors;
    throw new UnsupportedFeatureError("no counters", { code: "ENOTTY" });
  }

  restoreAtExit(): void {
    this.calls.push("restoreAtExit");
  }

  async close(): Promise<number> {
    this.calls.push("close");
    await this.closing;
    return this.discarded;
  }

  abandon(): void {
    this.calls.push("abandon");
  }

  #enter(call: string): void {
    this.calls.push(call);
    this.#fail(call);
  }

  #fail(call: string): void {
    const failure = this.failures.get(call);
    this.failures.delete(call);
    if (failure !== undefined) throw failure;
  }

  #take(into: Uint8Array): number {
    const bytes = this.input.splice(0, into.length);
    into.set(bytes);
    return bytes.length;
  }

  #put(data: Uint8Array): number {
    const count = Math.min(data.length, this.room, this.mostPerWrite);
    this.room -= count;
    this.written.push(...data.subarray(0, count));
    return count;
  }
}

/** A port and what is around it. */
export function openFakePort(config: SerialConfigInput = {}): {
  port: FakeBackendPort;
  core: PortCore;
} {
  const port = new FakeBackendPort();
  return { port, core: coreOf(port, config) };
}

/** What is around a port. */
export function coreOf(port: FakeBackendPort, config: SerialConfigInput = {}): PortCore {
  return new PortCore({
    path: "/dev/fake",
    backendPort: port,
    config: createSerialConfig(config),
    settle: createSettle("raise"),
    platform: EVERYTHING,
    info: undefined,
  });
}
