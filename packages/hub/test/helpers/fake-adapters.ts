// Emulated adapters in memory, with the application at each: what a hub plugs in where there is no kernel for it.

import { until } from "@anyserial/test-support/until";
import type { EmulatedPort, VirtualAdapterOptions } from "anyserial/adapter";
import type {
  VirtualPortListener,
  VirtualPortSettings,
  VirtualPortSubscription,
} from "anyserial/pty";

const OFF = { cts: false, dsr: false, dcd: false, ri: false };
const SETTINGS: VirtualPortSettings = {
  baudRate: 115_200,
  dataBits: 8,
  stopBits: 1,
  parity: "none",
  flowControl: { rtsCts: false, xonXoff: false, dtrDsr: false },
  hangupOnClose: true,
  raw: true,
  echo: false,
};
type Levels = Readonly<Record<"cts" | "dsr" | "dcd" | "ri", boolean>>;

/** One adapter, as the hub has it, and the application that has its port open. */
export class FakeAdapter {
  readonly options: VirtualAdapterOptions;
  readonly devicePath: string;
  /** What arrived: bytes as numbers, errors as words with their byte. */
  readonly arrived: (number | string)[] = [];
  inputs: Levels = OFF;
  isOpen = true;
  applicationOpen = false;
  /** It takes nothing. */
  isFull = false;
  readonly closed: Promise<Error | undefined>;
  #close: (cause?: Error) => void = () => undefined;
  #outputs = { dtr: false, rts: false, break: false };
  #settings = SETTINGS;
  #listener: VirtualPortListener | undefined;
  #isPaused = false;
  readonly #waiting: Uint8Array<ArrayBuffer>[] = [];

  constructor(options: VirtualAdapterOptions, devicePath: string) {
    this.options = options;
    this.devicePath = devicePath;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get path(): string {
    return this.devicePath;
  }

  settings(): VirtualPortSettings {
    return this.#settings;
  }

  lines(): Levels & { dtr: boolean; rts: boolean; break: boolean } {
    return { ...this.#outputs, ...this.inputs };
  }

  async setModemLines(lines: Partial<Levels>): Promise<void> {
    this.inputs = { ...this.inputs, ...lines };
  }

  async inject(error: { readonly kind: string; readonly byte?: number }): Promise<void> {
    this.arrived.push(error.byte === undefined ? error.kind : `${error.kind} ${error.byte}`);
  }

  trySend(bytes: Uint8Array): number {
    if (this.isFull) return 0;
    this.arrived.push(...bytes);
    return bytes.length;
  }

  isWritable(): boolean {
    return !this.isFull;
  }

  discardUnread(): boolean {
    return false;
  }

  subscribe(listener: VirtualPortListener): VirtualPortSubscription {
    this.#listener = listener;
    return {
      notifyWritable: () => undefined,
      pause: () => {
        this.#isPaused = true;
      },
      resume: () => {
        this.#isPaused = false;
        for (const bytes of this.#waiting.splice(0)) listener.onData(bytes);
      },
      stop: () => {
        this.#listener = undefined;
      },
    } as VirtualPortSubscription;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    this.#close();
  }

  /** The application opens the port, and asserts its lines. */
  open(settings: Partial<VirtualPortSettings> = {}): void {
    this.applicationOpen = true;
    this.#settings = { ...this.#settings, ...settings };
    this.#listener?.onChange?.({ kind: "open" });
    this.#listener?.onChange?.({ kind: "settings", settings: this.#settings });
    this.setOutputs({ dtr: true, rts: true });
  }

  /** The application sets its lines. */
  setOutputs(outputs: Partial<{ dtr: boolean; rts: boolean; break: boolean }>): void {
    this.#outputs = { ...this.#outputs, ...outputs };
    this.#listener?.onChange?.({ kind: "lines", lines: this.lines() });
  }

  /** The application writes. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    if (this.#isPaused) this.#waiting.push(bytes);
    else this.#listener?.onData(bytes);
  }

  /** The serving process has died. */
  die(cause: Error): void {
    this.isOpen = false;
    this.applicationOpen = false;
    this.#close(cause);
  }

  /** Another program unplugs it. */
  unplug(): void {
    this.#listener?.onChange?.({ kind: "unplug" });
  }

  /** Asserted inputs, as words. */
  get seen(): string {
    const names = Object.entries(this.inputs).filter(([, level]) => level);
    return names.map(([name]) => name).join(" ");
  }

  /** Bytes that arrived, as text. */
  get text(): string {
    return Buffer.from(this.arrived.filter((one) => typeof one === "number")).toString();
  }
}

/** All that a hub has plugged in. */
export class FakeAdapters {
  readonly all: FakeAdapter[] = [];
  /** Errors of the next plugs, one after the other. */
  readonly failures: Error[] = [];
  /** Plugging in waits for it. */
  plugging: Promise<void> | undefined;

  readonly create = async (options: VirtualAdapterOptions): Promise<EmulatedPort> => {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    await this.plugging;
    const adapter = new FakeAdapter(options, `/dev/ttyFAKE${this.all.length}`);
    this.all.push(adapter);
    return adapter as unknown as EmulatedPort; // the hub uses nothing else of it
  };

  /** The adapter of a serial number that is plugged in. */
  of(serialNumber: string): Promise<FakeAdapter> {
    return until(`${serialNumber} is plugged in`, () =>
      this.all.find((one) => one.isOpen && one.options.serialNumber === serialNumber),
    );
  }
}
