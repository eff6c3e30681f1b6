// One open port: whether it may be used, and how it ends. The reader, the writer and the public
// SerialPort all ask here; nothing else closes the backend's port.

import type { BackendPort, LineErrorCounts, SettleUnsupported } from "../backend/backend.ts";
import type { SerialCapabilities } from "../capabilities.ts";
import type { SerialConfig } from "../config.ts";
import { publishClose, publishError } from "../diagnostics.ts";
import {
  actionOf,
  isSerialError,
  SerialClosedError,
  SerialDisconnectedError,
  type SerialError,
} from "../errors.ts";
import type { PortInfo } from "../port-info.ts";
import { lineErrorCounts, lineErrorsSince } from "./line-errors.ts";
import { addOpenPort, removeOpenPort } from "./open-ports.ts";

/** What a port is made of. */
export interface PortParts {
  readonly path: string;
  readonly backendPort: BackendPort;
  /** Configuration in force, with waived options taken out. */
  readonly config: SerialConfig;
  readonly settle: SettleUnsupported;
  /** What the platform can do. */
  readonly platform: SerialCapabilities;
  readonly info: PortInfo | undefined;
}

/** The state of one port. */
export class PortCore {
  readonly path: string;
  readonly backendPort: BackendPort;
  readonly settle: SettleUnsupported;
  readonly platform: SerialCapabilities;
  readonly info: PortInfo | undefined;
  /** Configuration in force. */
  config: SerialConfig;
  /** Calls of sendBreak() that hold the break condition. */
  breaksHeld = 0;
  /** Resolves when the port can no longer be used: with the cause, or `undefined` after close(). */
  readonly closed: Promise<SerialError | undefined>;
  /** Aborted when the port can no longer be used; its reason is for nobody's eyes. */
  readonly ending: AbortSignal;

  readonly #ending = new AbortController();
  readonly #resolveClosed: (cause: SerialError | undefined) => void;
  readonly #errorsAtOpen: LineErrorCounts | undefined;
  #gone: SerialError | undefined;
  #closing: Promise<void> | undefined;
  /** Ends what the port still asserts before its descriptor goes, such as a break. */
  readonly #beforeClose = new Set<() => void>();

  constructor(parts: PortParts) {
    this.path = parts.path;
    this.backendPort = parts.backendPort;
    this.config = parts.config;
    this.settle = parts.settle;
    this.platform = parts.platform;
    this.info = parts.info;
    this.#errorsAtOpen = lineErrorCounts(parts.backendPort);
    this.ending = this.#ending.signal;
    let resolveClosed: (cause: SerialError | undefined) => void = () => undefined;
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    this.#resolveClosed = resolveClosed;
    parts.backendPort.onDisconnect = (error) => this.#disconnected(error);
    addOpenPort(parts.backendPort);
  }

  /** Line errors since open; fails where the driver does not count. */
  lineErrorsSinceOpen(): LineErrorCounts {
    const now = this.backendPort.lineErrorCounts();
    return lineErrorsSince(now, this.#errorsAtOpen);
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** Throws when the port can no longer be used. */
  check(operation: string): void {
    if (this.#closing !== undefined) throw this.endError(operation);
  }

  /** Why the port can no longer be used. */
  endError(operation: string, details: { readonly bytesWritten?: number } = {}): SerialError {
    const known = { path: this.path, operation, ...details };
    if (this.#gone !== undefined) {
      const { code, errno, syscall, winerror } = this.#gone;
      return new SerialDisconnectedError(
        `Cannot ${actionOf(operation)} port "${this.path}": the device is gone`,
        { ...known, code, errno, syscall, winerror, cause: this.#gone },
      );
    }
    return new SerialClosedError(
      `Cannot ${actionOf(operation)} port "${this.path}": the port is closed`,
      { ...known, code: "ERR_SERIAL_CLOSED" },
    );
  }

  /** What the port is now, for people. */
  get state(): "open" | "closed" | "gone" {
    if (this.isOpen) return "open";
    return this.#gone === undefined ? "closed" : "gone";
  }

  /** Runs a receive of an iterator: `undefined` once the port was closed. */
  async untilClosed<T>(receive: () => Promise<T>): Promise<T | undefined> {
    if (!this.isOpen && (await this.closed) === undefined) return undefined;
    try {
      return await receive();
    } catch (error) {
      if (!this.isOpen && (await this.closed) === undefined) return undefined;
      throw error;
    }
  }

  /** Runs a call of the backend's port; a device found gone there ends the port. */
  run<T>(operation: string, call: (port: BackendPort) => T): T {
    this.check(operation);
    try {
      return call(this.backendPort);
    } catch (error) {
      throw this.noticed(error);
    }
  }

  /** Takes note of a failure: a disconnect ends the port. Returns the error, to be thrown. */
  noticed(error: unknown): unknown {
    if (error instanceof SerialDisconnectedError) this.#disconnected(error);
    if (isSerialError(error)) publishError(this.path, error);
    return error;
  }

  /** Something to undo before the descriptor goes. @returns Takes it back. */
  beforeClose(undo: () => void): () => void {
    this.#beforeClose.add(undo);
    return () => this.#beforeClose.delete(undo);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #disconnected(error: SerialError): void {
    if (this.#closing !== undefined) return;
    this.#gone = error;
    this.#closing = this.#end();
  }

  async #end(): Promise<void> {
    this.#ending.abort();
    this.backendPort.cancelRead();
    this.backendPort.cancelWrite();
    for (const undo of this.#beforeClose) undo();
    // Canceled operations reject in their own microtasks: before the descriptor is gone.
    await new Promise(setImmediate);
    removeOpenPort(this.backendPort);
    const discardedBytes = await this.backendPort.close();
    publishClose(this.path, discardedBytes, this.#gone);
    this.#resolveClosed(this.#gone);
  }
}
