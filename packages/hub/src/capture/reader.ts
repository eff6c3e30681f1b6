// Reads pcapng captures of serial lines, ours or rewritten by other tools: either byte order, any time
// resolution. Other link types and blocks are passed over.

import { createReadStream } from "node:fs";
import { SerialError } from "anyserial";
import { checkFile } from "../arguments/checks.ts";
import { BLOCK, BYTE_ORDER_MAGIC, OPTION, padded } from "./pcapng.ts";
import {
  LINKTYPE_RTAC_SERIAL,
  RTAC_HEADER_BYTES,
  type RtacEvent,
  readRtacEvent,
} from "./rtac-serial.ts";

/** A block is not longer than this: more is a damaged file. */
const BLOCK_BYTES_MAX = 16 * 1024 * 1024;
const MICROSECONDS = 6;

/** One packet of a capture. */
export interface CaptureRecord {
  /** Name of its interface, as in `plant/meter`; empty where the file gives none. */
  readonly source: string;
  readonly event: RtacEvent;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
  readonly comment: string | undefined;
}

interface Interface {
  readonly name: string;
  readonly isSerial: boolean;
  /** Ticks of its clock in a second. */
  readonly ticksPerSecond: bigint;
}

/**
 * Reads a capture.
 *
 * @param file Path.
 * @returns The packets in order. A file whose last block is incomplete, as after a crash, just ends.
 * @throws `SerialError` `ERR_SERIAL_CAPTURE` — it is no pcapng file, or it is damaged.
 * @throws The system's error — it cannot be read.
 */
export async function* readCapture(file: string): AsyncGenerator<CaptureRecord, undefined> {
  checkFile(file, "plant.pcapng");
  const decoder = new Decoder(file);
  for await (const chunk of createReadStream(file)) {
    yield* decoder.push(chunk as Buffer); // no encoding was asked for
  }
  decoder.end();
}

class Decoder {
  readonly #file: string;
  #rest: Buffer = Buffer.alloc(0);
  #isLittle = true;
  #hasSection = false;
  #interfaces: Interface[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  *push(chunk: Buffer): Generator<CaptureRecord> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const length = this.#blockLength();
      if (length === undefined || this.#rest.length < length) return;
      const block = new Block(this.#rest.subarray(0, length), this.#isLittle);
      this.#rest = this.#rest.subarray(length);
      if (block.type === BLOCK.section) this.#interfaces = [];
      if (block.type === BLOCK.interface) this.#interfaces.push(readInterface(block));
      const record = block.type === BLOCK.packet ? this.#readPacket(block) : undefined;
      if (record !== undefined) yield record;
    }
  }

  end(): void {
    if (!this.#hasSection) throw this.#damaged("it is no pcapng file");
  }

  #blockLength(): number | undefined {
    if (this.#rest.length < 12) return undefined;
    if (this.#rest.readUInt32LE(0) === BLOCK.section) {
      this.#isLittle = this.#rest.readUInt32LE(8) === BYTE_ORDER_MAGIC;
      this.#hasSection = this.#isLittle || this.#rest.readUInt32BE(8) === BYTE_ORDER_MAGIC;
    }
    if (!this.#hasSection) throw this.#damaged("it is no pcapng file");
    const length = this.#isLittle ? this.#rest.readUInt32LE(4) : this.#rest.readUInt32BE(4);
    if (length < 12 || length % 4 !== 0 || length > BLOCK_BYTES_MAX) {
      throw this.#damaged(`a block claims a length of ${length} bytes`);
    }
    return length;
  }

  #readPacket(block: Block): CaptureRecord | undefined {
    const from = this.#interfaces[block.number(8)];
    if (from?.isSerial !== true) return undefined;
    const length = block.number(20);
    const packet = block.bytes(28, length);
    const event = readRtacEvent(packet);
    if (event === undefined) return undefined;
    const ticks = (BigInt(block.number(12)) << 32n) | BigInt(block.number(16));
    const comment = block.option(28 + padded(length), OPTION.comment);
    return {
      source: from.name,
      event,
      timestampNs: (ticks * 1_000_000_000n) / from.ticksPerSecond,
      bytes: packet.subarray(RTAC_HEADER_BYTES),
      comment: comment === undefined ? undefined : Buffer.from(comment).toString("utf8"),
    };
  }

  #damaged(reason: string): SerialError {
    return new SerialError(`Cannot read capture "${this.#file}": ${reason}`, {
      code: "ERR_SERIAL_CAPTURE",
      path: this.#file,
      operation: "replay",
      hint: "give a pcapng file that the hub recorded",
    });
  }
}

function readInterface(block: Block): Interface {
  const name = block.option(16, OPTION.interfaceName);
  const resolution = block.option(16, OPTION.timeResolution)?.[0] ?? MICROSECONDS;
  const isPowerOfTwo = resolution >= 0x80;
  const ticksPerSecond = isPowerOfTwo ? 1n << BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
  return {
    name: name === undefined ? "" : Buffer.from(name).toString("utf8"),
    isSerial: block.short(8) === LINKTYPE_RTAC_SERIAL,
    ticksPerSecond,
  };
}

/** One block in memory; reading beyond its end answers zeros and nothing. */
class Block {
  readonly #view: Buffer;
  readonly #isLittle: boolean;

  constructor(view: Buffer, isLittle: boolean) {
    this.#view = view;
    this.#isLittle = isLittle;
  }

  get type(): number {
    return this.number(0);
  }

  number(at: number): number {
    if (at + 4 > this.#view.length) return 0;
    return this.#isLittle ? this.#view.readUInt32LE(at) : this.#view.readUInt32BE(at);
  }

  /** A copy, so that the whole chunk is not kept for it. */
  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#view.subarray(at, Math.min(at + length, this.#end)));
  }

  option(from: number, wanted: number): Uint8Array | undefined {
    let at = from;
    while (at + 4 <= this.#end) {
      const [code, length] = [this.short(at), this.short(at + 2)];
      if (code === OPTION.end) return undefined;
      if (code === wanted) return this.bytes(at + 4, length);
      at += 4 + padded(length);
    }
    return undefined;
  }

  short(at: number): number {
    return this.#isLittle ? this.#view.readUInt16LE(at) : this.#view.readUInt16BE(at);
  }

  get #end(): number {
    return this.#view.length - 4;
  }
}
