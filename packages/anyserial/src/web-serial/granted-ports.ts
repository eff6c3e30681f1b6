// All permissions of one Serial, and the devices behind them as they come and go.

import type { SerialConfigInput } from "../config/config.ts";
import type { PortEvent } from "../discovery/port-events.ts";
import type { PortInfo } from "../model/port-info.ts";
import { GrantedPort, type GrantedPortHost } from "./granted-port.ts";
import type { Listeners } from "./listeners.ts";
import { isSameDevice } from "./port-identity.ts";
import type { OpenedPort, SerialService } from "./service.ts";

/** Dependencies of the permissions. */
export interface GrantedPortsParts<P extends EventTarget> {
  readonly service: SerialService;
  /** Listeners of the Serial. */
  readonly parent: Listeners;
  /** Ports that are granted without a choice. */
  isByPolicy(port: PortInfo): boolean;
  make(granted: GrantedPort<P>): P;
}

/** The permissions. */
export class GrantedPorts<P extends EventTarget> implements GrantedPortHost<P> {
  readonly #parts: GrantedPortsParts<P>;
  readonly #granted = new Set<GrantedPort<P>>();
  #stop: (() => void) | undefined;

  constructor(parts: GrantedPortsParts<P>) {
    this.#parts = parts;
  }

  get parent(): Listeners {
    return this.#parts.parent;
  }

  /** Lists the ports that are there now, granted or not. */
  async list(): Promise<readonly PortInfo[]> {
    const ports = await this.#parts.service.list();
    this.#compare(ports);
    return ports;
  }

  /** The granted ports that are there. */
  get available(): P[] {
    return [...this.#granted].filter((one) => one.isConnected).map((one) => one.port);
  }

  /** Returns whether a port is granted. */
  has(port: PortInfo): boolean {
    return this.#find(port) !== undefined;
  }

  /** Grants a port that is there. */
  grant(info: PortInfo): P {
    this.follow();
    return (this.#find(info) ?? this.#add(info, false)).port;
  }

  /** Starts to watch the devices; continues where that was done. */
  follow(): void {
    if (this.#stop !== undefined) return;
    const held = new WeakRef(this); // the watch lasts as long as the process
    const stop = this.#parts.service.watch((event) => {
      const ports = held.deref();
      if (ports === undefined) stop();
      else ports.#onEvent(event);
    });
    this.#stop = stop;
    this.check();
  }

  make(granted: GrantedPort<P>): P {
    return this.#parts.make(granted);
  }

  open(port: PortInfo, config: SerialConfigInput): Promise<OpenedPort> {
    return this.#parts.service.open(port, config);
  }

  revoke(granted: GrantedPort<P>): void {
    this.#granted.delete(granted);
  }

  check(): void {
    this.list().catch(() => undefined); // the next caller gets the error
  }

  #onEvent({ type, port }: PortEvent): void {
    if (type === "added") this.#appeared(port, true);
    else this.#vanished((path) => path === port.path);
  }

  #compare(ports: readonly PortInfo[]): void {
    const paths = new Set(ports.map(({ path }) => path));
    this.#vanished((path) => !paths.has(path));
    for (const port of ports) this.#appeared(port, false);
  }

  #vanished(isGone: (path: string) => boolean): void {
    for (const granted of this.#granted) {
      if (granted.isConnected && isGone(granted.info.path)) granted.disconnect();
    }
  }

  /** @param isNew A port that is granted by policy has come just now. */
  #appeared(port: PortInfo, isNew: boolean): void {
    const granted = this.#find(port);
    if (granted === undefined) {
      if (!this.#parts.isByPolicy(port)) return;
      const added = this.#add(port, true);
      if (isNew) added.connect(port);
    } else if (!granted.isConnected) granted.connect(port);
  }

  #add(info: PortInfo, isByPolicy: boolean): GrantedPort<P> {
    const granted = new GrantedPort<P>(this, info, isByPolicy);
    this.#granted.add(granted);
    return granted;
  }

  /** The permission for a device: that of its path first, since two devices may say that they are one. */
  #find(port: PortInfo): GrantedPort<P> | undefined {
    const same = [...this.#granted].filter(({ info }) => isSameDevice(info, port));
    return (
      same.find(({ info, isConnected }) => isConnected && info.path === port.path) ??
      same.find(({ isConnected }) => !isConnected)
    );
  }
}
