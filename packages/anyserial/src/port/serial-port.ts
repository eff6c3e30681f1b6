// SerialPort: the documented surface of an open port; every method delegates to io/.

import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { signalOf, underEither, type WaitOptions, waiting } from "../abort/abort.ts";
import {
  byteCount,
  bytesOf,
  invalid,
  isBoolean,
  isIntegerIn,
  madeBy,
  refuseCallback,
} from "../arguments/validate.ts";
import type { Answer } from "../backend/backend.ts";
import {
  applyChanges,
  checkControlLines,
  describeSettings,
  type EffectiveConfig,
  type SerialConfig,
  type SerialConfigInput,
} from "../config/config.ts";
import type { Outcome } from "../config/refusals.ts";
import { createPolicy } from "../config/unsupported-policy.ts";
import type { SerialError } from "../errors/errors.ts";
import { type FramedPort, framed } from "../framing/framed-port.ts";
import type { Framing } from "../framing/framing.ts";
import { assertBreak, holdBreak } from "../io/break.ts";
import { BufferedReader } from "../io/buffered-reader.ts";
import { drain } from "../io/drain.ts";
import { lineErrorCounts, lineErrorsSince } from "../io/line-errors.ts";
import { ModemLineSource } from "../io/modem-watch.ts";
import type { LineEvent } from "../io/parmrk.ts";
import type { SerialCore } from "../io/port-lifecycle.ts";
import { PullIterator } from "../io/pull-iterator.ts";
import { Receiver } from "../io/receiver.ts";
import { Writer } from "../io/writer.ts";
import type { Bytes } from "../model/bytes.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLineChange, ModemLines } from "../model/modem-lines.ts";
import type { PortInfo } from "../model/port-info.ts";
import { publishConfigure } from "../process/diagnostics.ts";
import { Mutex } from "../process/mutex.ts";
import { createDuplex } from "./node-stream.ts";
import {
  createReadable,
  createWritable,
  type PortReadable,
  type PortWritable,
  type StreamSlot,
} from "./web-streams.ts";

/** Counts since the port was opened. */
export interface SerialStats {
  /** Bytes received from the kernel. */
  readonly bytesIn: number;
  /** Bytes accepted by the kernel. */
  readonly bytesOut: number;
  /** System calls that read. */
  readonly readCalls: number;
  /** System calls that wrote. */
  readonly writeCalls: number;
  /** System calls that found nothing to read or no room (EAGAIN). */
  readonly wouldBlock: number;
  /** Times that an operation waited. */
  readonly waits: number;
}

/** Options of {@link SerialPort.receive}. */
export interface ReceiveOptions extends WaitOptions {
  /**
   * Most bytes to return, 1 to 2^53 - 1.
   * @defaultValue the configuration's `readChunkSize`
   */
  readonly maxBytes?: number | undefined;
}

/** Options of {@link SerialPort.sendBreak}. */
export interface BreakOptions extends WaitOptions {
  /**
   * Length of the break, in milliseconds, 1 to 60000.
   * @defaultValue 250
   */
  readonly durationMs?: number | undefined;
}

const RECEIVE = waiting("maxBytes");
const BREAK = waiting("durationMs");

const DEFAULT_BREAK_MS = 250;

/** The core of an open port, for the parts of this library that its surface does not show. */
export let coreOf: (port: SerialPort) => SerialCore;
/** The two directions of an open port, for the same parts. */
export let directionsOf: (port: SerialPort) => {
  readonly receiver: Receiver;
  readonly writer: Writer;
};

/**
 * An open serial port. Made by `openSerialPort()`; once closed or disconnected it is never open
 * again.
 *
 * One receive and one send may be pending at a time, independently of each other. Every method
 * that may wait takes `signal` and rejects with `signal.reason` when it is aborted, leaving the
 * port usable and losing no byte. Every method fails with {@link SerialClosedError} after `close()`
 * and with {@link SerialDisconnectedError} once the device is gone.
 */
export class SerialPort implements AsyncDisposable {
  readonly #core: SerialCore;
  readonly #errorsAtOpen: LineErrorCounts | undefined;
  readonly #receiver: Receiver;
  readonly #writer: Writer;
  readonly #reconfiguring = new Mutex();
  readonly #settingBreak = new Mutex();
  /** Takes back the break of `setBreak()`. */
  #clearBreak: (() => Promise<void>) | undefined;
  #reader: BufferedReader | undefined;
  /** Held, so that they are notified of the port's end. */
  readonly #duplexes: Duplex[] = [];
  readonly #readable: StreamSlot<PortReadable> = {};
  readonly #writable: StreamSlot<PortWritable> = {};

  // Output of `console.log()` and the REPL; here because a declaration cannot name the symbol.
  static {
    Object.defineProperty(SerialPort.prototype, inspect.custom, {
      value(this: SerialPort): string {
        const settings = describeSettings(this.config);
        return `SerialPort ${JSON.stringify(this.path)} ${settings}, ${this.#core.state}`;
      },
    });
  }

  static {
    coreOf = (port) => port.#core;
    directionsOf = (port) => ({ receiver: port.#receiver, writer: port.#writer });
  }

  /** Only `openSerialPort()` makes one. */
  constructor(made: never);
  /** @internal */
  constructor(core: SerialCore);
  constructor(core: SerialCore) {
    if (core?.port === undefined)
      throw madeBy("SerialPort", "await openSerialPort(path, settings)");
    this.#core = core;
    this.#errorsAtOpen = lineErrorCounts(core.port);
    this.#receiver = new Receiver(core, core.port);
    this.#writer = new Writer(core);
  }

  /** Path or address that was opened. */
  get path(): string {
    return this.#core.path;
  }

  /** `false` from the moment that `close()` is called or the device is gone. */
  get isOpen(): boolean {
    return this.#core.isOpen;
  }

  /**
   * Configuration in force: frozen and complete. Under the policies `warn` and `ignore`, options
   * that the platform lacks or the driver refused or changed have the driver's values.
   */
  get config(): SerialConfig {
    return this.#core.config;
  }

  /** Capabilities of this port: the platform's record, refined by the driver's answers. */
  get capabilities(): SerialCapabilities {
    return this.#core.port.capabilities;
  }

  /** The port's record in discovery; `undefined` where discovery does not know the port. */
  get info(): PortInfo | undefined {
    return this.#core.info;
  }

  /**
   * Reads exact counts and up to delimiters; the same object each time. Bytes behind a delimiter stay in
   * it for its next call. Do not use it beside `receive()`, which does not return them.
   */
  get reader(): BufferedReader {
    this.#reader ??= new BufferedReader(this);
    return this.#reader;
  }

  /** File descriptor, for tools that need one; `undefined` where the platform has none. */
  get fd(): number | undefined {
    return this.#core.port.fd;
  }

  /**
   * Resolves when the port can no longer be used and its descriptor is closed: with the cause when
   * the device went away, with `undefined` after `close()`. Never rejects.
   */
  get closed(): Promise<SerialError | undefined> {
    return this.#core.closed;
  }

  /**
   * Reads back the settings that the driver has in force.
   *
   * @returns Settings of the driver; `baudRate` is the rate that it really took, in baud.
   * @throws {@link SerialDisconnectedError} — the device is gone.
   */
  async effectiveConfig(): Promise<EffectiveConfig> {
    return this.#core.run("configure", (port) => port.effectiveConfig());
  }

  /**
   * Changes settings on the open port; pending reads and writes continue.
   *
   * Atomic from the caller's view: one commit, one `configure` after the other, and on failure the
   * settings from before are in force again.
   *
   * @param changes Fields to change, or a whole configuration.
   * @param options.signal Gives up before the commit; a commit is never torn.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a field is wrong.
   * @throws {@link UnsupportedFeatureError} — the platform or driver lacks an optional feature.
   * @throws {@link UnsupportedConfigurationError} — the driver refuses a value, or silently took
   *   another one.
   * @throws {@link PortBusyError} — `exclusive` is requested and another program holds the lock.
   */
  async configure(changes: SerialConfigInput, options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    applyChanges(this.#core.config, changes, "configure");
    await this.#reconfiguring.run(async () => {
      signal?.throwIfAborted();
      const wanted = applyChanges(this.#core.config, changes, "configure");
      await this.#receiver.reconfigure(wanted, () => {
        signal?.throwIfAborted();
        return this.#commit(wanted, changes.unsupportedPolicy);
      });
      publishConfigure(this.path, this.#core.config);
    });
  }

  #commit(wanted: SerialConfig, changed: SerialConfigInput["unsupportedPolicy"]): Answer {
    const core = this.#core;
    const policy = changed === undefined ? core.policy : createPolicy(changed);
    const take = ({ inForce, refused }: Outcome): void => {
      core.config = inForce;
      policy.report(refused);
    };
    const outcome = core.ask("configure", (port) => {
      const config = policy.waive({ path: this.path, platform: core.platform, config: wanted });
      return port.configure(config, policy.onRefusal);
    });
    return outcome instanceof Promise ? outcome.then(take) : take(outcome);
  }

  /**
   * Receives bytes as soon as any are there.
   *
   * @param options.maxBytes Most bytes to return.
   * @param options.signal Stops waiting.
   * @returns 1 to `maxBytes` bytes, never empty, the caller's to keep and to transfer. Their `buffer`
   *   holds nothing else and is at most twice as long.
   * @throws {@link SerialConcurrencyError} `ERR_SERIAL_CONCURRENT` — another receive is waiting.
   * @throws {@link SerialDisconnectedError} — the device is gone.
   * @throws {@link SerialClosedError} `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws `signal.reason` — the signal is aborted.
   * @example
   * ```ts
   * import { openSerialPort } from "anyserial";
   *
   * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600 });
   * const bytes = await port.receive({ signal: AbortSignal.timeout(1000) });
   * ```
   */
  async receive(options: ReceiveOptions = {}): Promise<Bytes> {
    const signal = signalOf(options, RECEIVE);
    const most = byteCount("maxBytes", options.maxBytes) ?? this.#core.config.readChunkSize;
    return await this.#receiver.receive(most, signal);
  }

  /**
   * Receives into the caller's memory; nothing is allocated for the payload.
   *
   * @param into Any view of at least one byte. Do not transfer its buffer before the promise is
   *   settled.
   * @param options.signal Stops waiting.
   * @returns Bytes received, 1 to the length of the view.
   * @throws As {@link SerialPort.receive}, and {@link ConfigurationError} for an empty view;
   *   `ERR_SERIAL_MEMORY` — its buffer was transferred or shrunk meanwhile; no byte is lost.
   */
  async receiveInto(into: ArrayBufferView, options: WaitOptions = {}): Promise<number> {
    const bytes = bytesOf("into", into);
    if (bytes.length === 0) throw invalid("into", into, "a view of at least one byte");
    return await this.#receiver.receiveInto(bytes, signalOf(options));
  }

  /**
   * Receives data and line errors in wire order; needs `lineErrors: "mark"`.
   *
   * @param options.signal Ends the iteration by rejecting.
   * @returns An endless iterator; after `close()` it ends. Breaking off loses nothing: the next
   *   receive gets the bytes that were not taken.
   * @throws {@link ConfigurationError} `ERR_SERIAL_NOT_MARKING` — `lineErrors` is `count`.
   */
  receiveEvents(options: WaitOptions = {}): AsyncGenerator<LineEvent, undefined> {
    const receive = async (signal: AbortSignal): Promise<LineEvent> =>
      this.#receiver.receiveEvent(signal);
    const source = {
      next: (signal: AbortSignal) => this.#core.untilClosed(() => receive(signal)),
      giveBack: (event: LineEvent) => this.#receiver.giveBackEvent(event),
      port: this, // one that is being iterated is not forgotten
    };
    return new PullIterator(source, options);
  }

  /**
   * Sends and receives messages in place of bytes: lines, packets, questions and answers.
   *
   * @param framing The format of messages, from `anyserial/framing`: `lines()`, `slip()`, …
   * @returns The port by messages. Bytes that were read and not taken are kept for the port:
   *   calling this again loses nothing. Do not use it beside `receive()`, which does not return the
   *   bytes that it holds.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is no framing.
   * @example
   * ```ts
   * import { openSerialPort } from "anyserial";
   * import { lines } from "anyserial/framing";
   *
   * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600 });
   * for await (const line of port.framed(lines())) console.log(line);
   * ```
   */
  framed<M extends string | Uint8Array>(framing: Framing<M>): FramedPort<M> {
    return framed(this, framing);
  }

  /**
   * Sends all of a view.
   *
   * @param data Bytes to send; must not change until the promise is settled.
   * @param options.signal Stops waiting. The rejection's `bytesWritten` is the number of bytes that
   *   the kernel had accepted.
   * @returns Resolves when the kernel has accepted the last byte; `drain()` waits for the wire.
   * @throws {@link SerialConcurrencyError} `ERR_SERIAL_CONCURRENT` — another send is waiting.
   * @throws {@link SerialDisconnectedError} — the device is gone; with `bytesWritten`.
   * @throws {@link SerialClosedError} `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `data` is no view.
   * @throws `signal.reason` — the signal is aborted.
   */
  async send(data: ArrayBufferView | ArrayBufferLike, options: WaitOptions = {}): Promise<void> {
    await this.#writer.send(bytesOf("data", data), signalOf(options));
  }

  /**
   * Sends as many bytes as the kernel takes at once.
   *
   * @param data Bytes to send.
   * @returns Bytes accepted; 0 when the kernel's buffer is full.
   * @throws As {@link SerialPort.send}.
   */
  trySend(data: ArrayBufferView | ArrayBufferLike): number {
    return this.#writer.trySend(bytesOf("data", data));
  }

  /**
   * Waits until the kernel's output queue is empty.
   *
   * A USB adapter that is pulled out meanwhile makes it reject where the driver asks the adapter
   * for its lines. Where it does not, as for CDC-ACM, it may resolve up to 0.3 s before `closed`.
   *
   * @param options.signal Stops waiting; the bytes still go out.
   * @throws {@link SerialClosedError} `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws {@link SerialDisconnectedError} — the device is gone.
   * @throws `signal.reason` — the signal is aborted.
   */
  async drain(options: WaitOptions = {}): Promise<void> {
    await this.#drain(false, options);
  }

  /**
   * Waits until the transmitter's own FIFO is empty as well, as tcdrain(3) does, without blocking
   * the event loop. On a USB adapter that cannot report this, bytes may still be in the adapter.
   *
   * @param options.signal Stops waiting; the bytes still go out.
   * @throws As {@link SerialPort.drain}.
   */
  async drainExact(options: WaitOptions = {}): Promise<void> {
    await this.#drain(true, options);
  }

  async #drain(exact: boolean, options: WaitOptions): Promise<void> {
    const signal = signalOf(options);
    this.#core.check("drain");
    signal?.throwIfAborted();
    const { port, ending } = this.#core;
    try {
      await underEither(ending, signal, (either) => drain(port, exact, either));
    } catch (error) {
      if (!this.#core.isOpen) throw this.#core.endError("drain");
      throw this.#core.noticed(error);
    }
  }

  /**
   * Asserts the break condition for a time; it is always taken back, also on abort and close.
   *
   * @param options.durationMs Length, in milliseconds, 1 to 60000.
   * @param options.signal Ends the break early.
   * @throws {@link UnsupportedFeatureError} — the driver cannot send a break.
   * @throws As {@link SerialPort.drain}.
   */
  async sendBreak(options: BreakOptions = {}): Promise<void> {
    const signal = signalOf(options, BREAK);
    const durationMs = options.durationMs ?? DEFAULT_BREAK_MS;
    if (!isIntegerIn(durationMs, 1, 60_000)) {
      throw invalid("durationMs", durationMs, "an integer from 1 to 60000 (milliseconds)");
    }
    await holdBreak(this.#core, durationMs, signal);
  }

  /**
   * Asserts or clears the break condition, for a break of no fixed length. Closing the port clears it.
   *
   * @param asserted `true` from now on, `false` until the next call.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `asserted` is no boolean.
   * @throws {@link UnsupportedFeatureError} — the driver cannot send a break.
   * @throws As {@link SerialPort.drain}.
   */
  async setBreak(asserted: boolean): Promise<void> {
    if (!isBoolean(asserted)) throw invalid("asserted", asserted, "a boolean");
    await this.#settingBreak.run(async () => {
      this.#core.check("sendBreak");
      const clear = this.#clearBreak;
      if (asserted) this.#clearBreak = clear ?? (await assertBreak(this.#core));
      else await clear?.();
      if (!asserted) this.#clearBreak = undefined;
    });
  }

  /**
   * Discards received bytes that were not read.
   *
   * @throws {@link SerialDisconnectedError} — the device is gone.
   */
  async discardInput(): Promise<void> {
    await this.#core.ask("discard", (port): Answer => port.discard("input"));
    this.#receiver.cleared();
  }

  /**
   * Discards sent bytes that have not left the kernel.
   *
   * @throws {@link SerialDisconnectedError} — the device is gone.
   */
  async discardOutput(): Promise<void> {
    await this.#core.ask("discard", (port): Answer => port.discard("output"));
  }

  /**
   * Counts the bytes that a receive would get now. With `lineErrors: "mark"` waiting bytes are
   * decoded to be counted, since marks are no bytes; past 65536 bytes more may wait than are
   * counted.
   *
   * @returns Bytes; a snapshot.
   * @throws {@link UnsupportedFeatureError} — the driver does not count them.
   */
  async inputWaiting(): Promise<number> {
    return this.#receiver.inputWaiting();
  }

  /**
   * Counts the bytes that have not left the kernel.
   *
   * @returns Bytes; a snapshot. A pty always answers 0.
   * @throws {@link UnsupportedFeatureError} — the driver does not count them.
   */
  async outputWaiting(): Promise<number> {
    return this.#core.run("outputWaiting", (port) => port.outputWaiting());
  }

  /**
   * Samples the input lines.
   *
   * @returns Levels; `true` is asserted.
   * @throws {@link UnsupportedFeatureError} — the driver has no modem lines (a pty, for instance).
   */
  async modemLines(): Promise<ModemLines> {
    return await this.#core.ask("modemLines", (port) => port.modemLines());
  }

  /**
   * Sets output lines.
   *
   * @param lines Levels; an omitted line is left as it is.
   * @throws {@link UnsupportedFeatureError} — the driver has no such lines.
   */
  async setControlLines(lines: ControlLines): Promise<void> {
    checkControlLines(lines);
    await this.#core.ask("setControlLines", (port): Answer => port.setControlLines(lines));
  }

  /**
   * Watches the input lines from now on.
   *
   * Where the driver counts edges, none between two samples is lost; costs nothing while no
   * `next()` is pending.
   *
   * @param options.signal Ends the iteration by rejecting.
   * @returns One edge at a time; ends after `close()`.
   * @throws {@link UnsupportedFeatureError} — the driver has no modem lines.
   */
  modemLineChanges(options: WaitOptions = {}): AsyncIterableIterator<ModemLineChange, undefined> {
    return new PullIterator(new ModemLineSource(this.#core, this), { signal: signalOf(options) });
  }

  /**
   * Counts errors on the line since the port was opened.
   *
   * @returns Counts; they only grow.
   * @throws {@link UnsupportedFeatureError} — the driver does not count.
   */
  async lineErrors(): Promise<LineErrorCounts> {
    const now = this.#core.run("lineErrors", (port) => port.lineErrorCounts());
    return lineErrorsSince(now, this.#errorsAtOpen);
  }

  /** Counts of bytes and system calls since the port was opened. */
  stats(): SerialStats {
    const { counters } = this.#core.port;
    return { bytesIn: this.#receiver.bytes, bytesOut: this.#writer.bytes, ...counters };
  }

  /**
   * The port as a WHATWG byte stream, without read-ahead. After it was canceled or failed, a new
   * one is made; the port stays open, and no byte is lost. The stream closes with the port, and
   * fails with the cause when the device goes away, also without a pending read.
   */
  get readable(): PortReadable {
    return createReadable(this, this.#readable, (bytes) => this.#receiver.giveBack(bytes));
  }

  /** The port as a WHATWG stream to write to; closing it drains, the port stays open. */
  get writable(): PortWritable {
    return createWritable(this, this.#writable);
  }

  /**
   * The port as a Node stream that owns it: destroying the stream closes the port. The stream ends as a
   * socket does: `close` comes when the port is closed or its device goes away, whether anyone reads or
   * not, in the second case after an `error` with the cause.
   *
   * @returns A new `Duplex`; use one at a time.
   */
  toDuplex(): Duplex {
    const stream = createDuplex(this);
    this.#duplexes.push(stream);
    return stream;
  }

  /**
   * Receives chunk after chunk; ends after `close()`. Breaking off, and `return()` while `next()` waits,
   * ends it at once and loses no byte.
   *
   * @throws {@link SerialDisconnectedError} — the device went away.
   * @throws {@link SerialConcurrencyError} `ERR_SERIAL_CONCURRENT` — a receive is waiting.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Bytes, undefined> {
    return new PullIterator({
      next: (signal) => this.#core.untilClosed(() => this.receive({ signal })),
      giveBack: (chunk) => this.#receiver.giveBack(chunk),
    });
  }

  /**
   * Closes the port: waiting calls reject with {@link SerialClosedError}, settings outside the
   * port's own are put back, then the descriptor is closed. Output still queued goes out for as
   * long as the line needs. Calling it again, or after a disconnect, waits for the same end; it
   * never rejects.
   */
  close(): Promise<void>;
  async close(...given: readonly unknown[]): Promise<void> {
    refuseCallback("close", given);
    await this.#core.close();
  }

  /** Calls `close()`; never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
