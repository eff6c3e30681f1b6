// SerialPort: the documented surface of an open port; every method delegates to io/.

import type { Duplex } from "node:stream";
import type { ReadableStream, WritableStream } from "node:stream/web";
import { inspect } from "node:util";
import { signalOf, underEither, type WaitOptions } from "./abort.ts";
import type { LineErrorCounts } from "./backend/backend.ts";
import { BufferedReader } from "./buffered-reader.ts";
import type { SerialCapabilities } from "./capabilities.ts";
import {
  type EffectiveConfig,
  type SerialConfig,
  type SerialConfigInput,
  withChanges,
} from "./config.ts";
import { publishConfigure } from "./diagnostics.ts";
import type { SerialError } from "./errors.ts";
import { holdBreak } from "./io/break.ts";
import type { LineEvent } from "./io/marked-input.ts";
import { ModemLineChanges } from "./io/modem-watch.ts";
import { Mutex } from "./io/mutex.ts";
import type { PortCore } from "./io/port-core.ts";
import { Receiver } from "./io/receiver.ts";
import { Writer } from "./io/writer.ts";
import type { ControlLines, ModemLineChange, ModemLines } from "./modem-lines.ts";
import { createDuplex } from "./node-stream.ts";
import { createSettle, settleAgainstPlatform } from "./policy.ts";
import type { PortInfo } from "./port-info.ts";
import { bytesOf, invalid, isIntegerIn } from "./validate.ts";
import { createReadable, createWritable, type StreamSlot } from "./web-streams.ts";

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

/** Options of {@link SerialPort.receiveAvailable}. */
export interface ReceiveAvailableOptions extends WaitOptions {
  /**
   * Most bytes to return, 1 to 2^53 - 1.
   * @defaultValue 65536 or `readChunkSize`, whichever is larger
   */
  readonly limit?: number | undefined;
}

/** Options of {@link SerialPort.sendBreak}. */
export interface BreakOptions extends WaitOptions {
  /**
   * Length of the break, in milliseconds, 1 to 60000.
   * @defaultValue 250
   */
  readonly durationMs?: number | undefined;
}

const DEFAULT_BREAK_MS = 250;
const LARGEST_KERNEL_QUEUE = 65_536;

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
  readonly #core: PortCore;
  readonly #receiver: Receiver;
  readonly #writer: Writer;
  readonly #reconfiguring = new Mutex();
  readonly #readable: StreamSlot<ReadableStream<Uint8Array>> = {};
  readonly #writable: StreamSlot<WritableStream<Uint8Array>> = {};

  // What `console.log()` and the REPL show; here because a declaration cannot name the symbol.
  static {
    Object.defineProperty(SerialPort.prototype, inspect.custom, {
      value(this: SerialPort): string {
        const { baudRate, dataBits, parity, stopBits } = this.config;
        const framing = `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
        return `SerialPort ${JSON.stringify(this.path)} ${baudRate} ${framing}, ${this.#core.state}`;
      },
    });
  }

  /** @internal Ports are made by `openSerialPort()`. */
  constructor(core: PortCore) {
    this.#core = core;
    this.#receiver = new Receiver(core);
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

  /** Configuration in force: frozen, complete, without options that the policy waived. */
  get config(): SerialConfig {
    return this.#core.config;
  }

  /** What this port can do: the platform's record, refined by what its driver answered. */
  get capabilities(): SerialCapabilities {
    return this.#core.backendPort.capabilities;
  }

  /** What discovery knows about the port; `undefined` where it knows nothing. */
  get info(): PortInfo | undefined {
    return this.#core.info;
  }

  /** File descriptor, for tools that need one; `undefined` where the platform has none. */
  get fd(): number | undefined {
    return this.#core.backendPort.fd;
  }

  /**
   * Resolves when the port can no longer be used and its descriptor is closed: with the cause when
   * the device went away, with `undefined` after `close()`. Never rejects.
   */
  get closed(): Promise<SerialError | undefined> {
    return this.#core.closed;
  }

  /**
   * Reads back what the driver has in force.
   *
   * @returns Settings of the driver; `baudRate` is the rate that it really took, in baud.
   * @throws {@link SerialDisconnectedError} — the device is gone.
   */
  effectiveConfig(): EffectiveConfig {
    return this.#core.run("configure", (port) => port.effectiveConfig());
  }

  /**
   * Changes settings on the open port; reads and writes that are waiting go on.
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
   * @throws {@link PortBusyError} — `exclusive` is asked for and somebody else holds the lock.
   */
  async configure(changes: SerialConfigInput, options: WaitOptions = {}): Promise<void> {
    const signal = signalOf(options);
    withChanges(this.#core.config, changes);
    await this.#reconfiguring.run(() => {
      signal?.throwIfAborted();
      const wanted = withChanges(this.#core.config, changes);
      const settle =
        changes.unsupportedPolicy === undefined
          ? this.#core.settle
          : createSettle(changes.unsupportedPolicy);
      this.#core.config = this.#core.run("configure", (port) => {
        const settled = settleAgainstPlatform({
          path: this.path,
          platform: this.#core.platform,
          config: wanted,
          settle,
        });
        port.configure(settled, settle);
        return settled;
      });
      this.#receiver.reconfigured();
      publishConfigure(this.path, this.#core.config);
    });
  }

  /**
   * Receives bytes as soon as any are there.
   *
   * @param options.maxBytes Most bytes to return.
   * @param options.signal Stops waiting.
   * @returns 1 to `maxBytes` bytes, never empty, the caller's to keep. The view may share its
   *   `buffer` with other results: copy it before transferring it to another thread.
   * @throws {@link SerialBusyError} `ERR_SERIAL_BUSY` — another receive is waiting.
   * @throws {@link SerialDisconnectedError} — the device is gone.
   * @throws {@link SerialClosedError} `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws `signal.reason` — the signal is aborted.
   * @example
   * ```ts
   * import { openSerialPort } from "anyserial";
   *
   * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600 });
   * const reply = await port.receive({ signal: AbortSignal.timeout(1000) });
   * ```
   */
  async receive(options: ReceiveOptions = {}): Promise<Uint8Array> {
    const most = byteCount("maxBytes", options.maxBytes) ?? this.#core.config.readChunkSize;
    return await this.#receiver.receive(most, signalOf(options));
  }

  /**
   * Receives into the caller's memory; nothing is allocated for the payload.
   *
   * @param into Any view of at least one byte.
   * @param options.signal Stops waiting.
   * @returns Bytes received, 1 to the length of the view.
   * @throws As {@link SerialPort.receive}, and {@link ConfigurationError} for an empty view.
   */
  async receiveInto(into: ArrayBufferView, options: WaitOptions = {}): Promise<number> {
    const bytes = bytesOf("into", into);
    if (bytes.length === 0) throw invalid("into", into, "a view of at least one byte");
    return await this.#receiver.receiveInto(bytes, signalOf(options));
  }

  /**
   * Waits until anything is there, then takes all that the kernel holds with one read.
   *
   * @param options.limit Most bytes to return.
   * @param options.signal Stops waiting.
   * @returns At least one byte; as for {@link SerialPort.receive}.
   * @throws As {@link SerialPort.receive}.
   */
  async receiveAvailable(options: ReceiveAvailableOptions = {}): Promise<Uint8Array> {
    const { readChunkSize } = this.#core.config;
    const all = Math.max(readChunkSize, LARGEST_KERNEL_QUEUE);
    return await this.#receiver.receive(
      byteCount("limit", options.limit) ?? all,
      signalOf(options),
    );
  }

  /**
   * Receives data and line errors in wire order; needs `lineErrors: "mark"`.
   *
   * @param options.signal Ends the iteration by rejecting.
   * @returns An endless iterator; after `close()` it ends. Breaking off loses nothing: what was not
   *   taken is there for the next receive.
   * @throws {@link ConfigurationError} `ERR_SERIAL_NOT_MARKING` — `lineErrors` is `count`.
   */
  async *receiveEvents(options: WaitOptions = {}): AsyncGenerator<LineEvent, undefined> {
    const signal = signalOf(options);
    for (;;) {
      const event = await this.#core.untilClosed(() => this.#receiver.receiveEvent(signal));
      if (event === undefined) return;
      yield event;
    }
  }

  /**
   * Buffers what is received, so that exact counts and delimiters can be waited for.
   *
   * @returns A reader of its own; use one at a time, and not beside `receive()`.
   */
  buffered(): BufferedReader {
    return new BufferedReader(this);
  }

  /**
   * Sends all of a view.
   *
   * @param data Bytes to send; must not change until the promise settles.
   * @param options.signal Stops waiting. The rejection's `bytesWritten` tells how many bytes the
   *   kernel had accepted.
   * @returns Resolves when the kernel has accepted the last byte; `drain()` waits for the wire.
   * @throws {@link SerialBusyError} `ERR_SERIAL_BUSY` — another send is waiting.
   * @throws {@link SerialDisconnectedError} — the device is gone; with `bytesWritten`.
   * @throws {@link SerialClosedError} `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `data` is no view.
   * @throws `signal.reason` — the signal is aborted.
   */
  async send(data: ArrayBufferView | ArrayBufferLike, options: WaitOptions = {}): Promise<void> {
    await this.#writer.send(bytesOf("data", data), signalOf(options));
  }

  /**
   * Sends what the kernel takes at once.
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
   * A USB adapter that is pulled out meanwhile makes it reject where the driver asks the adapter for
   * its lines. Where it does not, as for CDC-ACM, it may resolve up to 0.3 s before `closed` tells.
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
   * the event loop. On a USB adapter that cannot tell, bytes may still be in the adapter.
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
    const { backendPort, ending } = this.#core;
    try {
      await underEither(ending, signal, (either) => backendPort.drain(exact, either));
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
    const durationMs = options.durationMs ?? DEFAULT_BREAK_MS;
    if (!isIntegerIn(durationMs, 1, 60_000)) {
      throw invalid("durationMs", durationMs, "an integer from 1 to 60000 (milliseconds)");
    }
    await holdBreak(this.#core, durationMs, signalOf(options));
  }

  /**
   * Throws away what was received and not read.
   *
   * @throws {@link SerialDisconnectedError} — the device is gone.
   */
  async discardInput(): Promise<void> {
    this.#core.run("discard", (port) => port.discard("input"));
    this.#receiver.cleared();
  }

  /**
   * Throws away what was sent and has not left the kernel.
   *
   * @throws {@link SerialDisconnectedError} — the device is gone.
   */
  async discardOutput(): Promise<void> {
    this.#core.run("discard", (port) => port.discard("output"));
  }

  /**
   * Counts what a receive would get now.
   *
   * @returns Bytes; a snapshot.
   * @throws {@link UnsupportedFeatureError} — the driver cannot tell.
   */
  async inputWaiting(): Promise<number> {
    return this.#core.run("inputWaiting", (port) => port.inputWaiting()) + this.#receiver.decoded;
  }

  /**
   * Counts what has not left the kernel.
   *
   * @returns Bytes; a snapshot. A pty always answers 0.
   * @throws {@link UnsupportedFeatureError} — the driver cannot tell.
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
    return this.#core.run("modemLines", (port) => port.modemLines());
  }

  /**
   * Sets output lines.
   *
   * @param lines Levels; an omitted line is left as it is.
   * @throws {@link UnsupportedFeatureError} — the driver has no such lines.
   */
  async setControlLines(lines: ControlLines): Promise<void> {
    withChanges(this.#core.config, { controlLines: lines });
    this.#core.run("setControlLines", (port) => port.setControlLines(lines));
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
    return new ModemLineChanges(this.#core, signalOf(options), this);
  }

  /**
   * Counts errors on the line since the port was opened.
   *
   * @returns Counts; they only grow.
   * @throws {@link UnsupportedFeatureError} — the driver does not count.
   */
  async lineErrors(): Promise<LineErrorCounts> {
    return this.#core.run("lineErrors", () => this.#core.lineErrorsSinceOpen());
  }

  /** Counts of bytes and system calls since the port was opened. */
  stats(): SerialStats {
    const { counters } = this.#core.backendPort;
    return { bytesIn: this.#receiver.bytes, bytesOut: this.#writer.bytes, ...counters };
  }

  /**
   * The port as a WHATWG byte stream, without read-ahead. After it was canceled or broke, a new one
   * is made; the port stays open.
   */
  get readable(): ReadableStream<Uint8Array> {
    return createReadable(this, this.#readable);
  }

  /** The port as a WHATWG stream to write to; closing it drains, the port stays open. */
  get writable(): WritableStream<Uint8Array> {
    return createWritable(this, this.#writable);
  }

  /**
   * The port as a Node stream that owns it: destroying the stream closes the port.
   *
   * @returns A new `Duplex`; use one at a time.
   */
  toDuplex(): Duplex {
    return createDuplex(this);
  }

  /**
   * Receives chunk after chunk; ends after `close()`.
   *
   * @throws {@link SerialDisconnectedError} — the device went away.
   * @throws {@link SerialBusyError} `ERR_SERIAL_BUSY` — a receive is waiting.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined> {
    for (;;) {
      const chunk = await this.#core.untilClosed(() => this.receive());
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  /**
   * Closes the port: waiting calls reject with {@link SerialClosedError}, settings outside the
   * port's own are put back, then the descriptor is closed. Output still queued goes out for as
   * long as the line needs. Calling it again, or after a disconnect, waits for the same end; it
   * never rejects.
   */
  async close(): Promise<void> {
    await this.#core.close();
  }

  /** Calls `close()`; never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function byteCount(name: string, value: number | undefined): number | undefined {
  if (value === undefined || isIntegerIn(value, 1, Number.MAX_SAFE_INTEGER)) return value;
  throw invalid(name, value, "a positive integer (bytes)");
}
