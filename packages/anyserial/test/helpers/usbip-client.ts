// A client of USB/IP over TCP, as a kernel is one: the list, an import, and transfers whose answers are waited for.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  decodeAnswer,
  encodeCommand,
  HEAD_BYTES,
  type SubmitCommand,
} from "../../dist/usbip/urb-codec.js";

const NO_SETUP = new Uint8Array(8);

/** An answer with its bytes. */
export interface TransferAnswer {
  readonly status: number;
  readonly data: Buffer;
}

/** Reads a stream in parts of known length. */
class Parts {
  #rest: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #wake = (): void => undefined;

  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      this.#wake();
    });
    socket.on("close", () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  async take(length: number): Promise<Buffer> {
    while (this.#rest.length < length) {
      if (this.#isEnded) throw new Error("it has ended");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return part;
  }
}

/** Asks for the list of devices. @returns Bus ids, each with vendor and product id. */
export async function listDevices(port: number): Promise<string[]> {
  const { socket, parts } = await dial(port);
  try {
    socket.write(Buffer.from("0111800500000000", "hex"));
    const count = (await parts.take(12)).readUInt32BE(8);
    const found: string[] = [];
    for (let device = 0; device < count; device++) {
      const record = await parts.take(312);
      await parts.take(4 * (record[311] ?? 0));
      const ids = [record.readUInt16BE(300), record.readUInt16BE(302)];
      found.push(
        [textAt(record, 256), ...ids.map((id) => id.toString(16).padStart(4, "0"))].join(" "),
      );
    }
    return found;
  } finally {
    socket.destroy();
  }
}

/** A device that was imported. */
export class ImportedDevice {
  readonly socket: Socket;
  readonly #parts: Parts;
  readonly #waiting = new Map<number, (answer: TransferAnswer) => void>();
  readonly #lengths = new Map<number, number>();
  #sequence = 0;

  private constructor(socket: Socket, parts: Parts) {
    this.socket = socket;
    this.#parts = parts;
    void this.#readAnswers();
  }

  /** @returns The device, or the status of the refusal. */
  static async import(port: number, busid: string): Promise<ImportedDevice | number> {
    const { socket, parts } = await dial(port);
    const request = Buffer.alloc(40);
    request.write("0111800300000000", "hex");
    request.write(busid, 8, "latin1");
    socket.write(request);
    const status = (await parts.take(8)).readUInt32BE(4);
    if (status !== 0) {
      socket.destroy();
      return status;
    }
    await parts.take(312);
    return new ImportedDevice(socket, parts);
  }

  /** Makes a control request with the eight bytes of its setup packet. */
  control(setup: readonly number[], data: Uint8Array = new Uint8Array()): Promise<TransferAnswer> {
    const isIn = ((setup[0] ?? 0) & 0x80) !== 0;
    const length = (setup[6] ?? 0) | ((setup[7] ?? 0) << 8);
    return this.#submit({ endpoint: 0, isIn, length, setup: Uint8Array.from(setup) }, data);
  }

  read(endpoint: number, length = 512): Promise<TransferAnswer> {
    return this.#submit({ endpoint, isIn: true, length, setup: NO_SETUP }, new Uint8Array());
  }

  write(endpoint: number, data: Uint8Array): Promise<TransferAnswer> {
    const command = { endpoint, isIn: false, length: data.length, setup: NO_SETUP };
    return this.#submit(command, data);
  }

  unplug(): void {
    this.socket.destroy();
  }

  #submit(
    command: Omit<SubmitCommand, "kind" | "sequence">,
    data: Uint8Array,
  ): Promise<TransferAnswer> {
    const sequence = ++this.#sequence;
    if (command.isIn) this.#lengths.set(sequence, command.length);
    this.socket.write(encodeCommand({ kind: "submit", sequence, ...command }));
    this.socket.write(data);
    return new Promise((resolve) => {
      this.#waiting.set(sequence, resolve);
    });
  }

  async #readAnswers(): Promise<void> {
    try {
      for (;;) {
        const { sequence, status, actual } = decodeAnswer(await this.#parts.take(HEAD_BYTES));
        const data = await this.#parts.take(this.#lengths.has(sequence) ? actual : 0);
        this.#waiting.get(sequence)?.({ status, data });
        this.#waiting.delete(sequence);
      }
    } catch {
      this.socket.destroy(); // the device was pulled out
    }
  }
}

async function dial(port: number): Promise<{ readonly socket: Socket; readonly parts: Parts }> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return { socket, parts: new Parts(socket) };
}

function textAt(record: Buffer, at: number): string {
  return record.toString("latin1", at, record.indexOf(0, at));
}
