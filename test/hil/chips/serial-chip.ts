// The half of a USB serial adapter that all chips share: the pins, a transmitter with room for one
// packet, and a receiver that keeps what has arrived until the host takes it. Each chip defines its
// requests and packets.

import { EventEmitter, once } from "node:events";
import type { Endpoint, Setup } from "./function-fs.ts";
import type { DeviceIdentity, DeviceModel, UsbDevice } from "./usb-device.ts";

/** Levels of the input pins. */
export interface InputLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly ri: boolean;
  readonly dcd: boolean;
}

/** Error of an arriving character. */
export type CharacterError = "break" | "framing" | "parity" | "overrun";

/** Settings that the driver has sent to the chip. */
export interface ChipSettings {
  readonly baudRate: number;
  readonly dataBits: number;
  readonly parity: "none" | "odd" | "even" | "mark" | "space";
  readonly stopBits: 1 | 1.5 | 2;
  readonly rtsCts: boolean;
}

/** Something for the host: characters, or news of the lines alone. */
export interface Arrival {
  readonly data: Uint8Array;
  readonly error: CharacterError | undefined;
  /** As they were then. */
  readonly lines: InputLines;
}

/** The chip's endpoints, in this order; the last one only where {@link SerialChip.hasInterrupt}. */
const ENDPOINTS: readonly Endpoint[] = [
  { number: 1, direction: "in", type: "bulk" },
  { number: 2, direction: "out", type: "bulk" },
  { number: 3, direction: "in", type: "interrupt" },
];
const BULK_IN = 0;
const BULK_OUT = 1;
const INTERRUPT_IN = 2;
/** The receiver holds the other chip back when it has this much, in bytes. */
const RECEIVER_BYTES = 4096;
/** After an unplug the endpoints are asked again this much later, in milliseconds. */
const RETRY_MS = 10;

/** Parities in the order in which most chips number them. */
export const PARITIES = ["none", "odd", "even", "mark", "space"] as const;
/** Stop bits in the order in which most chips number them. */
export const STOP_BITS = [1, 1.5, 2] as const;

/** A chip. */
export abstract class SerialChip implements DeviceModel {
  abstract readonly identity: DeviceIdentity;
  /** Lines are reported on an endpoint of their own. */
  protected readonly hasInterrupt: boolean = false;
  settings: ChipSettings = {
    baudRate: 9600,
    dataBits: 8,
    parity: "none",
    stopBits: 1,
    rtsCts: false,
  };
  outputs: { readonly dtr: boolean; readonly rts: boolean } = { dtr: false, rts: false };
  lines: InputLines = { cts: false, dsr: false, ri: false, dcd: false };
  breakAsserted = false;
  /** Breaks sent. */
  breaks = 0;
  readonly #changed = new EventEmitter();
  readonly #sent: Uint8Array[] = [];
  #arrivals: Arrival[] = [];
  readonly #notices: InputLines[] = [];
  #inTransmitter = 0;
  #isStalled = false;
  #peer: SerialChip | undefined;
  #device: UsbDevice | undefined;

  constructor() {
    this.#changed.setMaxListeners(0);
  }

  abstract answer(setup: Setup): Uint8Array | undefined;
  abstract accept(setup: Setup, data: Uint8Array): void;
  /** Makes the packet that hands an arrival to the host. */
  protected abstract encode(arrival: Arrival): Uint8Array;
  /** Makes the packet that reports the lines, where there is an endpoint for it. */
  protected encodeLines(_lines: InputLines): Uint8Array {
    throw new Error("the chip has no interrupt endpoint");
  }

  get endpoints(): readonly Endpoint[] {
    return ENDPOINTS.slice(0, this.hasInterrupt ? 3 : 2);
  }

  /** Everything that was given to it has left. */
  protected get isTransmitterEmpty(): boolean {
    return this.#inTransmitter === 0;
  }

  /** Starts to serve the endpoints. */
  attach(device: UsbDevice): void {
    this.#device = device;
    void this.#transmit(device);
    void this.#receive(device);
    if (this.hasInterrupt) void this.#notify(device);
  }

  plug(): void {
    this.#device?.plug();
  }

  unplug(): void {
    this.#device?.unplug();
    this.purge();
    this.setOutputs({ dtr: false, rts: false });
  }

  onEnabled(): void {
    this.#changed.emit("change");
  }

  /** Connects two chips by a null-modem cable. */
  wire(peer: SerialChip): void {
    this.#peer = peer;
    peer.#peer = this;
    this.setOutputs(this.outputs);
    peer.setOutputs(peer.outputs);
  }

  /** Sets input pins; those that are not named keep their level. */
  setLines(lines: Partial<InputLines>): void {
    this.lines = { ...this.lines, ...lines };
    if (this.hasInterrupt) this.#notices.push(this.lines);
    else this.report();
    this.#changed.emit("change");
  }

  /** Characters arrive on the receive pin. */
  arrive(data: Uint8Array, error?: CharacterError): void {
    this.#push({ data, error, lines: this.lines });
  }

  /** Stops or resumes taking bytes from the host, beyond one packet. */
  setStalled(stalled: boolean): void {
    this.#isStalled = stalled;
    this.#changed.emit("change");
  }

  /** Takes the bytes sent since the last call; none while the chip is wired to another one. */
  takeSent(): Uint8Array {
    return Buffer.concat(this.#sent.splice(0));
  }

  /** Forgets arrived bytes that the host has not taken. */
  purge(): void {
    this.#arrivals = [];
    this.#changed.emit("change");
  }

  protected setOutputs(outputs: { readonly dtr: boolean; readonly rts: boolean }): void {
    this.outputs = outputs;
    const peer = this.#peer;
    if (peer === undefined) return;
    const { rts: cts, dtr: dsr } = outputs;
    if (peer.lines.cts !== cts || peer.lines.dsr !== dsr) peer.setLines({ cts, dsr });
  }

  /** Something waits in the transmitter from now on, or nothing any more. */
  protected onTransmitter(): void {
    // Most chips report only on request.
  }

  /** Sends the host a packet without characters, with the present state. */
  protected report(): void {
    this.#push({ data: new Uint8Array(), error: undefined, lines: this.lines });
  }

  protected setBreak(asserted: boolean): void {
    if (asserted && !this.breakAsserted) {
      this.breaks++;
      this.#peer?.arrive(Uint8Array.of(0), "break");
    }
    this.breakAsserted = asserted;
  }

  #push(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#changed.emit("change");
  }

  get #waitingBytes(): number {
    return this.#arrivals.reduce((sum, { data }) => sum + data.length, 0);
  }

  get #mayTransmit(): boolean {
    if (this.#isStalled || (this.settings.rtsCts && !this.lines.cts)) return false;
    return this.#peer === undefined || this.#peer.#waitingBytes < RECEIVER_BYTES;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#changed, "change");
  }

  async #transmit(device: UsbDevice): Promise<void> {
    for (;;) {
      const packet = await device.receive(BULK_OUT);
      if (packet === undefined) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        continue;
      }
      if (!this.#mayTransmit) await this.#holdBack(packet);
      if (this.#peer === undefined) this.#sent.push(packet);
      else this.#peer.arrive(packet);
    }
  }

  /** A packet waits in the transmitter, and the host can see it. */
  async #holdBack(packet: Uint8Array): Promise<void> {
    this.#inTransmitter = packet.length;
    this.onTransmitter();
    while (!this.#mayTransmit) {
      await Promise.race([
        once(this.#changed, "change"),
        ...(this.#peer === undefined ? [] : [once(this.#peer.#changed, "change")]),
      ]);
    }
    this.#inTransmitter = 0;
    this.onTransmitter();
  }

  async #receive(device: UsbDevice): Promise<void> {
    for (;;) {
      await this.#until(() => this.#arrivals.length > 0);
      const arrival = this.#takeArrival();
      this.#changed.emit("change");
      await device.send(BULK_IN, this.encode(arrival));
    }
  }

  /** Characters that follow each other without news of the lines go as one transfer. */
  #takeArrival(): Arrival {
    const [first, ...later] = this.#arrivals;
    if (first === undefined) throw new Error("nothing has arrived");
    const end = later.findIndex(({ data, error, lines }) => {
      return error !== undefined || data.length === 0 || lines !== first.lines;
    });
    const isAlone = first.error !== undefined || first.data.length === 0;
    const count = isAlone ? 1 : 1 + (end === -1 ? later.length : end);
    const taken = this.#arrivals.splice(0, count);
    return { ...first, data: Buffer.concat(taken.map(({ data }) => data)) };
  }

  async #notify(device: UsbDevice): Promise<void> {
    for (;;) {
      await this.#until(() => this.#notices.length > 0);
      const lines = this.#notices.shift();
      if (lines !== undefined) await device.send(INTERRUPT_IN, this.encodeLines(lines));
    }
  }
}
