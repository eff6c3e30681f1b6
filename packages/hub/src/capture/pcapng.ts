// Blocks of a pcapng file, little-endian, as far as a capture of serial lines needs them. Pure.

import { RTAC_HEADER_BYTES, type RtacEvent, writeRtacHeader } from "./rtac-serial.ts";

/**
 * Block types and options.
 *
 * @see draft-ietf-opsawg-pcapng, sections 4.1, 4.2, 4.3 and 3.5
 */
export const BLOCK = { section: 0x0a0d_0d0a, interface: 1, packet: 6 } as const;
/** Byte-order magic of a section. */
export const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
/** Numbers of the options used here. */
export const OPTION = {
  end: 0,
  comment: 1,
  packetFlags: 2,
  interfaceName: 2,
  application: 4,
  dropCount: 4,
  timeResolution: 9,
} as const;

/** Direction in the flags of a packet: the two lowest bits. */
const FLAG_INBOUND = 1;
const FLAG_OUTBOUND = 2;
/** Timestamps count nanoseconds: 10 to the power of minus 9. */
const NANOSECONDS = 9;
const APPLICATION = "anyserial hub";
const UNKNOWN_LENGTH = 0xffff_ffff;

/** One packet. */
export interface CapturePacket {
  /** Number of its interface, in the order in which they were described. */
  readonly interfaceId: number;
  readonly event: RtacEvent;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
  /** For people. */
  readonly comment?: string | undefined;
  /** Packets lost since the one before. */
  readonly lost?: number | undefined;
}

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Encodes the block that begins a file. */
export function encodeSection(): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  body.writeUInt16LE(1, 4); // version 1.0
  body.writeUInt32LE(UNKNOWN_LENGTH, 8);
  body.writeUInt32LE(UNKNOWN_LENGTH, 12);
  return encodeBlock(BLOCK.section, body, [text(OPTION.application, APPLICATION)]);
}

/**
 * Encodes the description of an interface: one for each member.
 *
 * @param linkType Link type of its packets.
 * @param name Name to show.
 * @returns The block.
 */
export function encodeInterface(linkType: number, name: string): Buffer {
  const body = Buffer.alloc(8); // no limit on the length of a packet
  body.writeUInt16LE(linkType, 0);
  return encodeBlock(BLOCK.interface, body, [
    text(OPTION.interfaceName, name),
    { code: OPTION.timeResolution, value: Uint8Array.of(NANOSECONDS) },
  ]);
}

/**
 * Encodes a packet.
 *
 * @param packet What happened.
 * @returns The block.
 */
export function encodePacket(packet: CapturePacket): Buffer {
  const { bytes, timestampNs, event } = packet;
  const length = RTAC_HEADER_BYTES + bytes.length;
  const body = Buffer.alloc(20 + padded(length));
  body.writeUInt32LE(packet.interfaceId, 0);
  body.writeUInt32LE(Number((timestampNs >> 32n) & 0xffff_ffffn), 4);
  body.writeUInt32LE(Number(timestampNs & 0xffff_ffffn), 8);
  body.writeUInt32LE(length, 12);
  body.writeUInt32LE(length, 16);
  writeRtacHeader(body, 20, { event, timestampNs });
  body.set(bytes, 20 + RTAC_HEADER_BYTES);
  return encodeBlock(BLOCK.packet, body, packetOptions(packet));
}

function packetOptions({ event, comment, lost }: CapturePacket): readonly Option[] {
  const options: Option[] = [];
  if (comment !== undefined) options.push(text(OPTION.comment, comment));
  if (event === "received") options.push(number(OPTION.packetFlags, FLAG_INBOUND, 4));
  if (event === "transmitted" || event === "overflow") {
    options.push(number(OPTION.packetFlags, FLAG_OUTBOUND, 4));
  }
  if (lost !== undefined) options.push(number(OPTION.dropCount, lost, 8));
  return options;
}

function encodeBlock(type: number, body: Uint8Array, options: readonly Option[]): Buffer {
  const parts = options.map(({ value }) => 4 + padded(value.length));
  const optionBytes = parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + part, 4);
  const total = 12 + body.length + optionBytes;
  const block = Buffer.alloc(total);
  block.writeUInt32LE(type, 0);
  block.writeUInt32LE(total, 4);
  block.set(body, 8);
  let at = 8 + body.length;
  for (const [index, { code, value }] of options.entries()) {
    block.writeUInt16LE(code, at);
    block.writeUInt16LE(value.length, at + 2);
    block.set(value, at + 4);
    at += parts[index] ?? 0;
  }
  block.writeUInt32LE(total, total - 4);
  return block;
}

function text(code: number, content: string): Option {
  return { code, value: Buffer.from(content).subarray(0, 0xffff) };
}

function number(code: number, content: number, bytes: 4 | 8): Option {
  const value = Buffer.alloc(bytes);
  value.writeUInt32LE(content >>> 0, 0);
  return { code, value };
}

/** Everything in a file begins at a multiple of 4. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
