// One serial port of an adapter, on the program's side: bytes to and from the serving process, up to a window, and
// the state of the line as its driver has set it.

import { CREDIT_BYTES, type FramePlace, WINDOW_BYTES } from "../adapter-process/frames.ts";
import type { AdapterEvent, AdapterRequest } from "../adapter-process/messages.ts";
import { createIoCounters, type IoCounters, READ, WRITE } from "../backend/channel.ts";
import type {
  EmulatedLine,
  EmulatedLines,
  InjectedError,
  LineChange,
} from "../backend/emulated-line.ts";
import type { CheckedAccess, EmulatedBackendPort, TerminalMode } from "../backend/emulated-port.ts";
import { FIRST_SETTINGS, NO_LINES, type UartSettings } from "../chips/uart-state.ts";
import type { EffectiveConfig } from "../config/config.ts";
import { deviceGone, type SerialError, UnsupportedFeatureError } from "../errors/errors.ts";
import type { ModemLines } from "../model/modem-lines.ts";
import { InputQueue } from "../remote/input-queue.ts";
import type { PortHandler } from "./adapter-process.ts";

/** The adapter of a port. */
export interface AdapterHost {
  request(port: number, request: AdapterRequest): Promise<unknown>;
  sendData(port: number, data: Uint8Array): void;
  sendCredit(port: number, bytes: number): void;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  /** Pulls it out for good, with its first port. */
  close(port: number): Promise<void>;
  /** Ends the serving process, and every adapter with it. */
  kill(): void;
  setAccess(path: string, access: CheckedAccess): void;
}

/** A port. */
export class AdapterPort implements EmulatedBackendPort, EmulatedLine, PortHandler {
  readonly line: this = this;
  readonly mostPerRead: number = WINDOW_BYTES;
  readonly counters: IoCounters = createIoCounters();
  onReady: ((ready: number) => void) | undefined;
  onFailed: ((error: SerialError) => void) | undefined;
  onReplaced: (() => void) | undefined;
  onPresence: (() => void) | undefined;
  onChange: ((change: LineChange) => void) | undefined;
  devicePath: string;
  isPlugged = false;
  readonly #host: AdapterHost;
  readonly #number: number;
  readonly #input = new InputQueue();
  #room = WINDOW_BYTES;
  #unreturned = 0;
  #armed = 0;
  #isOpen = false;
  #settings: UartSettings = FIRST_SETTINGS;
  #outputs = { rts: false, dtr: false };
  #inputs: ModemLines = NO_LINES;
  #break = false;

  constructor(host: AdapterHost, { port }: Pick<FramePlace, "port">, devicePath: string) {
    this.#host = host;
    this.#number = port;
    this.devicePath = devicePath;
  }

  /** It was plugged in, and is found at a path. */
  pluggedAt(path: string): void {
    this.devicePath = path;
    this.onReplaced?.();
    this.onChange?.({ kind: "plug", path });
  }

  onData(data: Uint8Array): void {
    this.#input.push(data);
    this.#ready(READ);
  }

  onCredit(bytes: number): void {
    this.#room += bytes;
    this.#ready(WRITE);
  }

  onEvent(event: AdapterEvent): void {
    switch (event.event) {
      case "settings":
        this.#settings = event.settings;
        this.onPresence?.();
        break;
      case "open":
        this.#isOpen = event.isOpen;
        this.onPresence?.();
        break;
      case "outputs":
        this.#outputs = event.outputs;
        this.#linesChanged();
        break;
      case "break":
        this.#break = event.isAsserted;
        this.#linesChanged();
        break;
      case "plugged":
        this.#setPlugged(event.isPlugged);
        break;
    }
  }

  onGone(): void {
    this.isPlugged = false;
    this.onFailed?.(deviceGone(this.devicePath, "receive"));
  }

  tryRead(into: Uint8Array): number {
    this.counters.readCalls++;
    const count = this.#input.take(into);
    if (count === 0) {
      this.counters.wouldBlock++;
      return 0;
    }
    this.#unreturned += count;
    if (this.#unreturned >= CREDIT_BYTES) {
      this.#host.sendCredit(this.#number, this.#unreturned);
      this.#unreturned = 0;
    }
    return count;
  }

  tryWrite(data: Uint8Array): number {
    this.counters.writeCalls++;
    const count = Math.min(data.length, Math.max(this.#room, 0));
    if (count === 0) {
      this.counters.wouldBlock++;
      return 0;
    }
    this.#room -= count;
    this.#host.sendData(this.#number, data.subarray(0, count));
    return count;
  }

  arm(interest: number): void {
    this.#armed |= interest;
  }

  isApplicationOpen(): boolean {
    return this.#isOpen;
  }

  /** The driver has taken bytes that it does not report. */
  unreadBytes(): undefined {
    return undefined;
  }

  hasApplicationRead(): undefined {
    return undefined;
  }

  /** The chip forgets the bytes that it still has; the driver keeps its own. */
  discardUnread(): boolean {
    this.#host.request(this.#number, { do: "discard" }).catch(() => undefined); // it is gone as well
    return false;
  }

  isWritable(): boolean {
    return this.#room > 0;
  }

  effectiveConfig(): EffectiveConfig {
    const { rtsCts, ...framing } = this.#settings;
    const flowControl = { xonXoff: false, rtsCts, dtrDsr: false };
    return { ...framing, flowControl, hangupOnClose: true, rs485: null };
  }

  /** The kernel's driver has settings of its own for an application that sets none. */
  preset(): void {
    const path = this.devicePath;
    throw new UnsupportedFeatureError(`Cannot preset port "${path}": it is an adapter`, {
      code: "ERR_SERIAL_UNSUPPORTED",
      path,
      operation: "preset",
      hint: "leave it out: the kernel's driver chooses the settings until the application does",
    });
  }

  /** Its driver does not say: bytes pass as the chip gets them. */
  terminalMode(): TerminalMode {
    return { raw: true, echo: false };
  }

  setAccess(access: CheckedAccess): void {
    this.#host.setAccess(this.devicePath, access);
  }

  lines(): EmulatedLines {
    return Object.freeze({ ...this.#outputs, ...this.#inputs, break: this.#break });
  }

  async setModemLines(lines: Partial<ModemLines>): Promise<void> {
    this.#inputs = { ...this.#inputs, ...lines };
    await this.#host.request(this.#number, { do: "setLines", lines });
  }

  async inject(error: InjectedError): Promise<void> {
    const byte = error.kind === "break" ? 0 : error.byte;
    await this.#host.request(this.#number, { do: "inject", error: error.kind, byte });
  }

  plug(): Promise<void> {
    return this.#host.plug();
  }

  unplug(): Promise<void> {
    return this.#host.unplug();
  }

  /** The serving process ends with this one anyway, unless it is stopped. */
  restoreAtExit(): void {
    this.#host.kill();
  }

  close(): Promise<void> {
    return this.#host.close(this.#number);
  }

  abandon(): void {
    void this.#host.close(this.#number);
  }

  #ready(direction: number): void {
    if ((this.#armed & direction) === 0) return;
    this.#armed &= ~direction;
    this.onReady?.(direction);
  }

  #linesChanged(): void {
    this.onChange?.({ kind: "lines", lines: this.lines() });
  }

  #setPlugged(isPlugged: boolean): void {
    if (isPlugged === this.isPlugged) return;
    this.isPlugged = isPlugged;
    if (!isPlugged) this.onChange?.({ kind: "unplug" });
  }
}
