// The header before every packet of link type 250, RTAC Serial: 12 bytes, big-endian. Pure.
//
//   0  seconds since 1970      4  microseconds      8  event      9  control lines      10  footer, 0

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
  /** Somebody opened or closed a port, stalled, recovered: the comment tells. */
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

/** Name of an event. */
export type RtacEvent = keyof typeof RTAC_EVENTS;

/** Where {@link writeRtacHeader} writes what. */
export interface RtacHeader {
  readonly event: RtacEvent;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
}

/**
 * Writes a header.
 *
 * @param target Memory with room for 12 bytes.
 * @param offset Where to begin.
 * @param header What it says; the control lines are all off, a network has none.
 */
export function writeRtacHeader(target: Buffer, offset: number, header: RtacHeader): void {
  const microseconds = header.timestampNs / 1000n;
  target.writeUInt32BE(Number((microseconds / 1_000_000n) & 0xffff_ffffn), offset);
  target.writeUInt32BE(Number(microseconds % 1_000_000n), offset + 4);
  target.writeUInt32BE(RTAC_EVENTS[header.event] << 24, offset + 8);
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
