// Frames between a program and the process that serves its adapters. Pure. Eight bytes of head: kind, number of the
// port, number of the adapter (2 bytes), length (4 bytes); big-endian.

const HEAD_BYTES = 8;

/** The contents of a frame. */
export const FRAME = {
  /** JSON. */
  message: 0,
  /** Bytes of the line. */
  data: 1,
  /** The number of bytes that have left the receiver's queue, in four bytes. */
  credit: 2,
} as const;

/** Bytes that either side may have sent to the other and not got credit for. */
export const WINDOW_BYTES: number = 64 * 1024;
/** Credit is returned when it has grown to this. */
export const CREDIT_BYTES: number = 16 * 1024;

/** Number of an adapter, and of one of its ports. */
export interface FramePlace {
  readonly adapter: number;
  readonly port: number;
}

/** A frame. */
export interface Frame extends FramePlace {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** Writes the head of a frame. */
export function encodeHead({ kind, port, adapter, payload }: Frame): Uint8Array {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head[0] = kind;
  head[1] = port;
  head.writeUInt16BE(adapter, 2);
  head.writeUInt32BE(payload.length, 4);
  return head;
}

/** Writes the payload of a credit. */
export function encodeCredit(bytes: number): Uint8Array {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(bytes, 0);
  return payload;
}

/** Reads the payload of a credit. */
export function decodeCredit(payload: Uint8Array): number {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).readUInt32BE(0);
}

/** Splits a stream into frames. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** @param chunk Kept in parts, not copied. */
  feed(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) return;
      const frame: Frame = {
        kind: this.#rest[0] as number,
        port: this.#rest[1] as number,
        adapter: this.#rest.readUInt16BE(2),
        payload: this.#rest.subarray(HEAD_BYTES, end),
      };
      this.#rest = this.#rest.subarray(end);
      this.#onFrame(frame);
    }
  }
}
