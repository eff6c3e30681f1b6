// The blocking port. No helper thread: each call waits in poll(2) for at most `timeoutMs`.

/// <reference types="node" preserve="true" />

import { inspect } from "node:util";
import { blocking } from "../arguments/blocking-options.ts";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { byteCount, bytesOf, invalid, isIntegerIn, madeBy } from "../arguments/validate.ts";
import type { BlockingPort } from "../backend/backend.ts";
import { READ, WRITE } from "../backend/channel.ts";
import {
  applyChanges,
  checkControlLines,
  describeSettings,
  type EffectiveConfig,
  type SerialConfig,
  type SerialConfigInput,
} from "../config/config.ts";
import { createPolicy } from "../config/unsupported-policy.ts";
import { actionOf, SerialClosedError, SerialDisconnectedError } from "../errors/errors.ts";
import { type FramedSyncPort, framedSync } from "../framing/framed-sync-port.ts";
import type { Framing } from "../framing/framing.ts";
import { drainBlocking, tryUntil } from "../io/blocking.ts";
import { Input } from "../io/input.ts";
import { lineErrorCounts, lineErrorsSince } from "../io/line-errors.ts";
import { addOpenPort, removeOpenPort } from "../io/open-ports.ts";
import { sendFailed } from "../io/send-error.ts";
import type { Bytes } from "../model/bytes.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLines } from "../model/modem-lines.ts";
import { sleepBlocking } from "../process/sleep-blocking.ts";
import { clockMs } from "../process/timers.ts";

const TIMED = blocking("timeoutMs");
const RECEIVE = blocking("maxBytes", "timeoutMs");
const BREAK = blocking("durationMs");

/** Options of a call that may block. */
export interface TimeoutOptions {
  /**
   * Longest time to block, in milliseconds, 0 or more; 0 does not wait.
   * @defaultValue `Infinity`
   */
  readonly timeoutMs?: number | undefined;
}

/** Options of {@link SyncSerialPort.receive}. */
export interface SyncReceiveOptions extends TimeoutOptions {
  /**
   * Most bytes to return.
   * @defaultValue the configuration's `readChunkSize`
   */
  readonly maxBytes?: number | undefined;
}

/** Options of {@link SyncSerialPort.sendBreak}. */
export interface SyncBreakOptions {
  /**
   * Length of the break, in milliseconds, 1 to 60000.
   * @defaultValue 250
   */
  readonly durationMs?: number | undefined;
}

/**
 * An open port whose calls block the thread: on the main thread a handler of `SIGINT` runs only when the call is
 * over; in a worker, a call ends when the worker is terminated.
 */
export class SyncSerialPort implements Disposable {
  /** Path that was opened. */
  readonly path: string;
  readonly #port: BlockingPort;
  readonly #errorsAtOpen: LineErrorCounts | undefined;
  #config: SerialConfig;
  readonly #input: Input;
  #isOpen = true;

  // Output of `console.log()` and the REPL; here because a declaration cannot name the symbol.
  static {
    Object.defineProperty(SyncSerialPort.prototype, inspect.custom, {
      value(this: SyncSerialPort): string {
        const settings = describeSettings(this.#config);
        return `SyncSerialPort ${JSON.stringify(this.path)} ${settings}, ${this.#isOpen ? "open" : "closed"}`;
      },
    });
  }

  /** Only `openSerialPortSync()` makes one. */
  constructor(made: never, by: never);
  /** @internal */
  constructor(path: string, port: BlockingPort);
  constructor(path: string, port: BlockingPort) {
    if (port === undefined) throw madeBy("SyncSerialPort", "openSerialPortSync(path, settings)");
    this.path = path;
    this.#port = port;
    this.#config = port.outcome.inForce;
    this.#errorsAtOpen = lineErrorCounts(port);
    this.#input = new Input({ path, port, line: port, config: this.#config });
    addOpenPort(port);
  }

  /** `false` after `close()`. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Configuration in force, as `SerialPort.config`. */
  get config(): SerialConfig {
    return this.#config;
  }

  /** Capabilities of this port. */
  get capabilities(): SerialCapabilities {
    return this.#port.capabilities;
  }

  /** File descriptor; `undefined` where the platform has none. */
  get fd(): number | undefined {
    return this.#port.fd;
  }

  /**
   * Reads back the settings that the driver has in force.
   *
   * @throws `SerialDisconnectedError` — the device is gone.
   */
  effectiveConfig(): EffectiveConfig {
    return this.#run("configure", (port) => port.effectiveConfig());
  }

  /**
   * Changes settings; on failure the settings from before are in force again.
   *
   * @param changes Fields to change.
   * @throws As `SerialPort.configure()`.
   */
  configure(changes: SerialConfigInput): void {
    const config = applyChanges(this.#config, changes, "blocking");
    const policy = createPolicy(config.unsupportedPolicy);
    const platform = this.capabilities;
    const applied = policy.waive({ path: this.path, platform, config });
    this.#run("configure", (port) => {
      this.#input.reconfiguring(applied);
      policy.report(port.configure(applied, policy.onRefusal).refused);
    });
    this.#config = this.#port.outcome.inForce;
    this.#input.reconfigured(this.#config);
  }

  /**
   * Receives bytes as soon as any are there.
   *
   * @returns 1 to `maxBytes` bytes, the caller's to keep.
   * @throws `DOMException` named `TimeoutError` — nothing came in time.
   * @throws `SerialDisconnectedError` — the device is gone.
   */
  receive(options: SyncReceiveOptions = {}): Bytes {
    const deadline = deadlineOf(options, RECEIVE);
    const { readChunkSize } = this.#config;
    const most = byteCount("maxBytes", options.maxBytes) ?? readChunkSize;
    const { memory } = this.#input;
    const offer = memory.offer(Math.min(most, readChunkSize));
    let count = 0;
    try {
      count = this.#receiveInto(offer, deadline);
    } finally {
      if (count === 0) memory.return(offer);
    }
    return memory.take(offer, count);
  }

  /**
   * Receives into the caller's memory.
   *
   * @returns Bytes received, at least 1.
   * @throws As {@link SyncSerialPort.receive}.
   */
  receiveInto(into: ArrayBufferView, options: TimeoutOptions = {}): number {
    const bytes = bytesOf("into", into);
    if (bytes.length === 0) throw invalid("into", into, "a view of at least one byte");
    return this.#receiveInto(bytes, deadlineOf(options));
  }

  #receiveInto(bytes: Uint8Array, deadline: number): number {
    const attempt = (): number => this.#input.tryReceive(bytes);
    const count = this.#run("receive", (port) => tryUntil(port, READ, { attempt, deadline }));
    if (count === 0) throw timedOut("receive", this.path);
    return count;
  }

  /**
   * Receives an exact number of bytes.
   *
   * @returns `count` bytes.
   * @throws `DOMException` named `TimeoutError` — too few came in time; its `received` holds them.
   * @throws `SerialDisconnectedError` — the device is gone.
   */
  receiveExactly(count: number, options: TimeoutOptions = {}): Bytes {
    if (!isIntegerIn(count, 0, 2 ** 31)) throw invalid("count", count, "a number of bytes");
    const bytes = new Uint8Array(count);
    const deadline = deadlineOf(options);
    for (let done = 0; done < count; ) {
      try {
        done += this.#receiveInto(bytes.subarray(done), deadline);
      } catch (error) {
        throw Object.assign(error as Error, { received: bytes.slice(0, done) }); // always an Error
      }
    }
    return bytes;
  }

  /**
   * Sends and receives messages in place of bytes: lines, packets, questions and answers.
   *
   * @param framing The format of messages, from `anyserial/framing`.
   * @returns The port by messages. Bytes that were read and not taken are kept for the port:
   *   calling this again loses nothing. Do not use it beside `receive()`.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no framing.
   * @example
   * ```ts
   * import { lines } from "anyserial/framing";
   * import { openSerialPortSync } from "anyserial/sync";
   *
   * using port = openSerialPortSync("/dev/ttyUSB0", { baudRate: 9600 });
   * console.log(port.framed(lines()).request("MEAS?", { timeoutMs: 1000 }));
   * ```
   */
  framed<M extends string | Uint8Array>(framing: Framing<M>): FramedSyncPort<M> {
    return framedSync(this, framing);
  }

  /**
   * Sends all of a view.
   *
   * @throws `DOMException` named `TimeoutError` — the kernel did not take all bytes in time; its
   *   `bytesWritten` is the number of those that it took.
   * @throws `SerialDisconnectedError` — the device is gone; with `bytesWritten`.
   */
  send(data: ArrayBufferView | ArrayBufferLike, options: TimeoutOptions = {}): void {
    const bytes = bytesOf("data", data);
    const deadline = deadlineOf(options);
    let done = 0;
    try {
      while (done < bytes.length) {
        const rest = bytes.subarray(done);
        const count = this.#run("send", (port) => {
          return tryUntil(port, WRITE, { attempt: () => port.tryWrite(rest), deadline });
        });
        if (count === 0) throw Object.assign(timedOut("send", this.path), { bytesWritten: done });
        done += count;
      }
    } catch (error) {
      throw sendFailed(error, done);
    }
  }

  /** Sends as many bytes as the kernel takes at once. @returns Bytes accepted, possibly 0. */
  trySend(data: ArrayBufferView | ArrayBufferLike): number {
    const bytes = bytesOf("data", data);
    if (bytes.length === 0) return 0;
    return this.#run("send", (port) => port.tryWrite(bytes));
  }

  /**
   * Waits until the kernel's output queue is empty.
   *
   * @throws `DOMException` named `TimeoutError` — it is not, in time.
   */
  drain(options: TimeoutOptions = {}): void {
    this.#drain(false, options);
  }

  /**
   * Waits until the transmitter is empty as well.
   *
   * @throws `DOMException` named `TimeoutError` — it is not, in time.
   */
  drainExact(options: TimeoutOptions = {}): void {
    this.#drain(true, options);
  }

  /**
   * Asserts the break condition for a time.
   *
   * @throws `UnsupportedFeatureError` — the driver cannot send a break.
   */
  sendBreak(options: SyncBreakOptions = {}): void {
    checkOptions(options, BREAK);
    const { durationMs = 250 } = options;
    if (!isIntegerIn(durationMs, 1, 60_000)) {
      throw invalid("durationMs", durationMs, "an integer from 1 to 60000 (milliseconds)");
    }
    this.#run("sendBreak", (port) => {
      port.setBreak(true);
      try {
        sleepBlocking(durationMs);
      } finally {
        port.setBreak(false);
      }
    });
  }

  /** Discards received bytes that were not read. */
  discardInput(): void {
    this.#run("discard", (port) => port.discard("input"));
    this.#input.cleared();
  }

  /** Discards sent bytes that have not left the kernel. */
  discardOutput(): void {
    this.#run("discard", (port) => port.discard("output"));
  }

  /** Counts the bytes that a receive would get now, as `SerialPort.inputWaiting()` does. */
  inputWaiting(): number {
    return this.#run("inputWaiting", () => this.#input.inputWaiting());
  }

  /** Counts the bytes that have not left the kernel. */
  outputWaiting(): number {
    return this.#run("outputWaiting", (port) => port.outputWaiting());
  }

  /** Samples the input lines. */
  modemLines(): ModemLines {
    return this.#run("modemLines", (port) => port.modemLines());
  }

  /** Sets output lines; an omitted line is left as it is. */
  setControlLines(lines: ControlLines): void {
    checkControlLines(lines);
    this.#run("setControlLines", (port) => port.setControlLines(lines));
  }

  /** Counts errors on the line since the port was opened. */
  lineErrors(): LineErrorCounts {
    const now = this.#run("lineErrors", (port) => port.lineErrorCounts());
    return lineErrorsSince(now, this.#errorsAtOpen);
  }

  /** Restores the settings that the port changed, and closes it. Calling it again does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    removeOpenPort(this.#port);
    this.#port.closeBlocking();
  }

  /** Calls `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #drain(exact: boolean, options: TimeoutOptions): void {
    const deadline = deadlineOf(options);
    if (!this.#run("drain", (port) => drainBlocking(port, exact, deadline))) {
      throw timedOut("drain", this.path);
    }
  }

  #run<T>(operation: string, call: (port: BlockingPort) => T): T {
    if (!this.#isOpen) {
      throw new SerialClosedError(
        `Cannot ${actionOf(operation)} port "${this.path}": the port is closed`,
        { code: "ERR_SERIAL_CLOSED", path: this.path, operation },
      );
    }
    try {
      return call(this.#port);
    } catch (error) {
      if (error instanceof SerialDisconnectedError) this.close();
      throw error;
    }
  }
}

function deadlineOf(options: TimeoutOptions, spec: OptionSpec = TIMED): number {
  checkOptions(options, spec);
  const { timeoutMs = Number.POSITIVE_INFINITY } = options;
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return clockMs() + timeoutMs;
  throw invalid("timeoutMs", timeoutMs, "a number of milliseconds, 0 or more");
}

function timedOut(operation: string, path: string): DOMException {
  return new DOMException(
    `Cannot ${actionOf(operation)} port "${path}": timed out`,
    "TimeoutError",
  );
}
