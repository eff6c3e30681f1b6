// A port that the program may use: its device as it comes and goes, and the one object that stands for
// it. The object may be collected while nothing needs it; the permission and its events stay.

import type { SerialConfigInput } from "../config/config.ts";
import type { PortInfo } from "../model/port-info.ts";
import type { Listeners } from "./listeners.ts";
import type { OpenedPort } from "./service.ts";

/** Objects that are not collected, though nothing else refers to them. */
const inUse = new Set<object>();

/** The others, as far as a granted port needs them. */
export interface GrantedPortHost<P extends EventTarget> {
  /** Listeners that its events bubble to. */
  readonly parent: Listeners;
  make(granted: GrantedPort<P>): P;
  open(port: PortInfo, config: SerialConfigInput): Promise<OpenedPort>;
  revoke(granted: GrantedPort<P>): void;
  /** Reads the list again: the device may be gone. */
  check(): void;
}

/** A permission. */
export class GrantedPort<P extends EventTarget = EventTarget> {
  /** The device as it was seen last. */
  info: PortInfo;
  /** The device is there. */
  isConnected = true;
  /** It was granted by an option, and not by the chooser. */
  readonly isByPolicy: boolean;
  readonly #host: GrantedPortHost<P>;
  #object: WeakRef<P> | undefined;

  constructor(host: GrantedPortHost<P>, info: PortInfo, isByPolicy: boolean) {
    this.#host = host;
    this.info = info;
    this.isByPolicy = isByPolicy;
  }

  get parent(): Listeners {
    return this.#host.parent;
  }

  /** The object that stands for the port: the same one, as long as it exists. */
  get port(): P {
    let port = this.#object?.deref();
    if (port === undefined) {
      port = this.#host.make(this);
      this.#object = new WeakRef(port);
    }
    return port;
  }

  /** Keeps the object, or lets it be collected. */
  hold(isNeeded: boolean): void {
    const port = this.#object?.deref();
    if (port === undefined) return;
    if (isNeeded) inUse.add(port);
    else inUse.delete(port);
  }

  open(config: SerialConfigInput): Promise<OpenedPort> {
    return this.#host.open(this.info, config);
  }

  revoke(): void {
    this.#host.revoke(this);
  }

  check(): void {
    this.#host.check();
  }

  /** The device came. */
  connect(info: PortInfo): void {
    this.info = info;
    this.isConnected = true;
    this.port.dispatchEvent(new Event("connect", { bubbles: true }));
  }

  /** The device went. */
  disconnect(): void {
    this.isConnected = false;
    this.port.dispatchEvent(new Event("disconnect", { bubbles: true }));
  }
}
