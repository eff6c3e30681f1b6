// Commands and answers of USB/IP once a device is imported, with heads of 48 bytes. Pure. Numbers are big-endian,
// except in the setup packet. Documentation/usb/usbip_protocol.rst of the Linux kernel.

import { SETUP_BYTES } from "../usb/setup.ts";

/** Length of the head of every command and answer, in bytes. */
export const HEAD_BYTES = 48;
/** Longest transfer that is accepted: larger than those of any serial driver. */
const MOST_TRANSFER_BYTES = 1024 * 1024;

const COMMAND = { submit: 1, unlink: 2 } as const;
const ANSWER = { submit: 3, unlink: 4 } as const;
const AT = {
  ...{ command: 0, sequence: 4, device: 8, direction: 12, endpoint: 16 },
  ...{ status: 20, victim: 20, length: 24, actual: 24, packets: 32, setup: 40 },
} as const;
/** The kernel's number of packets where a transfer is not isochronous. */
const NO_PACKETS = 0xffff_ffff;

/** Status of an answer: the negated error number of the kernel. */
export const STATUS = { ok: 0, stalled: -32, unlinked: -104, shutdown: -108 } as const;

/** A command of the host. */
export type UrbCommand = SubmitCommand | UnlinkCommand;

/** The host gives a transfer to the device. */
export interface SubmitCommand {
  readonly kind: "submit";
  readonly sequence: number;
  /** The host waits for bytes. */
  readonly isIn: boolean;
  /** Number of the endpoint, 0 to 15. */
  readonly endpoint: number;
  /** Bytes that follow, or that the host has room for. */
  readonly length: number;
  /** The setup packet, of use on endpoint 0 only. */
  readonly setup: Uint8Array;
}

/** The host takes a transfer back. */
export interface UnlinkCommand {
  readonly kind: "unlink";
  readonly sequence: number;
  /** Sequence number of the transfer. */
  readonly victim: number;
}

/** The peer does not speak the protocol, or asks for something that serial adapters do not have. */
export class UsbipProtocolError extends Error {}

/**
 * Reads the head of a command.
 *
 * @param head 48 bytes.
 * @throws {@link UsbipProtocolError} it is none.
 */
export function decodeCommand(head: Uint8Array): UrbCommand {
  const view = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
  const command = view.getUint32(AT.command);
  const sequence = view.getUint32(AT.sequence);
  if (command === COMMAND.unlink) {
    return { kind: "unlink", sequence, victim: view.getUint32(AT.victim) };
  }
  if (command !== COMMAND.submit) throw new UsbipProtocolError(`unknown command ${command}`);
  const endpoint = view.getUint32(AT.endpoint);
  const length = view.getUint32(AT.length);
  const packets = view.getUint32(AT.packets);
  if (endpoint > 15) throw new UsbipProtocolError(`endpoint ${endpoint}`);
  if (length > MOST_TRANSFER_BYTES) throw new UsbipProtocolError(`a transfer of ${length} bytes`);
  if (packets !== 0 && packets !== NO_PACKETS) {
    throw new UsbipProtocolError("an isochronous transfer");
  }
  return {
    kind: "submit",
    sequence,
    isIn: view.getUint32(AT.direction) === 1,
    endpoint,
    length,
    setup: Uint8Array.from(head.subarray(AT.setup, AT.setup + SETUP_BYTES)),
  };
}

/** Writes the head of a command, as a host does. */
export function encodeCommand(command: UrbCommand): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(AT.sequence, command.sequence);
  view.setUint32(AT.command, COMMAND[command.kind]);
  if (command.kind === "unlink") {
    view.setUint32(AT.victim, command.victim);
    return head;
  }
  view.setUint32(AT.direction, command.isIn ? 1 : 0);
  view.setUint32(AT.endpoint, command.endpoint);
  view.setUint32(AT.length, command.length);
  head.set(command.setup, AT.setup);
  return head;
}

/** The answer to a submit. */
export interface SubmitAnswer {
  readonly sequence: number;
  readonly status: number;
  /** Bytes moved: those of the answer, or those taken. */
  readonly actual: number;
}

/**
 * Writes the answer to a submit.
 *
 * @param answer Its status, and the number of bytes.
 * @param data Bytes for the host; their number is that of the answer.
 */
export function encodeSubmitAnswer(answer: SubmitAnswer, data?: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + (data?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.command, ANSWER.submit);
  view.setUint32(AT.sequence, answer.sequence);
  view.setInt32(AT.status, answer.status);
  view.setUint32(AT.actual, answer.actual);
  if (data !== undefined) bytes.set(data, HEAD_BYTES);
  return bytes;
}

/** Writes the answer to an unlink. */
export function encodeUnlinkAnswer(sequence: number, status: number): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.command, ANSWER.unlink);
  view.setUint32(AT.sequence, sequence);
  view.setInt32(AT.status, status);
  return bytes;
}

/** An answer as a host reads it. */
export interface UrbAnswer {
  readonly kind: "submit" | "unlink";
  readonly sequence: number;
  readonly status: number;
  readonly actual: number;
}

/**
 * Reads the head of an answer, as a host does.
 *
 * @param head 48 bytes.
 * @throws {@link UsbipProtocolError} it is none.
 */
export function decodeAnswer(head: Uint8Array): UrbAnswer {
  const view = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
  const command = view.getUint32(AT.command);
  if (command !== ANSWER.submit && command !== ANSWER.unlink) {
    throw new UsbipProtocolError(`unknown answer ${command}`);
  }
  return {
    kind: command === ANSWER.submit ? "submit" : "unlink",
    sequence: view.getUint32(AT.sequence),
    status: view.getInt32(AT.status),
    actual: view.getUint32(AT.actual),
  };
}
