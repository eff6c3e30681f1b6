// Subpath `anyserial/sync`: the same names, blocking for real, for scripts and the REPL. No helper
// thread: each call waits in poll(2) for at most `timeoutMs`.

import { checkBlockingAddress } from "./address.ts";
import type { BlockingPort, LineErrorCounts } from "./backend/backend.ts";
import { selectBackendNow } from "./backend/select.ts";
import type { SerialCapabilities } from "./capabilities.ts";
import {
  createSerialConfig,
  type EffectiveConfig,
  type SerialConfig,
  type SerialConfigInput,
  withChanges,
} from "./config.ts";
import { actionOf, SerialClosedError, SerialDisconnectedError } from "./errors.ts";
import { lineErrorCounts, lineErrorsSince } from "./io/line-errors.ts";
import { MarkedInput } from "./io/marked-input.ts";
import { addOpenPort, removeOpenPort } from "./io/open-ports.ts";
import type { ControlLines, ModemLines } from "./modem-lines.ts";
import { createSettle, settleAgainstPlatform } from "./policy.ts";
import { bytesOf, invalid, isIntegerIn } from "./validate.ts";

/** Options of a call that may block. */
export interface TimeoutOptions {
  /**
   * Longest time to block, in milliseconds, 0 or more; 0 only looks.
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
 * Opens a serial port for blocking use.
 *
 * @param path Path of the port.
 * @param config Settings that differ from the defaults.
 * @returns The open port; everything else is as for `openSerialPort()`.
 * @throws The errors of `openSerialPort()`.
 * @example
 * ```ts
 * import { openSerialPortSync } from "anyserial/sync";
 *
 * using port = openSerialPortSync("/dev/ttyUSB0", { baudRate: 9600 });
 * port.send(new TextEncoder().encode("MEAS?\n"));
 * console.log(port.receive({ timeoutMs: 1000 }));
 * ```
 */
export function openSerialPortSync(path: string, config: SerialConfigInput = {}): SyncSerialPort {
  const wanted = createSerialConfig(config);
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalid("path", path, "a path that is not empty");
  }
  checkBlockingAddress(path);
  const settle = createSettle(wanted.unsupportedPolicy);
  const backend = selectBackendNow();
  const platform = backend.platformCapabilities();
  const settled = settleAgainstPlatform({ path, platform, config: wanted, settle });
  return new SyncSerialPort(path, backend.openBlocking({ path, config: settled, settle }), settled);
}

/** An open port whose calls block the thread. */
export class SyncSerialPort implements Disposable {
  /** Path that was opened. */
  readonly path: string;
  readonly #port: BlockingPort;
  readonly #errorsAtOpen: LineErrorCounts | undefined;
  #config: SerialConfig;
  #isOpen = true;
  #marked: MarkedInput | undefined;

  /** @internal Made by {@link openSerialPortSync}. */
  constructor(path: string, port: BlockingPort, config: SerialConfig) {
    this.path = path;
    this.#port = port;
    this.#config = config;
    this.#errorsAtOpen = lineErrorCounts(port);
    this.#reconfigured();
    addOpenPort(port);
  }

  /** `false` after `close()`. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Configuration in force. */
  get config(): SerialConfig {
    return this.#config;
  }

  /** What this port can do. */
  get capabilities(): SerialCapabilities {
    return this.#port.capabilities;
  }

  /** File descriptor; `undefined` where the platform has none. */
  get fd(): number | undefined {
    return this.#port.fd;
  }

  /**
   * Reads back what the driver has in force.
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
    const config = withChanges(this.#config, changes);
    const settle = createSettle(config.unsupportedPolicy);
    const platform = this.capabilities;
    const settled = settleAgainstPlatform({ path: this.path, platform, config, settle });
    this.#run("configure", (port) => port.configure(settled, settle));
    this.#config = settled;
    this.#reconfigured();
  }

  /**
   * Receives bytes as soon as any are there.
   *
   * @returns 1 to `maxBytes` bytes, the caller's to keep.
   * @throws `DOMException` named `TimeoutError` — nothing came in time.
   * @throws `SerialDisconnectedError` — the device is gone.
   */
  receive(options: SyncReceiveOptions = {}): Uint8Array {
    const { maxBytes = this.#config.readChunkSize } = options;
    if (!isIntegerIn(maxBytes, 1, Number.MAX_SAFE_INTEGER)) {
      throw invalid("maxBytes", maxBytes, "a positive integer (bytes)");
    }
    const memory = new Uint8Array(Math.min(maxBytes, this.#config.readChunkSize));
    return memory.slice(0, this.receiveInto(memory, options));
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
    const deadline = deadlineOf(options);
    for (;;) {
      const decoded = this.#marked?.takeData(bytes) ?? 0;
      if (decoded > 0) return decoded;
      const count = this.#run("receive", (port) => port.readBlocking(bytes, left(deadline)));
      if (count === 0) throw timedOut("receive", this.path);
      if (this.#marked === undefined) return count;
      this.#marked.push(bytes.slice(0, count), lineErrorCounts(this.#port));
    }
  }

  /**
   * Receives an exact number of bytes.
   *
   * @returns `count` bytes.
   * @throws `DOMException` named `TimeoutError` — too few came in time; its `received` holds them.
   * @throws `SerialDisconnectedError` — the device is gone.
   */
  receiveExactly(count: number, options: TimeoutOptions = {}): Uint8Array {
    if (!isIntegerIn(count, 0, 2 ** 31)) throw invalid("count", count, "a number of bytes");
    const bytes = new Uint8Array(count);
    const deadline = deadlineOf(options);
    for (let done = 0; done < count; ) {
      try {
        done += this.receiveInto(bytes.subarray(done), { timeoutMs: left(deadline) });
      } catch (error) {
        throw Object.assign(error as Error, { received: bytes.slice(0, done) }); // always an Error
      }
    }
    return bytes;
  }

  /**
   * Sends all of a view.
   *
   * @throws `DOMException` named `TimeoutError` — the kernel did not take it all in time; its
   *   `bytesWritten` tells how much.
   * @throws `SerialDisconnectedError` — the device is gone.
   */
  send(data: ArrayBufferView | ArrayBufferLike, options: TimeoutOptions = {}): void {
    const bytes = bytesOf("data", data);
    const deadline = deadlineOf(options);
    for (let done = 0; done < bytes.length; ) {
      const rest = bytes.subarray(done);
      const count = this.#run("send", (port) => port.writeBlocking(rest, left(deadline)));
      if (count === 0) throw Object.assign(timedOut("send", this.path), { bytesWritten: done });
      done += count;
    }
  }

  /** Sends what the kernel takes at once. @returns Bytes accepted, possibly 0. */
  trySend(data: ArrayBufferView | ArrayBufferLike): number {
    const bytes = bytesOf("data", data);
    if (bytes.length === 0) return 0;
    return this.#run("send", (port) => port.writeBlocking(bytes, 0));
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
  sendBreak({ durationMs = 250 }: SyncBreakOptions = {}): void {
    if (!isIntegerIn(durationMs, 1, 60_000)) {
      throw invalid("durationMs", durationMs, "an integer from 1 to 60000 (milliseconds)");
    }
    this.#run("sendBreak", (port) => {
      port.setBreak(true);
      try {
        port.sleepBlocking(durationMs);
      } finally {
        port.setBreak(false);
      }
    });
  }

  /** Throws away what was received and not read. */
  discardInput(): void {
    this.#run("discard", (port) => port.discard("input"));
    this.#marked?.clear();
  }

  /** Throws away what was sent and has not left the kernel. */
  discardOutput(): void {
    this.#run("discard", (port) => port.discard("output"));
  }

  /** Counts the bytes that a receive would get now. */
  inputWaiting(): number {
    return this.#run("inputWaiting", (port) => port.inputWaiting()) + (this.#marked?.waiting ?? 0);
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
    withChanges(this.#config, { controlLines: lines });
    this.#run("setControlLines", (port) => port.setControlLines(lines));
  }

  /** Counts errors on the line since the port was opened. */
  lineErrors(): LineErrorCounts {
    const now = this.#run("lineErrors", (port) => port.lineErrorCounts());
    return lineErrorsSince(now, this.#errorsAtOpen);
  }

  /** Puts back what the port changed and closes it. Calling it again does nothing. */
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
    const timeoutMs = left(deadlineOf(options));
    if (!this.#run("drain", (port) => port.drainBlocking(exact, timeoutMs))) {
      throw timedOut("drain", this.path);
    }
  }

  #reconfigured(): void {
    if (!this.#port.marksErrors) this.#marked = undefined;
    else {
      const hasParity = (): boolean => this.#config.parity !== "none";
      this.#marked ??= new MarkedInput(lineErrorCounts(this.#port), hasParity);
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

function deadlineOf({ timeoutMs = Number.POSITIVE_INFINITY }: TimeoutOptions): number {
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return performance.now() + timeoutMs;
  throw invalid("timeoutMs", timeoutMs, "a number of milliseconds, 0 or more");
}

function left(deadline: number): number {
  return Math.max(0, deadline - performance.now());
}

function timedOut(operation: string, path: string): DOMException {
  return new DOMException(
    `Cannot ${actionOf(operation)} port "${path}": the time is over`,
    "TimeoutError",
  );
}
