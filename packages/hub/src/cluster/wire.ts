// A message between hubs, as bytes: a header of fixed size, the member's name, the payload. The hub's name is
// not among them: it is a part of the subject, which the servers can restrict. Pure; the bytes may be hostile.

import type { MemberRole } from "../model/types.ts";

/** A message of a hub to the others of its network. */
export interface WireMessage {
  /** Bytes of a member, or only the sequence that was reached. */
  readonly kind: "data" | "mark";
  /** Start of the sending hub: later starts have higher numbers. */
  readonly epoch: number;
  /** Its number since that start, from 1; a mark carries the highest number in use. */
  readonly sequence: number;
  /** Numbers in front of it that the sender lost before it sent them; of a mark, up to its own one. */
  readonly skipped: number;
  /** The sending member; empty in a mark. */
  readonly member: string;
  readonly role: MemberRole;
  /** Current rate of the member's line; 0 where there is none. */
  readonly baudRate: number;
  /** Shares the memory that was decoded. */
  readonly payload: Uint8Array;
}

/** Longest payload, in bytes. */
export const PAYLOAD_MAX: number = 512 * 1024;

const VERSION = 1;
const KINDS = ["data", "mark"] as const;
const ROLES: readonly MemberRole[] = ["member", "controller", "tap"];
/** Version, kind, role, length of the name, rate (4), epoch (6), sequence (6), skipped (6). */
const HEADER_BYTES = 26;
const NAME_MAX = 64;
const MEMBER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const UINT32_MAX = 0xffff_ffff;

/**
 * Encodes a message.
 *
 * @param message Checked by the caller: numbers below 2 ** 48, a payload up to {@link PAYLOAD_MAX}.
 * @returns New memory; the payload is copied.
 */
export function encodeMessage(message: WireMessage): Uint8Array {
  const { member, payload } = message;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + member.length + payload.length);
  bytes[0] = VERSION;
  bytes[1] = KINDS.indexOf(message.kind);
  bytes[2] = ROLES.indexOf(message.role);
  bytes[3] = member.length;
  bytes.writeUInt32BE(Math.min(Math.round(message.baudRate), UINT32_MAX), 4);
  bytes.writeUIntBE(message.epoch, 8, 6);
  bytes.writeUIntBE(message.sequence, 14, 6);
  bytes.writeUIntBE(message.skipped, 20, 6);
  bytes.write(member, HEADER_BYTES, "latin1");
  bytes.set(payload, HEADER_BYTES + member.length);
  return bytes;
}

/**
 * Decodes a message.
 *
 * @param data Anything.
 * @returns `undefined` for anything that {@link encodeMessage} does not write.
 */
export function decodeMessage(data: Uint8Array): WireMessage | undefined {
  if (data.length < HEADER_BYTES || data[0] !== VERSION) return undefined;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const kind = KINDS[bytes[1] ?? KINDS.length];
  const role = ROLES[bytes[2] ?? ROLES.length];
  const start = HEADER_BYTES + (bytes[3] ?? 0);
  if (kind === undefined || role === undefined || start > data.length) return undefined;
  const member = bytes.toString("latin1", HEADER_BYTES, start);
  const message = {
    kind,
    role,
    member,
    baudRate: bytes.readUInt32BE(4),
    epoch: bytes.readUIntBE(8, 6),
    sequence: bytes.readUIntBE(14, 6),
    skipped: bytes.readUIntBE(20, 6),
    payload: data.subarray(start),
  };
  return isSound(message) ? message : undefined;
}

function isSound(message: WireMessage): boolean {
  const { kind, sequence, skipped, member, payload } = message;
  if (kind === "mark") return skipped <= sequence && member === "" && payload.length === 0;
  const isNamed = member.length <= NAME_MAX && MEMBER_NAME.test(member);
  return isNamed && skipped < sequence && payload.length > 0 && payload.length <= PAYLOAD_MAX;
}
