// Subpath `anyserial/pty`: emulated serial ports. An application opens the path as it would open
// /dev/ttyUSB0; this side plays the device.

import { inspect } from "node:util";
import { signalOf, type WaitOptions } from "./abort.ts";
import type { PtyBackendPort, TerminalMode } from "./backend/backend.ts";
import { selectBackend } from "./backend/select.ts";
import { createSerialConfig, type EffectiveConfig } from "./config.ts";
import { SerialBusyError, type SerialError, UnsupportedPlatformError } from "./errors.ts";
import { addOpenPort, removeOpenPort } from "./io/open-ports.ts";
import { PortCore } from "./io/port-core.ts";
import { Receiver } from "./io/receiver.ts";
import { Writer } from "./io/writer.ts";
import { PtyChanges, type VirtualPortChange } from "./pty-changes.ts";
import {
  applyAccess,
  checkAccess,
  checkLink,
  type DeviceAccess,
  makeLink,
  removeLink,
} from "./pty-link.ts";
import {
  PtyListening,
  type VirtualPortListener,
  type VirtualPortListening,
} from "./pty-listening.ts";
import type { ReceiveOptions } from "./serial-port.ts";
import { bytesOf, invalid } from "./validate.ts";

export type { VirtualPortChange } from "./pty-changes.ts";
export type { DeviceAccess } from "./pty-link.ts";
export type { VirtualPortListener, VirtualPortListening } from "./pty-listening.ts";

/** Options of {@link createVirtualPort}. */
export interface VirtualPortOptions extends DeviceAccess {
  /** Path to make for the application: a symbolic link, removed on close and at normal exit. */
  readonly link?: string | undefined;
}

/**
 * What an application asked for on its side. A pty has no line: Linux keeps 8 data bits and no
 * parity whatever is asked, everything else is as the application set it.
 */
export interface VirtualPortSettings extends Omit<EffectiveConfig, "rs485">, TerminalMode {}

/**
 * Makes an emulated serial port.
 *
 * @param options Link, mode and ownership; by default only the pty's own path, owned by this user.
 * @returns The device side. The application opens `path`.
 * @throws `PortBusyError` `EEXIST` — something that is not a stale link is at `link`.
 * @throws `UnsupportedPlatformError` `ERR_SERIAL_PLATFORM` — no ptys are made on this system.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { createVirtualPort } from "anyserial/pty";
 *
 * await using device = await createVirtualPort({ link: "/tmp/ttyTHERMO" });
 * const command = await device.receive();
 * await device.send(command);
 * ```
 */
export async function createVirtualPort(options: VirtualPortOptions = {}): Promise<VirtualPort> {
  const { link } = options;
  if (link !== undefined && (typeof link !== "string" || link === "" || link.includes("\0"))) {
    throw invalid("link", link, "a path that is not empty");
  }
  const backend = await selectBackend();
  if (backend.createPty === undefined) {
    const { platform } = backend.platformCapabilities();
    throw new UnsupportedPlatformError(`Cannot create a port: no ptys are made on ${platform}`, {
      code: "ERR_SERIAL_PLATFORM",
      operation: "create",
      hint: "use serialPortPair() of anyserial/testing, which needs no kernel; on Windows, the driver com0com makes pairs of COM ports",
    });
  }
  const access = checkAccess(options);
  if (link !== undefined) checkLink(link);
  const backendPort = backend.createPty(link);
  try {
    applyAccess(backendPort.devicePath, access);
    if (link !== undefined) makeLink(link, backendPort.devicePath);
  } catch (error) {
    backendPort.abandon();
    throw error;
  }
  return new VirtualPort(backendPort, link);
}

/**
 * The device side of an emulated port. Waits, cancels and closes as `SerialPort` does; an
 * application that is not there, or comes and goes, is not an error.
 */
export class VirtualPort implements AsyncDisposable {
  /** Path for the application: the link, or the pty itself. */
  readonly path: string;
  /** The pty that the link points to. */
  readonly devicePath: string;
  readonly #core: PortCore;
  readonly #backendPort: PtyBackendPort;
  readonly #receiver: Receiver;
  readonly #writer: Writer;
  readonly #changes: PtyChanges;
  readonly #atExit: { restoreAtExit(): void } | undefined;
  #listening: PtyListening | undefined;

  // What `console.log()` and the REPL show; here because a declaration cannot name the symbol.
  static {
    Object.defineProperty(VirtualPort.prototype, inspect.custom, {
      value(this: VirtualPort): string {
        return `VirtualPort ${JSON.stringify(this.path)}, ${this.#core.state}`;
      },
    });
  }

  /** @internal Made by {@link createVirtualPort}. */
  constructor(backendPort: PtyBackendPort, link: string | undefined) {
    this.#backendPort = backendPort;
    this.devicePath = backendPort.devicePath;
    this.path = link ?? backendPort.devicePath;
    this.#core = new PortCore({
      path: this.path,
      backendPort,
      config: createSerialConfig(),
      settle: () => undefined,
      platform: backendPort.capabilities,
      info: undefined,
    });
    this.#receiver = new Receiver(this.#core);
    this.#writer = new Writer(this.#core);
    this.#changes = new PtyChanges(this.#core, backendPort, () => this.settings());
    if (link !== undefined) {
      this.#atExit = { restoreAtExit: () => removeLink(link, this.devicePath) };
      addOpenPort(this.#atExit);
    }
  }

  /** `false` from the moment that `close()` is called. */
  get isOpen(): boolean {
    return this.#core.isOpen;
  }

  /** Resolves when the port is closed; never rejects. */
  get closed(): Promise<SerialError | undefined> {
    return this.#core.closed;
  }

  /** Somebody has the path open, as of now. */
  get applicationOpen(): boolean {
    return this.#core.isOpen && this.#backendPort.isApplicationOpen();
  }

  /**
   * Receives what the application wrote; waits while there is no application.
   *
   * @param options.maxBytes Most bytes to return.
   * @param options.signal Stops waiting.
   * @returns At least one byte, the caller's to keep; the view may share its `buffer`.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed, or closes meanwhile.
   * @throws `SerialBusyError` `ERR_SERIAL_BUSY` — another receive is waiting.
   * @throws `signal.reason` — the signal is aborted.
   */
  async receive(options: ReceiveOptions = {}): Promise<Uint8Array> {
    if (this.#listening !== undefined) throw this.#listenedTo("receive");
    const most = options.maxBytes ?? this.#core.config.readChunkSize;
    const bytes = await this.#receiver.receive(most, signalOf(options));
    this.#changes.look();
    return bytes;
  }

  /**
   * Sends to the application, all of a view; waits while its buffer is full.
   *
   * @param data Bytes; must not change until the promise settles.
   * @param options.signal Stops waiting; the rejection carries `bytesWritten`.
   * @throws As {@link VirtualPort.receive}.
   */
  async send(data: ArrayBufferView | ArrayBufferLike, options: WaitOptions = {}): Promise<void> {
    await this.#writer.send(bytesOf("data", data), signalOf(options));
  }

  /**
   * Sends what the application's buffer takes at once.
   *
   * @param data Bytes.
   * @returns Bytes accepted; 0 when the buffer is full.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  trySend(data: ArrayBufferView | ArrayBufferLike): number {
    return this.#writer.trySend(bytesOf("data", data));
  }

  /**
   * Counts what the application could read now and has not: FIONREAD on its side. The kernel holds
   * at most 4095 bytes ready there and queues more behind them, which are not counted.
   *
   * @returns Bytes.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  unreadBytes(): number {
    return this.#core.run("inputWaiting", () => this.#backendPort.unreadBytes());
  }

  /**
   * Throws away what the application has not read.
   *
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  discardUnread(): void {
    this.#core.run("discard", () => this.#backendPort.discardUnread());
  }

  /**
   * Tells whether a `trySend` would be accepted, at least in part.
   *
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  isWritable(): boolean {
    return this.#core.run("send", () => this.#backendPort.isWritable());
  }

  /**
   * What the application asked for: rate, framing, and whether its terminal is raw.
   *
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  settings(): VirtualPortSettings {
    return this.#core.run("configure", () => {
      const { rs485: _none, ...settings } = this.#backendPort.effectiveConfig();
      return Object.freeze({ ...settings, ...this.#backendPort.terminalMode() });
    });
  }

  /**
   * Watches the application: it opens or closes the path, or changes its settings. Settings have no
   * event of their own in the kernel: they are looked at when the path is opened and when the
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
   * Hears what happens on the port as calls, in place of `receive()` and `changes()`: no promise and
   * no memory for each chunk, which is what a program with many ports wants.
   *
   * @param listener Called synchronously; must not throw.
   * @returns Pauses, resumes, stops. Keeps the process alive until it is stopped.
   * @throws `SerialBusyError` `ERR_SERIAL_BUSY` — the port is listened to already.
   * @throws `SerialClosedError` `ERR_SERIAL_CLOSED` — the port is closed.
   */
  listen(listener: VirtualPortListener): VirtualPortListening {
    this.#core.check("receive");
    if (this.#listening !== undefined) throw this.#listenedTo("listen");
    const parts = {
      core: this.#core,
      backendPort: this.#backendPort,
      changes: this.#changes,
      onStop: (): void => {
        this.#listening = undefined;
      },
    };
    this.#listening = new PtyListening(parts, listener);
    return this.#listening;
  }

  #listenedTo(operation: string): SerialBusyError {
    return new SerialBusyError(`Cannot read from port "${this.path}": it is listened to`, {
      code: "ERR_SERIAL_BUSY",
      path: this.path,
      operation,
      hint: "stop() what listen() returned first",
    });
  }

  /**
   * Receives chunk after chunk; ends after `close()`.
   *
   * @throws As {@link VirtualPort.receive}.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined> {
    for (;;) {
      const chunk = await this.#core.untilClosed(() => this.receive());
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  /** Closes the port: the application sees a hang-up, the link is removed. Never rejects. */
  async close(): Promise<void> {
    if (this.#atExit !== undefined) {
      this.#atExit.restoreAtExit();
      removeOpenPort(this.#atExit);
    }
    this.#listening?.stop();
    await this.#core.close();
  }

  /** Calls `close()`; never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
