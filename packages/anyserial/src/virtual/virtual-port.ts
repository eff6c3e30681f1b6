// Emulated serial ports. An application opens the path as it would open /dev/ttyUSB0; this side plays
// the device.

/// <reference types="node" preserve="true" />

import { inspect } from "node:util";
import { signalOf, type WaitOptions, waiting } from "../abort/abort.ts";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { byteCount, bytesOf, madeBy, refuseCallback } from "../arguments/validate.ts";
import type { EmulatedLines, InjectedError } from "../backend/emulated-line.ts";
import type { CheckedAccess, EmulatedBackendPort } from "../backend/emulated-port.ts";
import { createSerialConfig } from "../config/config.ts";
import { createPolicy } from "../config/unsupported-policy.ts";
import { SerialConcurrencyError, type SerialError } from "../errors/errors.ts";
import { type FramedPort, framed } from "../framing/framed-port.ts";
import type { Framing } from "../framing/framing.ts";
import { PortLifecycle } from "../io/port-lifecycle.ts";
import { PullIterator } from "../io/pull-iterator.ts";
import { Receiver } from "../io/receiver.ts";
import { Writer } from "../io/writer.ts";
import type { Bytes } from "../model/bytes.ts";
import { createCapabilities } from "../model/capabilities.ts";
import type { ModemLines } from "../model/modem-lines.ts";
import type { ReceiveOptions } from "../port/serial-port.ts";
import { nextTick } from "../process/timers.ts";
import { checkInjected, checkModemLines, lineOf } from "./line-access.ts";
import type { PortLink } from "./port-link.ts";
import { PtyChanges, type VirtualPortChange } from "./settings-changes.ts";
import {
  checkListener,
  PtySubscription,
  type VirtualPortListener,
  type VirtualPortSubscription,
} from "./subscription.ts";
import type { VirtualPortPreset, VirtualPortSettings } from "./virtual-port-settings.ts";

/** A pty has no line, and so no capability of a serial port. */
const PTY = createCapabilities("pty", "pty", {});
const RECEIVE = waiting("maxBytes");
const PRESET: OptionSpec = { known: ["baudRate", "stopBits", "flowControl"] };

/** Path of a port, and its permissions. */
export interface Place {
  readonly link: PortLink | undefined;
  readonly access: CheckedAccess;
}

/**
 * The device side of an emulated port. Waits, cancels and closes as `SerialPort` does; an absent
 * application, or one that comes and goes, is not an error.
 */
export class VirtualPort implements AsyncDisposable {
  readonly #place: Place;
  readonly #core: PortLifecycle<EmulatedBackendPort>;
  readonly #port: EmulatedBackendPort;
  readonly #receiver: Receiver;
  readonly #writer: Writer;
  readonly #changes: PtyChanges;
  #subscription: PtySubscription | undefined;

  // Output of `console.log()` and the REPL; here because a declaration cannot name the symbol.
  static {
    Object.defineProperty(VirtualPort.prototype, inspect.custom, {
      value(this: VirtualPort): string {
        return `VirtualPort ${JSON.stringify(this.path)}, ${this.#core.state}`;
      },
    });
  }

  /** Only `createVirtualPort()` makes one. */
  constructor(made: never, by: never);
  /** @internal */
  constructor(port: EmulatedBackendPort, place: Place);
  constructor(port: EmulatedBackendPort, place: Place) {
    if (port?.devicePath === undefined) {
      throw madeBy("VirtualPort", "await createVirtualPort({ link })");
    }
    this.#port = port;
    port.onReplaced = () => this.#replaced();
    this.#place = place;
    this.#core = new PortLifecycle({
      path: this.path,
      port,
      output: undefined,
      config: createSerialConfig(),
      policy: createPolicy("ignore"),
      platform: PTY,
      info: undefined,
    });
    this.#receiver = new Receiver(this.#core, undefined);
    this.#writer = new Writer(this.#core);
    this.#changes = new PtyChanges(this.#core, () => this.settings());
    if (port.line !== undefined) port.line.onChange = (change) => this.#changes.emit(change);
    const { link } = place;
    if (link === undefined) return;
    link.onChange = (change) => this.#changes.linkChanged(change);
    void this.#core.closed.then(() => link.release()); // also where the port ends by itself
  }

  /** Path for the application: the link, or the pty itself. */
  get path(): string {
    return this.#place.link?.path ?? this.devicePath;
  }

  /** The pty that the link points to; another one after a change `replaced`. */
  get devicePath(): string {
    return this.#port.devicePath;
  }

  /** `false` from the moment that `close()` is called. */
  get isOpen(): boolean {
    return this.#core.isOpen;
  }

  /** Resolves when the port is closed; never rejects. */
  get closed(): Promise<SerialError | undefined> {
    return this.#core.closed;
  }

  /**
   * An application has the path open at this moment. When this becomes `false`, the port clears the
   * state that a real one loses with its last close.
   */
  get applicationOpen(): boolean {
    return this.#core.isOpen && this.#port.isApplicationOpen();
  }

  /**
   * Receives bytes that the application wrote; waits while there is no application.
   *
   * @param options.maxBytes Most bytes to return.
   * @param options.signal Stops waiting.
   * @returns 1 to `maxBytes` bytes, the caller's to keep and to transfer.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws `SerialConcurrencyError` `ERR_SERIAL_CONCURRENT` — another receive is waiting.
   * @throws `signal.reason` — the signal is aborted.
   */
  async receive(options: ReceiveOptions = {}): Promise<Bytes> {
    const signal = signalOf(options, RECEIVE);
    const most = byteCount("maxBytes", options.maxBytes) ?? this.#core.config.readChunkSize;
    if (this.#subscription !== undefined) throw this.#subscribed("receive");
    const bytes = await this.#receiver.receive(most, signal);
    this.#changes.check();
    return bytes;
  }

  /**
   * Sends to the application, all of a view; waits while its buffer is full.
   *
   * @param data Bytes; must not change until the promise is settled.
   * @param options.signal Stops waiting; the rejection carries `bytesWritten`.
   * @throws As {@link VirtualPort.receive}.
   */
  async send(data: ArrayBufferView | ArrayBufferLike, options: WaitOptions = {}): Promise<void> {
    await this.#writer.send(bytesOf("data", data), signalOf(options));
  }

  /**
   * Sends as many bytes as the application's buffer takes at once.
   *
   * @param data Bytes.
   * @returns Bytes accepted; 0 when the buffer is full.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  trySend(data: ArrayBufferView | ArrayBufferLike): number {
    return this.#writer.trySend(data instanceof Uint8Array ? data : bytesOf("data", data));
  }

  /**
   * Sends and receives messages in place of bytes, as `SerialPort.framed()`.
   *
   * @param framing The format of messages, from `anyserial/framing`.
   * @returns The port by messages.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no framing.
   */
  framed<M extends string | Uint8Array>(framing: Framing<M>): FramedPort<M> {
    return framed(this, framing);
  }

  /**
   * Counts bytes that the application could read now: FIONREAD on its side. The kernel holds at
   * most 4095 bytes ready there and queues more behind them, which are not counted.
   *
   * @returns Bytes; `undefined` where this is unknown: the application has exclusive use and this
   *   process is not root's, or it has set a line discipline that does not count.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  unreadBytes(): number | undefined {
    return this.#core.run("inputWaiting", () => this.#port.unreadBytes());
  }

  /**
   * Returns whether the application has read anything since the last call, to distinguish a slow
   * reader from one that does not read. {@link VirtualPort.unreadBytes} cannot, since the kernel at
   * once fills up the bytes that were read.
   *
   * @returns `undefined` at the first call, and where the system does not report it (Linux does).
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  hasApplicationRead(): boolean | undefined {
    return this.#core.run("inputWaiting", () => this.#port.hasApplicationRead());
  }

  /**
   * Discards bytes that the application has not read.
   *
   * @returns `false` where the 4095 bytes that are ready for the application, or fewer, may be left: for
   *   the same reasons as {@link VirtualPort.unreadBytes} has.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  discardUnread(): boolean {
    return this.#core.run("discard", () => this.#port.discardUnread());
  }

  /**
   * Returns whether a `trySend` would be accepted, at least in part.
   *
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  isWritable(): boolean {
    return this.#core.run("send", () => this.#port.isWritable());
  }

  /**
   * The application's settings: rate, framing, and whether its terminal is raw.
   *
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  settings(): VirtualPortSettings {
    return this.#core.run("configure", () => {
      const { rs485: _none, ...settings } = this.#port.effectiveConfig();
      return Object.freeze({ ...settings, ...this.#port.terminalMode() });
    });
  }

  /**
   * Sets what an application finds when it opens the port. It stays until the application sets something else, as on a
   * real port. Without this it is 115200 8N1, without flow control.
   *
   * @param settings Rate, stop bits and flow control; those that are left out get their defaults.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — a setting is wrong.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   * @throws `UnsupportedFeatureError` `ERR_SERIAL_UNSUPPORTED` — it is an adapter, whose driver has its own.
   */
  preset(settings: VirtualPortPreset): void {
    checkOptions(settings, PRESET);
    const config = createSerialConfig(settings);
    this.#core.run("configure", () => this.#port.preset(config));
  }

  /**
   * Levels of the lines: DTR, RTS and break as the application has them, and the inputs as they were set here.
   *
   * @throws `UnsupportedFeatureError` `ERR_SERIAL_UNSUPPORTED` — it is a pty, which has no lines.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  lines(): EmulatedLines {
    return this.#core.run("modemLines", (port) => lineOf(port, "modemLines").lines());
  }

  /**
   * Sets the application's input lines.
   *
   * @param lines Levels; a line that is not named keeps its own.
   * @returns Resolves when the adapter has them.
   * @throws As {@link VirtualPort.lines}; `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no such line.
   */
  async setModemLines(lines: Partial<ModemLines>): Promise<void> {
    const checked = checkModemLines(lines);
    await this.#core.ask("setControlLines", (port) =>
      lineOf(port, "setControlLines").setModemLines(checked),
    );
  }

  /**
   * Lets the application receive a break, or a broken character, behind the bytes that were sent before.
   *
   * @param error Its kind, and the byte that comes with it.
   * @throws As {@link VirtualPort.lines}; `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no such error.
   */
  async inject(error: InjectedError): Promise<void> {
    const checked = checkInjected(error);
    await this.#core.ask("inject", (port) => lineOf(port, "inject").inject(checked));
  }

  /**
   * Pulls the adapter out, as one pulls a cable; the application notices. The port stays open.
   *
   * @returns Resolves when it is gone.
   * @throws As {@link VirtualPort.lines}.
   */
  async unplug(): Promise<void> {
    await this.#core.ask("unplug", (port) => lineOf(port, "unplug").unplug());
  }

  /**
   * Plugs the adapter in again; `path` may be another one then.
   *
   * @returns Resolves when the application can open it.
   * @throws As {@link VirtualPort.lines}; as `createVirtualAdapter()`.
   */
  async plug(): Promise<void> {
    await this.#core.ask("plug", (port) => lineOf(port, "plug").plug());
  }

  /** A machine has the adapter plugged in; always for a pty that is open. */
  get isPlugged(): boolean {
    return this.#core.isOpen && (this.#port.line?.isPlugged ?? true);
  }

  /**
   * Watches the application: it opens or closes the path, or changes its settings. Settings have no
   * event of their own in the kernel: they are read when the path is opened and when the
   * application writes.
   *
   * @param options.signal Ends the iteration by rejecting.
   * @returns One change at a time, from the call on; ends after `close()`.
   * @throws `signal.reason` — the signal is aborted.
   */
  changes(options: WaitOptions = {}): AsyncGenerator<VirtualPortChange, undefined> {
    return this.#changes.iterate(signalOf(options));
  }

  /**
   * Reports what happens on the port by calling functions, in place of `receive()` and `changes()`: no
   * promise and no memory for each chunk, for programs with many ports. `send()` and `trySend()` work as
   * before; `receive()` is refused until `stop()`.
   *
   * @param listener Functions to call, each from the task of the kernel's event. An error that they
   *   throw becomes an uncaught exception; the port and its neighbors continue.
   * @returns Pauses, resumes, stops. Keeps the process alive until it is stopped.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — `onData` is missing, or a name is unknown.
   * @throws `SerialConcurrencyError` `ERR_SERIAL_CONCURRENT` — the port has a listener already.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   * @example
   * ```ts
   * import { createVirtualPort } from "anyserial/pty";
   *
   * const device = await createVirtualPort({ link: "/tmp/ttyECHO" });
   * device.subscribe({
   *   onData: (bytes) => device.trySend(bytes),
   *   onChange: ({ kind }) => console.log(kind),
   * });
   * ```
   */
  subscribe(listener: VirtualPortListener): VirtualPortSubscription {
    checkListener(listener);
    this.#core.check("receive");
    if (this.#subscription !== undefined) throw this.#subscribed("subscribe");
    const parts = {
      core: this.#core,
      changes: this.#changes,
      onStop: (): void => {
        this.#subscription = undefined;
      },
    };
    this.#subscription = new PtySubscription(parts, listener);
    return this.#subscription;
  }

  /**
   * The link leads to the new device at once; listeners are notified of it after the present event.
   */
  #replaced(): void {
    const { path, devicePath } = this;
    this.#core.path = path;
    this.#changes.attempt(() => {
      const { link, access } = this.#place;
      this.#port.setAccess(access);
      link?.point(devicePath);
    });
    if (this.#port.line !== undefined) return; // it was plugged in, which is reported
    nextTick(() => this.#changes.emit({ kind: "replaced", path, devicePath }));
  }

  #subscribed(operation: string): SerialConcurrencyError {
    return new SerialConcurrencyError(
      `Cannot read from port "${this.path}": it has a subscription`,
      {
        code: "ERR_SERIAL_CONCURRENT",
        path: this.path,
        operation,
        hint: "stop() the subscription first",
      },
    );
  }

  /**
   * Receives chunk after chunk; ends after `close()`. Breaking off, and `return()` while `next()` waits,
   * ends it at once and loses no byte.
   *
   * @throws As {@link VirtualPort.receive}.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Bytes, undefined> {
    return new PullIterator({
      next: (signal) => this.#core.untilClosed(() => this.receive({ signal })),
      giveBack: (chunk) => this.#receiver.giveBack(chunk),
    });
  }

  /** Closes the port: the application sees a hang-up, the link is removed. Never rejects. */
  close(): Promise<void>;
  async close(...given: readonly unknown[]): Promise<void> {
    refuseCallback("close", given);
    this.#place.link?.release();
    this.#subscription?.stop();
    await this.#core.close();
  }

  /** Calls `close()`; never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
