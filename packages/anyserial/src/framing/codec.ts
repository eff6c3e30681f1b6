// The parts of a framing: finding, unpacking and packing messages. Internal.

import { bytesOf, invalid, isIntegerIn } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import { type Checksum, type ChecksumFunction, type ChecksumName, checksumOf } from "./checksum.ts";
import { copyOf } from "./index-of.ts";
import type { Fault, Splitter } from "./splitter.ts";

/** The format of messages on the line. */
export interface Codec<M extends string | Uint8Array> {
  readonly kind: string;
  /** Most bytes of a message on the line. */
  readonly maxLength: number;
  /** Properties that distinguish the framing from others of its kind. */
  readonly parts: readonly unknown[];
  /**
   * Makes the splitter of the messages; it reads the gap of the line in milliseconds where silence
   * counts.
   */
  createSplitter(gapMs: (characters: number) => number): Splitter;
  /**
   * Unpacks one message.
   *
   * @returns `undefined` where the bytes hold none, such as two delimiters in a row.
   * @throws {@link MalformedFrame} — they are not what a sender makes.
   */
  decode(bytes: Uint8Array, start: number, end: number): M | undefined;
  /** A chunk begins or ends: cached facts about the bytes are no longer valid. */
  forget?(): void;
  /** Packs one message. */
  encode(message: unknown): Bytes;
}

/** A message that cannot be unpacked. */
export class MalformedFrame extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.state);
    this.fault = fault;
  }
}

/** The error for a message that is not what a sender of the framing makes. */
export function malformed(state: string): MalformedFrame {
  return new MalformedFrame({ code: "ERR_SERIAL_FRAME", state });
}

/** Most bytes of a message unless another number is given. */
const DEFAULT_MAX_LENGTH = 65_536;
/** A length above this is a mistake, not a message. */
const LARGEST_MAX_LENGTH = 2 ** 30;

/** Options of every framing. */
export interface FramingOptions {
  /**
   * Most bytes of a message on the line, delimiters included.
   * @defaultValue 65536
   */
  readonly maxLength?: number | undefined;
}

/** Checks the option `maxLength`. */
export function maxLengthOf(
  { maxLength = DEFAULT_MAX_LENGTH }: FramingOptions,
  least: number = 1,
): number {
  if (isIntegerIn(maxLength, least, LARGEST_MAX_LENGTH)) return maxLength;
  const expected = `a number of bytes from ${least} to ${LARGEST_MAX_LENGTH}`;
  throw invalid("maxLength", maxLength, expected);
}

/** Options of the framings whose messages are bytes. */
export interface BinaryFramingOptions extends FramingOptions {
  /** Checked and taken off when receiving, added when sending. */
  readonly checksum?: ChecksumOption | undefined;
}

/** A checksum by its name, or a function that computes its bytes. */
export type ChecksumOption = ChecksumName | ChecksumFunction;

/** Checks the option `checksum`. */
export function checksumIn({ checksum }: BinaryFramingOptions): Checksum | undefined {
  return checksumOf(checksum);
}

/** Adds a checksum to a payload. */
export function withChecksum(payload: Uint8Array, checksum: Checksum | undefined): Uint8Array {
  return checksum === undefined ? payload : join([payload, checksum.compute(payload)]);
}

/**
 * Checks the checksum at the end of bytes, and takes it off.
 *
 * @throws {@link MalformedFrame} — it is missing or wrong.
 */
export function withoutChecksum(bytes: Bytes, checksum: Checksum | undefined): Bytes {
  if (checksum === undefined) return bytes;
  const at = bytes.length - checksum.size;
  if (at < 0) throw wrongChecksum("it is too short for its checksum");
  const payload = bytes.subarray(0, at) as Bytes;
  verify(payload, bytes.subarray(at), checksum);
  return copyOf(payload);
}

/** Compares a checksum with the one that was received. */
export function verify(covered: Uint8Array, received: Uint8Array, checksum: Checksum): void {
  const expected = checksum.compute(covered);
  if (Buffer.compare(expected, received) === 0) return;
  throw wrongChecksum(`its checksum is ${hex(received)}, not ${hex(expected)}`);
}

function wrongChecksum(state: string): MalformedFrame {
  return new MalformedFrame({ code: "ERR_SERIAL_CHECKSUM", state });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Joins bytes in new memory. */
export function join(parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Views the payload to send as bytes. */
export function payloadOf(message: unknown): Uint8Array {
  return bytesOf("message", message as Uint8Array);
}

/** The error for a message that would not arrive as it is. */
export function unsendable(message: unknown, expected: string, hint: string): Error {
  return invalid("message", message, { expected, hint });
}

/** Checks that a packed message is short enough to be received by the same framing. */
export function checkLength(packed: Bytes, maxLength: number): Bytes {
  if (packed.length <= maxLength) return packed;
  throw unsendable(
    packed,
    `at most ${maxLength} bytes on the line, and it has ${packed.length}`,
    "send it in parts, or raise maxLength on both sides",
  );
}

/** Checks an option that is bytes: an array of them, text in UTF-8, or a number for one byte. */
export function markOf(name: string, value: unknown, most: number): Bytes {
  const bytes = toBytes(name, value);
  if (bytes.length >= 1 && bytes.length <= most) return bytes;
  throw invalid(name, value, `1 to ${most} bytes`);
}

function toBytes(name: string, value: unknown): Bytes {
  if (typeof value === "string") return new TextEncoder().encode(value).slice();
  if (typeof value === "number") return Uint8Array.of(byteOf(name, value));
  return copyOf(bytesOf(name, value as Uint8Array));
}

/** Checks an option that is one byte. */
export function byteOf(name: string, value: unknown): number {
  if (isIntegerIn(value, 0, 255)) return value;
  throw invalid(name, value, "a byte, 0 to 255");
}
