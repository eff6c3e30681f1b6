// One serial port of an emulated chip: its pins, a transmitter with room for one transfer, and a receiver that
// keeps arrivals until the host takes them. Each chip defines its requests and packets.

import type { ModemLines } from "../model/modem-lines.ts";
import type { Endpoint, UsbInterface, UsbSpeed } from "../usb/device-model.ts";
import type { Setup } from "../usb/setup.ts";
import { Arrivals } from "./arrivals.ts";
import {
  type Arrival,
  type CharacterError,
  FIRST_SETTINGS,
  NO_LINES,
  type UartOutputs,
  type UartSettings,
} from "./uart-state.ts";

/** Largest bulk packets, in bytes. */
export const BULK_PACKET: Readonly<Record<UsbSpeed, number>> = { full: 64, high: 512 };
const INTERRUPT_PACKET = 16;

/** The other end of the line. Every call is made in the task of the host's request. */
export interface LineEnd {
  /**
   * Bytes leave the chip.
   *
   * @param data Kept, not copied.
   * @returns `false`: no room; the same bytes come again after {@link Uart.resume}.
   */
  transmit(data: Uint8Array): boolean;
  /** The host has taken characters. */
  onTaken?(count: number): void;
  /** The driver has set the chip. */
  onSettings?(settings: UartSettings): void;
  onOutputs?(outputs: UartOutputs): void;
  /** The chip begins or ends to send a break. */
  onBreak?(isAsserted: boolean): void;
  /** The driver waits for bytes from now on, or no longer: an application has opened the port, or closed it. */
  onOpen?(isOpen: boolean): void;
}

/** Place of a UART in its chip. */
export interface UartPlace {
  readonly speed: UsbSpeed;
  /** The first of its endpoints; the others follow. */
  readonly firstEndpoint: number;
}

/** A UART. */
export abstract class Uart {
  /** Lines are reported on an endpoint of their own. */
  protected readonly hasInterrupt: boolean = false;
  readonly speed: UsbSpeed;
  settings: UartSettings = FIRST_SETTINGS;
  outputs: UartOutputs = { dtr: false, rts: false };
  lines: ModemLines = NO_LINES;
  breakAsserted = false;
  /** Breaks sent. */
  breaks = 0;
  /** Loses every byte, until another one is set. */
  line: LineEnd = { transmit: () => true };
  /** Called when a take or an offer may succeed. */
  onReady: (address: number) => void = () => undefined;
  readonly #in: number;
  readonly #out: number;
  readonly #interrupt: number;
  readonly #arrivals = new Arrivals();
  #notices: Uint8Array[] = [];
  #isHeldBack = false;
  #isStalled = false;
  #isOpen = false;

  constructor({ speed, firstEndpoint }: UartPlace) {
    this.speed = speed;
    this.#in = firstEndpoint | 0x80;
    this.#out = firstEndpoint + 1;
    this.#interrupt = (firstEndpoint + 2) | 0x80;
  }

  /** Answers a request; `undefined` stalls. */
  abstract answer(setup: Setup): Uint8Array | undefined;
  /** Takes a request. @returns `false` stalls. */
  abstract accept(setup: Setup, data: Uint8Array): boolean;
  /** Makes the transfer that hands an arrival to the host. */
  protected abstract encode(arrival: Arrival): Uint8Array;
  /** Characters that fit into a transfer of so many bytes. */
  protected capacity(most: number): number {
    return most;
  }
  /** Makes the transfer that reports lines, and an error, where there is an endpoint for it. */
  protected encodeNotice(_lines: ModemLines, _error: CharacterError | undefined): Uint8Array {
    throw new Error("the chip has no interrupt endpoint");
  }

  /** Its interfaces: one of the vendor's own class. */
  get interfaces(): readonly UsbInterface[] {
    const endpoints = [this.bulkIn, this.bulkOut, ...(this.hasInterrupt ? [this.interrupt] : [])];
    const face = { classCode: 0xff, subclass: 0, protocol: 0, functional: new Uint8Array() };
    return [{ ...face, endpoints }];
  }

  protected get bulkIn(): Endpoint {
    return { address: this.#in, type: "bulk", packetBytes: BULK_PACKET[this.speed] };
  }

  protected get bulkOut(): Endpoint {
    return { address: this.#out, type: "bulk", packetBytes: BULK_PACKET[this.speed] };
  }

  protected get interrupt(): Endpoint {
    return { address: this.#interrupt, type: "interrupt", packetBytes: INTERRUPT_PACKET };
  }

  /** Everything that was given to it has left. */
  protected get isTransmitterEmpty(): boolean {
    return !this.#isHeldBack;
  }

  /** Bytes that the host has not taken. */
  get waitingBytes(): number {
    return this.#arrivals.bytes;
  }

  /** As of `DeviceModel.take`. */
  take(address: number, most: number): Uint8Array | undefined {
    if (address === this.#interrupt) return this.#notices.shift();
    if (address !== this.#in) return undefined;
    const arrival = this.#arrivals.take(Math.max(this.capacity(most), 1));
    if (arrival === undefined) return undefined;
    const transfer = this.encode(arrival);
    if (arrival.data.length > 0) this.line.onTaken?.(arrival.data.length);
    return transfer;
  }

  /** As of `DeviceModel.offer`. */
  offer(address: number, data: Uint8Array): boolean {
    if (address !== this.#out || data.length === 0) return true;
    const isAccepted = this.#mayTransmit && this.line.transmit(data);
    this.#setHeldBack(!isAccepted);
    return isAccepted;
  }

  /** As of `DeviceModel.onAwaited`. */
  awaited(address: number, isAwaited: boolean): void {
    if (address === this.#out && !isAwaited) this.#setHeldBack(false);
    if (address !== this.#in || isAwaited === this.#isOpen) return;
    this.#isOpen = isAwaited;
    this.line.onOpen?.(isAwaited);
  }

  /** The line has room again, or flow control lets bytes pass. */
  resume(): void {
    if (this.#isHeldBack) this.onReady(this.#out);
  }

  /** Sets input pins; those that are not named keep their level. */
  setLines(lines: Partial<ModemLines>): void {
    this.lines = { ...this.lines, ...lines };
    if (this.hasInterrupt) this.notify();
    else this.report();
    this.resume();
  }

  /** Characters arrive on the receive pin; a broken one comes alone, and is lost while nobody has the port open. */
  arrive(data: Uint8Array, error?: CharacterError): void {
    if (error === undefined || this.#isOpen) this.#push({ data, error, lines: this.lines });
  }

  /** Stops or resumes taking bytes from the host. */
  setStalled(stalled: boolean): void {
    this.#isStalled = stalled;
    this.resume();
  }

  /** The device was pulled out: bytes on their way are lost, the pins fall. */
  unplugged(): void {
    this.discard();
    this.#notices = [];
    this.#isHeldBack = false;
    this.awaited(this.#in, false);
    this.setBreak(false);
    this.setOutputs({ dtr: false, rts: false });
  }

  /** Forgets arrived bytes that the host has not taken. @returns Their number. */
  discard(): number {
    const lost = this.#arrivals.bytes;
    this.#arrivals.clear();
    if (lost > 0) this.line.onTaken?.(lost);
    return lost;
  }

  protected setSettings(settings: Partial<UartSettings>): void {
    this.settings = { ...this.settings, ...settings };
    this.line.onSettings?.(this.settings);
    this.resume();
  }

  protected setOutputs(outputs: UartOutputs): void {
    if (outputs.dtr === this.outputs.dtr && outputs.rts === this.outputs.rts) return;
    this.outputs = outputs;
    this.line.onOutputs?.(outputs);
  }

  protected setBreak(isAsserted: boolean): void {
    if (isAsserted === this.breakAsserted) return;
    this.breakAsserted = isAsserted;
    if (isAsserted) this.breaks++;
    this.line.onBreak?.(isAsserted);
  }

  /** Something waits in the transmitter from now on, or nothing any more. */
  protected onTransmitter(): void {
    // Most chips report only on request.
  }

  /** Sends the host a transfer without characters, with the present state; while nobody has it open, the last one. */
  protected report(): void {
    if (!this.#isOpen) this.#arrivals.dropLastReport();
    this.#push({ data: new Uint8Array(), error: undefined, lines: this.lines });
  }

  /** Reports the lines, and an error, on the interrupt endpoint; while nobody has it open, the last lines. */
  protected notify(error?: CharacterError): void {
    if (!this.#isOpen) this.#notices = [];
    this.#notices.push(this.encodeNotice(this.lines, this.#isOpen ? error : undefined));
    this.onReady(this.#interrupt);
  }

  #push(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.onReady(this.#in);
  }

  #setHeldBack(isHeldBack: boolean): void {
    if (isHeldBack === this.#isHeldBack) return;
    this.#isHeldBack = isHeldBack;
    this.onTransmitter();
  }

  get #mayTransmit(): boolean {
    return !this.#isStalled && !(this.settings.rtsCts && !this.lines.cts);
  }
}
