// A backend's port whose bytes, room and failures a test deals out.

import { after } from "node:test";
import type { SerialConfigInput, SerialError } from "anyserial";
import type { BackendPort, DrainedPort } from "../../dist/backend/backend.js";
import {
  createIoCounters,
  type IoCounters,
  type OpenPort,
  READ,
  WRITE,
} from "../../dist/backend/channel.js";
import {
  createSerialConfig,
  type EffectiveConfig,
  type SerialConfig,
} from "../../dist/config/config.js";
import { type Outcome, UNCONFIGURED } from "../../dist/config/refusals.js";
import { createPolicy } from "../../dist/config/unsupported-policy.js";
import { UnsupportedFeatureError } from "../../dist/errors/errors.js";
import { PortLifecycle } from "../../dist/io/port-lifecycle.js";
import { createCapabilities, FEATURES } from "../../dist/model/capabilities.js";
import type { LineErrorCounts } from "../../dist/model/line-error-counts.js";
import type { ControlLines, ModemLineCounts, ModemLines } from "../../dist/model/modem-lines.js";

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
  onReady: ((ready: number) => void) | undefined;
  onFailed: ((error: SerialError) => void) | undefined;
  outcome: Outcome = UNCONFIGURED;
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
  /** What was thrown away before close(). */
  discarded: number | undefined;
  /** Holds close() up. */
  closing: Promise<void> = Promise.resolve();
  /** Bytes that the driver has not sent. */
  queued = 0;
  /** What is armed. */
  armed = 0;

  /** Bytes arrive. */
  give(...bytes: number[]): void {
    this.input.push(...bytes);
    this.wake(READ);
  }

  /** The other side takes bytes. */
  makeRoom(bytes: number): void {
    this.room += bytes;
    this.wake(WRITE);
  }

  /** Reports directions that are armed as ready. */
  wake(interest: number): void {
    const ready = this.armed & interest;
    this.armed &= ~ready;
    if (ready !== 0) this.onReady?.(ready);
  }

  /** Lets what waits fail, as an unplugged device does. */
  breakOff(error: SerialError): void {
    if ((this.armed & READ) !== 0) this.failures.set("read", error);
    if ((this.armed & WRITE) !== 0) this.failures.set("write", error);
    this.wake(READ | WRITE);
  }

  tryRead(into: Uint8Array): number {
    this.#enter("read");
    return this.#take(into);
  }

  tryWrite(data: Uint8Array): number {
    this.#enter("write");
    return this.#put(data);
  }

  arm(interest: number): void {
    this.#fail("arm");
    this.armed |= interest;
  }

  checkSent(_hadToWait?: boolean): void {
    this.#enter("checkSent");
  }

  isTransmitterEmpty(): boolean | undefined {
    this.#enter("isTransmitterEmpty");
    return true;
  }

  waitModemLineChange(signal: AbortSignal): Promise<void> {
    this.#enter("waitModemLineChange");
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  configure(config: SerialConfig): Outcome {
    this.#enter("configure");
    this.outcome = { inForce: config, refused: [] };
    return this.outcome;
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
    return this.queued;
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

  async close(discarded: number): Promise<void> {
    this.calls.push("close");
    this.discarded = discarded;
    await this.closing;
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

/** What waits at the end of a file would keep its process alive. */
const cores: PortLifecycle[] = [];
after(() => Promise.all(cores.map((core) => core.close())));

/** A port and what is around it. */
export function openFakePort(config: SerialConfigInput = {}): {
  port: FakeBackendPort;
  core: PortLifecycle<FakeBackendPort>;
} {
  const port = new FakeBackendPort();
  return { port, core: coreOf(port, config) };
}

/** What is around a port. */
export function coreOf<P extends OpenPort>(
  port: P,
  config: SerialConfigInput = {},
  output?: DrainedPort,
): PortLifecycle<P> {
  const core = new PortLifecycle({
    path: "/dev/fake",
    port,
    output,
    config: createSerialConfig(config),
    policy: createPolicy("raise"),
    platform: EVERYTHING,
    info: undefined,
  });
  cores.push(core);
  return core;
}
