// One imported device: the host's transfers, in the order in which they came, until the device answers or the host
// takes them back. Every command is answered in the task in which it came, or waits for the device alone.

import { ControlEndpoint } from "../usb/control.ts";
import type { DeviceModel } from "../usb/device-model.ts";
import { decodeSetup } from "../usb/setup.ts";
import {
  decodeCommand,
  encodeSubmitAnswer,
  encodeUnlinkAnswer,
  HEAD_BYTES,
  STATUS,
  type SubmitAnswer,
  type SubmitCommand,
  type UnlinkCommand,
  type UrbCommand,
} from "./urb-codec.ts";

/** A transfer that waits. */
interface Urb {
  readonly sequence: number;
  /** Bytes that the host has room for, or offers. */
  readonly length: number;
  /** Bytes of the host; none where it waits for some. */
  readonly data: Uint8Array;
}

const NO_DATA = new Uint8Array();
const IN = 0x80;
/** A host has some dozens under way. */
const MOST_WAITING = 4096;

/** The device's side of one connection. */
export class UrbConnection {
  readonly #model: DeviceModel;
  readonly #control: ControlEndpoint;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #waiting = new Map<number, Urb[]>();
  readonly #pumping = new Set<number>();
  #count = 0;
  #rest: Uint8Array = NO_DATA;
  #command: UrbCommand | undefined;
  #isEnded = false;

  /**
   * @param model The device; it is this connection's until {@link UrbConnection.end}.
   * @param write Sends an answer to the host.
   */
  constructor(model: DeviceModel, write: (bytes: Uint8Array) => void) {
    this.#model = model;
    this.#control = new ControlEndpoint(model);
    this.#write = write;
    model.onReady = (address) => this.#pump(address);
  }

  /**
   * Takes bytes of the host.
   *
   * @param chunk Kept in parts, not copied.
   * @throws `UsbipProtocolError` — the connection is of no use any more.
   */
  feed(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (!this.#isEnded) {
      this.#command ??= this.#takeCommand();
      if (this.#command === undefined) return;
      const data = this.#takeData(this.#command);
      if (data === undefined) return;
      const command = this.#command;
      this.#command = undefined;
      if (command.kind === "unlink") this.#unlink(command);
      else this.#submit(command, data);
    }
  }

  /** The connection is over: the device is free. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting.clear();
    this.#model.onReady = () => undefined;
    this.#model.onUnplugged();
  }

  #takeCommand(): UrbCommand | undefined {
    if (this.#rest.length < HEAD_BYTES) return undefined;
    const command = decodeCommand(this.#rest);
    this.#rest = this.#rest.subarray(HEAD_BYTES);
    return command;
  }

  #takeData(command: UrbCommand): Uint8Array | undefined {
    if (command.kind === "unlink" || command.isIn) return NO_DATA;
    if (this.#rest.length < command.length) return undefined;
    const data = this.#rest.subarray(0, command.length);
    this.#rest = this.#rest.subarray(command.length);
    return data;
  }

  #submit(command: SubmitCommand, data: Uint8Array): void {
    const { sequence, endpoint, length, isIn } = command;
    if (endpoint === 0) {
      this.#request(command, data);
      return;
    }
    const address = isIn ? endpoint | IN : endpoint;
    if (!this.#hasEndpoint(address) || this.#count >= MOST_WAITING) {
      this.#stall(sequence);
      return;
    }
    const queue = this.#waiting.get(address) ?? [];
    this.#waiting.set(address, queue);
    queue.push({ sequence, length, data });
    this.#count++;
    this.#model.onAwaited(address, true);
    if (queue.length === 1) this.#pump(address);
  }

  #request({ sequence, setup }: SubmitCommand, data: Uint8Array): void {
    const request = decodeSetup(setup);
    const answer = this.#control.request(request, data);
    if (answer === undefined) this.#stall(sequence);
    else if (request.isIn) this.#give(sequence, answer);
    else this.#taken(sequence, data);
  }

  #unlink({ sequence, victim }: UnlinkCommand): void {
    for (const [address, queue] of this.#waiting) {
      const at = queue.findIndex((urb) => urb.sequence === victim);
      if (at === -1) continue;
      queue.splice(at, 1);
      this.#count--;
      this.#write(encodeUnlinkAnswer(sequence, STATUS.unlinked));
      if (queue.length === 0) this.#model.onAwaited(address, false);
      return;
    }
    this.#write(encodeUnlinkAnswer(sequence, STATUS.ok)); // it was answered before
  }

  /** Lets the device answer as many transfers as it can; it may call back meanwhile. */
  #pump(address: number): void {
    if (this.#pumping.has(address)) return;
    this.#pumping.add(address);
    const queue = this.#waiting.get(address);
    for (let urb = queue?.[0]; urb !== undefined; urb = queue?.[0]) {
      if (this.#isEnded || !this.#tryAnswer(address, urb)) break;
    }
    this.#pumping.delete(address);
  }

  #tryAnswer(address: number, urb: Urb): boolean {
    const { sequence, length, data } = urb;
    if ((address & IN) === 0) {
      if (!this.#model.offer(address, data)) return false;
      this.#remove(address, urb);
      this.#taken(sequence, data);
      return true;
    }
    const bytes = this.#model.take(address, length);
    if (bytes === undefined) return false;
    this.#remove(address, urb);
    this.#give(sequence, bytes.subarray(0, length));
    return true;
  }

  #remove(address: number, urb: Urb): void {
    const queue = this.#waiting.get(address);
    const at = queue?.indexOf(urb) ?? -1;
    if (at === -1) return;
    queue?.splice(at, 1);
    this.#count--;
  }

  #stall(sequence: number): void {
    this.#answer({ sequence, status: STATUS.stalled, actual: 0 });
  }

  #taken(sequence: number, data: Uint8Array): void {
    this.#answer({ sequence, status: STATUS.ok, actual: data.length });
  }

  #give(sequence: number, data: Uint8Array): void {
    this.#answer({ sequence, status: STATUS.ok, actual: data.length }, data);
  }

  #answer(answer: SubmitAnswer, data?: Uint8Array): void {
    if (!this.#isEnded) this.#write(encodeSubmitAnswer(answer, data));
  }

  #hasEndpoint(address: number): boolean {
    return this.#model.interfaces.some(({ endpoints }) =>
      endpoints.some((endpoint) => endpoint.address === address),
    );
  }
}
