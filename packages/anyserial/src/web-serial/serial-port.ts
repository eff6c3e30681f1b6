// SerialPort of Web Serial: https://wicg.github.io/serial/#serialport-interface, step by step.

import type { PortReadable, PortWritable } from "../port/web-streams.ts";
import {
  type SerialInputSignals,
  type SerialOptions,
  type SerialOutputSignals,
  type SerialPortInfo,
  toOpenSettings,
  toOutputSignals,
} from "./dictionaries.ts";
import { domException, invalidState, refused } from "./dom-exception.ts";
import { GrantedPort } from "./granted-port.ts";
import { type EventCallback, type ListenerOptions, Listeners } from "./listeners.ts";
import { checkSettings, configOf, differences, openFailure } from "./open-settings.ts";
import { createReadable, type StreamHost } from "./readable.ts";
import type { OpenedPort } from "./service.ts";
import { markInterface } from "./web-idl.ts";
import { createWritable } from "./writable.ts";

type State = "closed" | "opening" | "opened" | "closing" | "forgetting" | "forgotten";

/**
 * A port that a program may use. Only a {@link Serial} makes one.
 *
 * Its methods, events and errors are those of browsers: failures reject with a `DOMException` whose
 * `cause` is the library's own error, wrong arguments with a `TypeError`.
 *
 * @see https://wicg.github.io/serial/#serialport-interface
 */
export class SerialPort extends EventTarget {
  readonly #granted: GrantedPort<SerialPort>;
  readonly #listeners: Listeners;
  #state: State = "closed";
  #opened: OpenedPort | undefined;
  #bufferSize = 0;
  #readable: PortReadable | null = null;
  #readFatal = false;
  #writable: PortWritable | null = null;
  #writeFatal = false;
  #pendingClose: (() => void) | null = null;

  static {
    markInterface(SerialPort, "SerialPort");
  }

  /** Only a {@link Serial} makes one. */
  constructor(made: never);
  /** @internal */
  constructor(granted: GrantedPort<SerialPort>);
  constructor(granted: GrantedPort<SerialPort>) {
    if (!(granted instanceof GrantedPort)) throw new TypeError("Illegal constructor");
    super();
    this.#granted = granted;
    this.#listeners = new Listeners({
      target: this,
      parent: () => granted.parent,
      onChange: () => this.#hold(),
    });
  }

  /** Called with the event when the port is plugged in. */
  get onconnect(): ((event: Event) => void) | null {
    return this.#listeners.handler("connect") as never; // as it was set
  }
  set onconnect(handler: ((this: this, event: Event) => void) | null) {
    this.#listeners.setHandler("connect", handler);
  }

  /** Called with the event when the port is unplugged. */
  get ondisconnect(): ((event: Event) => void) | null {
    return this.#listeners.handler("disconnect") as never; // as it was set
  }
  set ondisconnect(handler: ((this: this, event: Event) => void) | null) {
    this.#listeners.setHandler("disconnect", handler);
  }

  /** The device is there. */
  get connected(): boolean {
    return this.#granted.isConnected;
  }

  /**
   * The bytes that arrive, as a byte stream; `null` while the port is not open, and once its device is
   * gone. After an error on the line it is another stream.
   */
  get readable(): PortReadable | null {
    if (this.#readable !== null) return this.#readable;
    if (this.#state !== "opened" || this.#readFatal) return null;
    this.#readable = createReadable(
      this.#host({
        fatal: () => {
          this.#readFatal = true;
        },
        closed: () => {
          this.#readable = null;
          if (this.#writable === null) this.#pendingClose?.();
        },
      }),
    );
    return this.#readable;
  }

  /** Takes bytes to send; `null` while the port is not open, and once its device is gone. */
  get writable(): PortWritable | null {
    if (this.#writable !== null) return this.#writable;
    if (this.#state !== "opened" || this.#writeFatal) return null;
    this.#writable = createWritable(
      this.#host({
        fatal: () => {
          this.#writeFatal = true;
        },
        closed: () => {
          this.#writable = null;
          if (this.#readable === null) this.#pendingClose?.();
        },
      }),
    );
    return this.#writable;
  }

  /** Returns the USB ids; an empty object for a port that is no USB device. */
  getInfo(): SerialPortInfo {
    const { vid, pid } = this.#granted.info;
    const info: SerialPortInfo = {};
    if (vid !== undefined) info.usbVendorId = vid;
    if (pid !== undefined) info.usbProductId = pid;
    return info;
  }

  /**
   * Opens the port.
   *
   * @param options Settings; `baudRate` is required.
   * @throws `TypeError` — an option is wrong.
   * @throws `DOMException` `InvalidStateError` — the port is not closed.
   * @throws `DOMException` `NetworkError` — the system cannot open the port, its driver refuses a
   *   setting, or the port was forgotten.
   */
  async open(options: SerialOptions): Promise<void> {
    const settings = toOpenSettings(options);
    if (this.#state === "forgotten") throw domException("NetworkError", openFailure([]));
    if (this.#state !== "closed") throw invalidState(`The port is ${wordOf(this.#state)}.`);
    checkSettings(settings);
    this.#state = "opening";
    this.#hold();
    let opened: OpenedPort;
    try {
      opened = await this.#granted.open(configOf(settings));
    } catch (error) {
      this.#leave("opening", "closed");
      throw refused("Failed to open serial port", error);
    }
    const isRefused = differences(opened, settings);
    if (isRefused.length > 0 || !this.#leave("opening", "opened")) {
      await opened.close();
      this.#leave("opening", "closed");
      throw domException("NetworkError", openFailure(isRefused));
    }
    this.#bufferSize = settings.bufferSize;
    this.#opened = opened;
    void opened.closed.then((cause) => cause && this.#granted.check());
  }

  /**
   * Sets output lines: DTR first, then RTS, then the break condition.
   *
   * @param signals Levels; a missing one is left as it is.
   * @throws `TypeError` — there is no level.
   * @throws `DOMException` `InvalidStateError` — the port is not open.
   * @throws `DOMException` `NetworkError` — the driver has no such line, or the device is gone.
   */
  async setSignals(signals: SerialOutputSignals = {}): Promise<void> {
    const wanted = toOutputSignals(signals);
    const port = this.#require();
    const { dataTerminalReady: dtr, requestToSend: rts, break: asserted } = wanted;
    if ((dtr ?? rts ?? asserted) === undefined) throw new TypeError("There is no signal to set");
    try {
      if (dtr !== undefined) await port.setControlLines({ dtr });
      if (rts !== undefined) await port.setControlLines({ rts });
      if (asserted !== undefined) await port.setBreak(asserted);
    } catch (error) {
      throw refused("Failed to set control signals", error);
    }
  }

  /**
   * Reads the input lines.
   *
   * @returns Levels.
   * @throws `DOMException` `InvalidStateError` — the port is not open.
   * @throws `DOMException` `NetworkError` — the driver has no such lines, or the device is gone.
   */
  async getSignals(): Promise<SerialInputSignals> {
    const port = this.#require();
    try {
      const { dcd, cts, ri, dsr } = await port.modemLines();
      return { dataCarrierDetect: dcd, clearToSend: cts, ringIndicator: ri, dataSetReady: dsr };
    } catch (error) {
      throw refused("Failed to get control signals", error);
    }
  }

  /**
   * Closes the port; bytes that were not sent are discarded.
   *
   * @throws `TypeError` — a stream is locked; the port stays open.
   * @throws `DOMException` `InvalidStateError` — the port is not open.
   */
  async close(): Promise<void> {
    const port = this.#require();
    const canceled = this.#readable?.cancel();
    const aborted = this.#writable?.abort(invalidState("The port is closed."));
    const ended = new Promise<void>((resolve) => {
      if (this.#readable === null && this.#writable === null) resolve();
      this.#pendingClose = resolve;
    });
    this.#state = "closing";
    try {
      await Promise.all([canceled, aborted?.catch(passLost), ended]);
    } catch (error) {
      this.#pendingClose = null;
      this.#leave("closing", "opened");
      throw error;
    }
    await port.close();
    this.#opened = undefined;
    this.#readFatal = this.#writeFatal = false;
    this.#pendingClose = null;
    this.#leave("closing", "closed");
  }

  /**
   * Gives the permission back: the port is closed, and this object opens it no more. A port that was
   * granted by an option of `createSerial()` stays as it is. Never rejects.
   */
  async forget(): Promise<void> {
    if (this.#granted.isByPolicy) return;
    this.#state = "forgetting";
    this.#granted.revoke();
    this.#state = "forgotten";
    this.#hold();
    await this.#opened?.close(); // streams take it for a lost device
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

  #host(events: Pick<StreamHost, "fatal" | "closed">): StreamHost {
    return { ...events, port: this.#require(), bufferSize: this.#bufferSize };
  }

  #require(): OpenedPort {
    if (this.#state === "opened" && this.#opened !== undefined) return this.#opened;
    throw invalidState("The port is not open.");
  }

  /** A port that was forgotten meanwhile stays so. */
  #leave(from: State, to: State): boolean {
    if (this.#state !== from) return false;
    this.#state = to;
    this.#hold();
    return true;
  }

  /** While it is in use, or has listeners, the object is the one that events come to. */
  #hold(): void {
    const isUsed = this.#state !== "closed" && this.#state !== "forgotten";
    const isHeard = this.#listeners.has("connect") || this.#listeners.has("disconnect");
    this.#granted.hold(isUsed || isHeard);
  }
}

/** A stream whose device is lost is over, and does not keep the port open. */
function passLost(error: unknown): void {
  if (!(error instanceof DOMException && error.name === "NetworkError")) throw error;
}

function wordOf(state: State): string {
  return state === "opened" ? "open already" : state;
}
