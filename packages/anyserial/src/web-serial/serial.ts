// Serial of Web Serial: https://wicg.github.io/serial/#serial-interface, step by step.

import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import { comparePorts, type PortInfo } from "../model/port-info.ts";
import { type Choosing, notFound, type PortChooser } from "./choose.ts";
import {
  type SerialPortFilter,
  type SerialPortRequestOptions,
  toRequestOptions,
} from "./dictionaries.ts";
import { GrantedPorts } from "./granted-ports.ts";
import { type EventCallback, type ListenerOptions, Listeners } from "./listeners.ts";
import { SerialPort } from "./serial-port.ts";
import type { SerialService } from "./service.ts";
import { markInterface } from "./web-idl.ts";

/** Dependencies of a Serial. */
export interface SerialParts {
  readonly service: SerialService;
  readonly choose: PortChooser;
  isByPolicy(port: PortInfo): boolean;
}

/** One with listeners is needed, though nothing else refers to it. */
const heard = new Set<Serial>();

/**
 * The ports that a program may use, and a way to ask for more. Made by `createSerial()`.
 *
 * `connect` and `disconnect` bubble to it from the ports. A listener for `connect` keeps the process
 * alive, as a server does that waits for connections.
 *
 * @see https://wicg.github.io/serial/#serial-interface
 */
export class Serial extends EventTarget {
  readonly #listeners: Listeners;
  readonly #ports: GrantedPorts<SerialPort>;
  readonly #service: SerialService;
  readonly #choose: PortChooser;
  #isWaiting = false;

  static {
    markInterface(Serial, "Serial");
  }

  /** Only `createSerial()` makes one. */
  constructor(made: never);
  /** @internal */
  constructor(parts: SerialParts);
  constructor(parts: SerialParts) {
    if (typeof parts?.choose !== "function") throw new TypeError("Illegal constructor");
    super();
    this.#service = parts.service;
    this.#choose = parts.choose;
    this.#listeners = new Listeners({ target: this, onChange: () => this.#listen() });
    this.#ports = new GrantedPorts<SerialPort>({
      service: parts.service,
      parent: this.#listeners,
      isByPolicy: (port) => parts.isByPolicy(port),
      make: (granted) => new SerialPort(granted),
    });
  }

  /** Called with the event when a granted port is plugged in. */
  get onconnect(): ((event: Event) => void) | null {
    return this.#listeners.handler("connect") as never; // as it was set
  }
  set onconnect(handler: ((this: this, event: Event) => void) | null) {
    this.#listeners.setHandler("connect", handler);
  }

  /** Called with the event when a granted port is unplugged. */
  get ondisconnect(): ((event: Event) => void) | null {
    return this.#listeners.handler("disconnect") as never; // as it was set
  }
  set ondisconnect(handler: ((this: this, event: Event) => void) | null) {
    this.#listeners.setHandler("disconnect", handler);
  }

  /**
   * Lists the granted ports that are there.
   *
   * @returns The same object for the same device, as long as the program keeps it.
   * @throws The errors of `listSerialPorts()`.
   */
  async getPorts(): Promise<SerialPort[]> {
    await this.#ports.list();
    const { available } = this.#ports;
    if (available.length > 0) this.#ports.follow();
    return available;
  }

  /**
   * Asks for a port, which is granted from then on.
   *
   * @param options.filters A port that matches one of them is offered; every port where there are none.
   * @returns The chosen port.
   * @throws `TypeError` — an option is wrong, or a filter has no vendor.
   * @throws `DOMException` `NotFoundError` — no port was chosen.
   */
  async requestPort(options: SerialPortRequestOptions = {}): Promise<SerialPort> {
    const { filters = [] } = toRequestOptions(options);
    for (const filter of filters) checkFilter(filter);
    const offered = offer(filters, await this.#ports.list());
    const chosen = await this.#choose(offered, this.#choosing(filters));
    if (chosen === undefined) throw notFound(noChoice(offered));
    const info = (await this.#ports.list()).find(({ path }) => path === chosen.path);
    if (info === undefined) throw notFound(`${chosen.path} is not there`);
    return this.#ports.grant(info);
  }

  override addEventListener(
    type: string,
    listener: EventCallback | null,
    options?: boolean | ListenerOptions,
  ): void {
    this.#listeners.add(type, listener, options);
  }

  override removeEventListener(
    type: string,
    listener: EventCallback | null,
    options?: boolean | ListenerOptions,
  ): void {
    this.#listeners.remove(type, listener, options);
  }

  override dispatchEvent(event: Event): boolean {
    return this.#listeners.dispatch(event);
  }

  #listen(): void {
    const isWaiting = this.#listeners.has("connect");
    if (isWaiting && !this.#isWaiting) keepAlive();
    if (!isWaiting && this.#isWaiting) letEnd();
    this.#isWaiting = isWaiting;
    if (isWaiting || this.#listeners.has("disconnect")) {
      heard.add(this);
      this.#ports.follow();
    } else heard.delete(this);
  }

  #choosing(filters: readonly SerialPortFilter[]): Choosing {
    return {
      isGranted: (port) => this.#ports.has(port),
      onChange: (onChange) => {
        const report = async (): Promise<void> =>
          onChange(offer(filters, await this.#ports.list()));
        return this.#service.watch(() => {
          report().catch(() => undefined); // the list stays as it is
        });
      },
    };
  }
}

/** @throws `TypeError` — the filter is empty, has no vendor, or mixes Bluetooth and USB. */
function checkFilter(filter: SerialPortFilter): void {
  const { usbVendorId, usbProductId, bluetoothServiceClassId } = filter;
  if (bluetoothServiceClassId !== undefined) {
    if (usbVendorId === undefined && usbProductId === undefined) return;
    throw new TypeError("A filter has a Bluetooth service and a USB id");
  }
  if (usbVendorId === undefined) throw new TypeError("A filter has no usbVendorId");
}

function offer(filters: readonly SerialPortFilter[], ports: readonly PortInfo[]): PortInfo[] {
  const isOffered = (port: PortInfo): boolean => filters.some((filter) => matches(port, filter));
  return (filters.length === 0 ? [...ports] : ports.filter(isOffered)).sort(comparePorts);
}

function matches({ vid, pid }: PortInfo, filter: SerialPortFilter): boolean {
  const { usbVendorId, usbProductId } = filter;
  if (usbVendorId === undefined) return false; // a Bluetooth service
  return usbVendorId === vid && (usbProductId === undefined || usbProductId === pid);
}

function noChoice(offered: readonly PortInfo[]): string {
  return offered.length === 0 ? "there is none that matches" : "the choice was none of them";
}
