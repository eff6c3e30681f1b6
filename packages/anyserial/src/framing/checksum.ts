// Checksums of messages. Pure.

import { bytesOf, invalid } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";

/** Computes the bytes that follow a message; always as many of them. */
export type ChecksumFunction = (bytes: Uint8Array) => Uint8Array;

/** Names of the checksums that are built in. */
export type ChecksumName =
  | "crc16modbus"
  | "crc16ccitt"
  | "crc16xmodem"
  | "crc32"
  | "lrc"
  | "xor8"
  | "sum8";

/**
 * CRC of Modbus RTU: polynomial 0x8005 reflected, initial value 0xFFFF.
 *
 * @param bytes What to check.
 * @returns 2 bytes, the low one first.
 */
export function crc16modbus(bytes: Uint8Array): Bytes {
  let crc = 0xffff;
  for (const byte of bytesOf("bytes", bytes)) {
    crc = (crc >>> 8) ^ (MODBUS_TABLE[(crc ^ byte) & 0xff] as number);
  }
  return Uint8Array.of(crc & 0xff, crc >>> 8);
}

/**
 * CRC-16 of the CCITT with the initial value 0xFFFF, polynomial 0x1021.
 *
 * @param bytes What to check.
 * @returns 2 bytes, the high one first.
 */
export function crc16ccitt(bytes: Uint8Array): Bytes {
  return crcOfCcitt(bytes, 0xffff);
}

/**
 * CRC-16 of XMODEM and YMODEM: that of the CCITT with the initial value 0.
 *
 * @param bytes What to check.
 * @returns 2 bytes, the high one first.
 */
export function crc16xmodem(bytes: Uint8Array): Bytes {
  return crcOfCcitt(bytes, 0);
}

function crcOfCcitt(bytes: Uint8Array, initial: number): Bytes {
  let crc = initial;
  for (const byte of bytesOf("bytes", bytes)) {
    crc = ((crc << 8) & 0xffff) ^ (CCITT_TABLE[(crc >>> 8) ^ byte] as number);
  }
  return Uint8Array.of(crc >>> 8, crc & 0xff);
}

/**
 * CRC-32 of Ethernet and zlib.
 *
 * @param bytes What to check.
 * @returns 4 bytes, the low one first.
 */
export function crc32(bytes: Uint8Array): Bytes {
  let crc = 0xffff_ffff;
  for (const byte of bytesOf("bytes", bytes)) {
    crc = (crc >>> 8) ^ (CRC32_TABLE[(crc ^ byte) & 0xff] as number);
  }
  const result = (crc ^ 0xffff_ffff) >>> 0;
  return Uint8Array.of(result & 0xff, (result >>> 8) & 0xff, (result >>> 16) & 0xff, result >>> 24);
}

/**
 * Longitudinal redundancy check of Modbus ASCII, also the checksum of ccTalk: the byte that makes
 * the sum of all bytes 0.
 *
 * @param bytes What to check.
 * @returns 1 byte.
 */
export function lrc(bytes: Uint8Array): Bytes {
  return Uint8Array.of(-sumOf(bytes) & 0xff);
}

/**
 * Exclusive or of all bytes, as in NMEA 0183 and for the block check of ISO 1745.
 *
 * @param bytes What to check.
 * @returns 1 byte.
 */
export function xor8(bytes: Uint8Array): Bytes {
  let result = 0;
  for (const byte of bytesOf("bytes", bytes)) result ^= byte;
  return Uint8Array.of(result);
}

/**
 * Sum of all bytes.
 *
 * @param bytes What to check.
 * @returns 1 byte, the lowest of the sum.
 */
export function sum8(bytes: Uint8Array): Bytes {
  return Uint8Array.of(sumOf(bytes) & 0xff);
}

const BY_NAME: Readonly<Record<ChecksumName, ChecksumFunction>> = {
  crc16modbus,
  crc16ccitt,
  crc16xmodem,
  crc32,
  lrc,
  xor8,
  sum8,
};

/** A checksum, ready for use. */
export interface Checksum {
  readonly compute: ChecksumFunction;
  /** Bytes that it has. */
  readonly size: number;
}

/**
 * Checks the option `checksum`.
 *
 * @param option A name, a function, or none.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is neither.
 */
export function checksumOf(option: unknown): Checksum | undefined {
  if (option === undefined) return undefined;
  const compute = functionOf(option);
  const { length: size } = bytesOf("checksum", compute(new Uint8Array(0)) as Uint8Array);
  return { compute, size };
}

function functionOf(option: unknown): ChecksumFunction {
  if (typeof option === "function") return option as ChecksumFunction;
  if (typeof option === "string" && Object.hasOwn(BY_NAME, option)) {
    return BY_NAME[option as ChecksumName];
  }
  const names = Object.keys(BY_NAME).join(", ");
  throw invalid("checksum", option, `one of ${names}, or a function that returns bytes`);
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytesOf("bytes", bytes)) sum = (sum + byte) & 0xffff;
  return sum;
}

const MODBUS_TABLE = reflectedTable(0xa001);
const CRC32_TABLE = reflectedTable(0xedb8_8320);
const CCITT_TABLE = tableOf((byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

function reflectedTable(polynomial: number): Uint32Array {
  return tableOf((byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    return crc >>> 0;
  });
}

function tableOf(entry: (byte: number) => number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => entry(byte));
}
