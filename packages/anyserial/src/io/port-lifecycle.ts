// One open port: whether it may be used, its two directions, and how it ends. Nothing else closes the
// backend's port.

import type { BackendPort, DrainedPort } from "../backend/backend.ts";
import { type OpenPort, READ, WRITE } from "../backend/channel.ts";
import type { SerialConfig } from "../config/config.ts";
import type { Policy } from "../config/unsupported-policy.ts";
import {
  actionOf,
  deviceGone,
  isSerialError,
  SerialClosedError,
  SerialDisconnectedError,
  type SerialError,
} from "../errors/errors.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { PortInfo } from "../model/port-info.ts";
import { publishClose, publishError } from "../process/diagnostics.ts";
import { nextTurn } from "../process/timers.ts";
import { letOutputGo } from "./drain.ts";
import { Lane, type LaneHost } from "./lane.ts";
import { addOpenPort, removeOpenPort } from "./open-ports.ts";

/** A reason that exists already: abort() makes an error, with its stack, for want of one. */
const ENDED = "ended";

/** Dependencies of a port. */
export interface PortParts<P extends OpenPort> {
  readonly path: string;
  readonly port: P;
  /**
   * Its output, which is drained on close; `undefined` where written bytes are at the other side at
   * once.
   */
  readonly output: DrainedPort | undefined;
  /** Configuration in force. */
  readonly config: SerialConfig;
  readonly policy: Policy;
  /** Capabilities of the platform. */
  readonly platform: SerialCapabilities;
  readonly info: PortInfo | undefined;
}

/** The state of one port. */
export class PortLifecycle<P extends OpenPort = OpenPort> implements LaneHost {
  /** Name in errors. */
  path: string;
  readonly port: P;
  readonly reading: Lane = new Lane(this, READ, "receive");
  readonly writing: Lane = new Lane(this, WRITE, "send");
  readonly policy: Policy;
  readonly platform: SerialCapabilities;
  /** The port's record in discovery, once it was read. */
  info: PortInfo | undefined;
  /** Configuration in force. */
  config: SerialConfig;
  /** Calls of sendBreak() that hold the break condition. */
  breaksHeld = 0;
  /** Resolves when the port can no longer be used: with the cause, or `undefined` after close(). */
  readonly closed: Promise<SerialError | undefined>;
  #ending: AbortController | undefined;
  readonly #resolveClosed: (cause: SerialError | undefined) => void;
  readonly #output: DrainedPort | undefined;
  #gone: SerialError | undefined;
  #closing: Promise<void> | undefined;
  /** Ends a state that the port still asserts before its descriptor is closed, such as a break. */
  readonly #beforeClose = new Set<() => void>();

  constructor(parts: PortParts<P>) {
    const { port } = parts;
    this.path = parts.path;
    this.port = port;
    this.#output = parts.output;
    this.config = parts.config;
    this.policy = parts.policy;
    this.platform = parts.platform;
    this.info = parts.info;
    let resolveClosed: (cause: SerialError | undefined) => void = () => undefined;
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    this.#resolveClosed = resolveClosed;
    port.onReady = this.onReady;
    port.onFailed = this.onFailed;
    addOpenPort(port);
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** Aborted when the port can no longer be used; its reason is never shown. */
  get ending(): AbortSignal {
    if (this.#ending === undefined) {
      this.#ending = new AbortController();
      if (!this.isOpen) this.#ending.abort(ENDED);
    }
    return this.#ending.signal;
  }

  /** Throws when the port can no longer be used. */
  check(operation: string): void {
    if (this.#closing !== undefined) throw this.endError(operation);
  }

  /** Why the port can no longer be used. */
  endError(operation: string): SerialError {
    if (this.#gone !== undefined) return deviceGone(this.path, operation, this.#gone);
    return new SerialClosedError(
      `Cannot ${actionOf(operation)} port "${this.path}": the port is closed`,
      { code: "ERR_SERIAL_CLOSED", path: this.path, operation },
    );
  }

  /** State of the port, for people. */
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
  run<T>(operation: string, call: (port: P) => T): T {
    this.check(operation);
    try {
      return call(this.port);
    } catch (error) {
      throw this.noticed(error);
    }
  }

  /** As {@link PortLifecycle.run}, for a call that waits for an answer where the line is at another machine. */
  ask<T>(operation: string, call: (port: P) => T | Promise<T>): T | Promise<T> {
    const result = this.run(operation, call);
    return result instanceof Promise ? this.#follow(operation, result) : result;
  }

  async #follow<T>(operation: string, result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      const noticed = this.noticed(error);
      throw this.isOpen ? noticed : this.endError(operation);
    }
  }

  /** Takes note of a failure: a disconnect ends the port. Returns the error, to be thrown. */
  noticed(error: unknown): unknown {
    if (error instanceof SerialDisconnectedError) this.#disconnected(error);
    if (isSerialError(error)) publishError(this.path, error);
    return error;
  }

  /** Something to undo before the descriptor goes. @returns Takes it back; `false` where that was done. */
  beforeClose(undo: () => void): () => boolean {
    this.#beforeClose.add(undo);
    return () => this.#beforeClose.delete(undo);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** Called by the port when it is ready. */
  readonly onReady = (ready: number): void => {
    if ((ready & READ) !== 0) this.reading.tryAgain();
    if ((ready & WRITE) !== 0) this.writing.tryAgain();
  };

  /** Called by the port when nothing becomes ready any more. */
  readonly onFailed = (error: SerialError): void => {
    if (error instanceof SerialDisconnectedError) {
      this.#disconnected(error);
    } else {
      this.reading.fail(error);
      this.writing.fail(error);
    }
  };

  #disconnected(error: SerialError): void {
    if (this.#closing !== undefined) return;
    this.#gone = error;
    this.#closing = this.#end();
  }

  async #end(): Promise<void> {
    this.#ending?.abort(ENDED);
    const errorOf = (operation: string): SerialError => this.endError(operation);
    const isClosed = this.#gone === undefined;
    const ends = [this.reading.end(isClosed, errorOf), this.writing.end(isClosed, errorOf)];
    for (const undo of this.#beforeClose) undo();
    // Waiting calls reject in their own microtasks: before the descriptor is gone. One that ends by an error of its own
    // does not come back to the port.
    const isQuiet = ends.includes(true) && !ends.includes(false) && this.#ending === undefined;
    await (isQuiet ? undefined : nextTurn());
    removeOpenPort(this.port);
    const discarded = this.#output === undefined ? 0 : await letOutputGo(this.#output);
    await this.port.close(discarded).catch((error: unknown) => {
      this.noticed(error); // the port is closed all the same, and callers that wait for that continue
    });
    publishClose(this.path, discarded, this.#gone);
    this.#resolveClosed(this.#gone);
  }
}

/** The core of a serial port. */
export type SerialCore = PortLifecycle<BackendPort>;
