// Blocks of a pcapng file, little-endian, as far as a capture of serial lines needs them. Pure, and
// without Node: the page exports with it, too.

import type { MemberLines } from "../model/line-levels.ts";
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

export interface CapturePacket {
  /** Number of its interface, in the order in which they were described. */
  readonly interfaceId: number;
  readonly event: RtacEvent;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
  /** Levels of the member's lines. */
  readonly lines?: MemberLines | undefined;
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
export function encodeSection(): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, BYTE_ORDER_MAGIC, true);
  body.setUint16(4, 1, true); // version 1.0
  body.setUint32(8, UNKNOWN_LENGTH, true);
  body.setUint32(12, UNKNOWN_LENGTH, true);
  return encodeBlock(BLOCK.section, body, [text(OPTION.application, APPLICATION)]);
}

/**
 * Encodes the description of an interface: one for each member.
 *
 * @param linkType Link type of its packets.
 * @param name Name to show.
 * @returns The block.
 */
export function encodeInterface(linkType: number, name: string): Uint8Array {
  const body = new DataView(new ArrayBuffer(8)); // no limit on the length of a packet
  body.setUint16(0, linkType, true);
  return encodeBlock(BLOCK.interface, body, [
    text(OPTION.interfaceName, name),
    { code: OPTION.timeResolution, value: Uint8Array.of(NANOSECONDS) },
  ]);
}

/**
 * Encodes a packet.
 *
 * @param packet One event or message.
 * @returns The block.
 */
export function encodePacket(packet: CapturePacket): Uint8Array {
  const { bytes, timestampNs, event, lines } = packet;
  const length = RTAC_HEADER_BYTES + bytes.length;
  const body = new DataView(new ArrayBuffer(20 + padded(length)));
  body.setUint32(0, packet.interfaceId, true);
  body.setUint32(4, Number((timestampNs >> 32n) & 0xffff_ffffn), true);
  body.setUint32(8, Number(timestampNs & 0xffff_ffffn), true);
  body.setUint32(12, length, true);
  body.setUint32(16, length, true);
  writeRtacHeader(body, 20, { event, timestampNs, lines });
  new Uint8Array(body.buffer).set(bytes, 20 + RTAC_HEADER_BYTES);
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

function encodeBlock(type: number, body: DataView, options: readonly Option[]): Uint8Array {
  const parts = options.map(({ value }) => 4 + padded(value.length));
  const optionBytes = parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + part, 4);
  const total = 12 + body.byteLength + optionBytes;
  const block = new Uint8Array(total);
  const view = new DataView(block.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  block.set(new Uint8Array(body.buffer), 8);
  let at = 8 + body.byteLength;
  for (const [index, { code, value }] of options.entries()) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    block.set(value, at + 4);
    at += parts[index] ?? 0;
  }
  view.setUint32(total - 4, total, true);
  return block;
}

function text(code: number, content: string): Option {
  return { code, value: new TextEncoder().encode(content).subarray(0, 0xffff) };
}

function number(code: number, content: number, bytes: 4 | 8): Option {
  const value = new DataView(new ArrayBuffer(bytes));
  value.setUint32(0, content >>> 0, true);
  return { code, value: new Uint8Array(value.buffer) };
}

/** Everything in a file begins at a multiple of 4. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
