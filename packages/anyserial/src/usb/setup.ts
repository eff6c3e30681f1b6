// A control request: the eight bytes that begin it. Pure. USB 2.0, section 9.3.

/** Length of a setup packet, in bytes. */
export const SETUP_BYTES = 8;

/** A request on endpoint 0. */
export interface Setup {
  /** The device answers with data. */
  readonly isIn: boolean;
  /** The standard, class or vendor that defines the request. */
  readonly type: "standard" | "class" | "vendor";
  /** Whom it addresses: 0 the device, 1 an interface, 2 an endpoint, 3 others. */
  readonly recipient: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  /** Bytes that follow, or that the host has room for. */
  readonly length: number;
}

const TYPES = ["standard", "class", "vendor", "vendor"] as const;

/**
 * Reads a setup packet.
 *
 * @param bytes At least eight.
 */
export function decodeSetup(bytes: Uint8Array): Setup {
  const [kind = 0, request = 0] = bytes;
  return {
    isIn: (kind & 0x80) !== 0,
    type: TYPES[(kind >> 5) & 3] as (typeof TYPES)[number],
    recipient: kind & 0x1f,
    request,
    value: word(bytes, 2),
    index: word(bytes, 4),
    length: word(bytes, 6),
  };
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
