// The host of an emulated device, without a kernel: sends the commands that the kernel sends, and keeps the answers.

import type { DeviceModel } from "../../dist/usb/device-model.js";
import {
  decodeAnswer,
  encodeCommand,
  HEAD_BYTES,
  type SubmitCommand,
} from "../../dist/usbip/urb-codec.js";
import { UrbConnection } from "../../dist/usbip/urb-connection.js";

/** An answer with its bytes. */
export interface HostAnswer {
  readonly kind: "submit" | "unlink";
  readonly status: number;
  readonly actual: number;
  readonly data: Uint8Array;
}

/** A setup packet: kind and request, then value and index, then the bytes or their number. */
export interface Request {
  /** `bmRequestType`, as in the driver's source. */
  readonly type: number;
  readonly request: number;
  readonly value?: number;
  readonly index?: number;
  /** Bytes that the host sends. */
  readonly data?: readonly number[];
  /** Bytes that it has room for. */
  readonly length?: number;
}

/** A host. */
export class UsbHost {
  readonly connection: UrbConnection;
  readonly answers = new Map<number, HostAnswer>();
  readonly #lengths = new Map<number, number>();
  #sequence = 0;

  constructor(model: DeviceModel) {
    this.connection = new UrbConnection(model, (bytes) => this.#take(bytes));
  }

  /** Makes a control request. @returns What the device answers; `undefined` where it stalls. */
  control({
    type,
    request,
    value = 0,
    index = 0,
    data = [],
    length,
  }: Request): number[] | undefined {
    const isIn = (type & 0x80) !== 0;
    const bytes = isIn ? (length ?? 0) : data.length;
    const setup = Buffer.alloc(8);
    setup.set([type, request]);
    for (const [at, word] of [value, index, bytes].entries()) setup.writeUInt16LE(word, 2 + 2 * at);
    const sequence = this.submit(
      { endpoint: 0, isIn, length: bytes, setup },
      Uint8Array.from(data),
    );
    const answer = this.answers.get(sequence);
    if (answer === undefined) throw new Error("a control request was not answered at once");
    return answer.status === 0 ? [...answer.data] : undefined;
  }

  /** Waits for bytes. @returns The transfer, whose answer comes when there are some. */
  read(endpoint: number, length = 512): number {
    return this.submit({ endpoint, isIn: true, length });
  }

  /** Offers bytes. @returns The transfer. */
  write(endpoint: number, data: Uint8Array): number {
    return this.submit({ endpoint, isIn: false, length: data.length }, data);
  }

  /** Takes a transfer back. @returns The status of the answer. */
  unlink(victim: number): number | undefined {
    const sequence = ++this.#sequence;
    this.connection.feed(encodeCommand({ kind: "unlink", sequence, victim }));
    return this.answers.get(sequence)?.status;
  }

  /** The bytes of an answered transfer; `undefined` while it waits. */
  bytesOf(sequence: number): number[] | undefined {
    const answer = this.answers.get(sequence);
    return answer === undefined ? undefined : [...answer.data];
  }

  submit(
    command: Pick<SubmitCommand, "endpoint" | "isIn" | "length"> & { readonly setup?: Uint8Array },
    data: Uint8Array = new Uint8Array(),
  ): number {
    const sequence = ++this.#sequence;
    this.#lengths.set(sequence, command.isIn ? command.length : 0);
    const head = encodeCommand({ kind: "submit", setup: new Uint8Array(8), ...command, sequence });
    this.connection.feed(Buffer.concat([head, data]));
    return sequence;
  }

  #take(bytes: Uint8Array): void {
    const { sequence, ...answer } = decodeAnswer(bytes);
    if (this.answers.has(sequence)) throw new Error(`${sequence} was answered twice`);
    const data = bytes.slice(HEAD_BYTES);
    if (data.length > (this.#lengths.get(sequence) ?? 0))
      throw new Error("more than there is room");
    this.answers.set(sequence, { ...answer, data });
  }
}
