// The header before every packet of link type 250, RTAC Serial: 12 bytes, big-endian. Pure.
//
//   0  seconds since 1970      4  microseconds      8  event      9  control lines      10  footer, 0

import type { MemberLines } from "../model/line-levels.ts";

/** Link type of a capture of serial lines. */
export const LINKTYPE_RTAC_SERIAL = 250;
/** Length of the header in bytes. */
export const RTAC_HEADER_BYTES = 12;

/**
 * Events of the link type, as far as they are written here.
 *
 * @see https://www.tcpdump.org/linktypes/LINKTYPE_RTAC_SERIAL.html
 */
const RTAC_EVENTS = {
  /** A port was opened or closed, stalled or recovered: see the comment. */
  status: 0x00,
  /** The hub sent to the member. */
  transmitted: 0x01,
  /** The hub received from the member. */
  received: 0x02,
  /** The recorder could not keep up. */
  captureLost: 0x05,
  /** The member lost these bytes. */
  overflow: 0x0a,
} as const;

/**
 * Bits of the control lines.
 *
 * @see https://www.tcpdump.org/linktypes/LINKTYPE_RTAC_SERIAL.html
 */
const CONTROL_LINES: Readonly<Record<Exclude<keyof MemberLines, "break">, number>> = {
  cts: 0x01,
  dcd: 0x02,
  dsr: 0x04,
  rts: 0x08,
  dtr: 0x10,
  ri: 0x20,
};

/** Name of an event. */
export type RtacEvent = keyof typeof RTAC_EVENTS;

/** Where {@link writeRtacHeader} writes what. */
export interface RtacHeader {
  readonly event: RtacEvent;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
  /** All off, if they are not known. */
  readonly lines?: MemberLines | undefined;
}

/**
 * Writes a header.
 *
 * @param target Memory with room for 12 bytes.
 * @param offset Where to begin.
 * @param header Fields of the header.
 */
export function writeRtacHeader(target: DataView, offset: number, header: RtacHeader): void {
  const microseconds = header.timestampNs / 1000n;
  target.setUint32(offset, Number((microseconds / 1_000_000n) & 0xffff_ffffn));
  target.setUint32(offset + 4, Number(microseconds % 1_000_000n));
  const event = RTAC_EVENTS[header.event] << 24;
  target.setUint32(offset + 8, (event | (controlLines(header.lines) << 16)) >>> 0);
}

function controlLines(lines: MemberLines | undefined): number {
  if (lines === undefined) return 0;
  const names = Object.keys(CONTROL_LINES) as (keyof typeof CONTROL_LINES)[]; // its keys
  return names.reduce((bits, name) => bits | (lines[name] ? CONTROL_LINES[name] : 0), 0);
}

/**
 * Reads the event of a header.
 *
 * @param packet A packet.
 * @returns The event; `undefined` when the packet is too short or the event is another.
 */
export function readRtacEvent(packet: Uint8Array): RtacEvent | undefined {
  if (packet.length < RTAC_HEADER_BYTES) return undefined;
  const names = Object.keys(RTAC_EVENTS) as RtacEvent[]; // the keys of the table
  return names.find((name) => RTAC_EVENTS[name] === packet[8]);
}
