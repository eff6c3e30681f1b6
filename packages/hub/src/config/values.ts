// Values as people write them in a configuration: `128KiB`, `500ms`, `"0660"`, `127.0.0.1:7070`.
// Pure; each reader returns `undefined` for other text.

import { isIPv6 } from "node:net";

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
const TIME_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const QUANTITY = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/;
const PORT_MAX = 65_535;

/**
 * Reads a size.
 *
 * @param value A number of bytes, or text such as `128KiB`, `64 MiB`, `1.5MB`.
 * @returns Whole bytes.
 */
export function readSize(value: unknown): number | undefined {
  const bytes = readQuantity(value, SIZE_UNITS);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/**
 * Reads a duration.
 *
 * @param value A number of milliseconds, for the names of the fields end in `Ms`; or text with a unit: `500ms`, `2s`, `1m`.
 * @returns Milliseconds.
 */
export function readDuration(value: unknown): number | undefined {
  return readQuantity(value, TIME_UNITS_MS);
}

function readQuantity(value: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (typeof value === "number") return value;
  const match = typeof value === "string" ? QUANTITY.exec(value.trim()) : null;
  const unit = match?.[2] ?? "";
  if (match === null || !Object.hasOwn(units, unit)) return undefined;
  return Number(match[1]) * (units[unit] ?? 0);
}

/**
 * Reads permission bits.
 *
 * @param value A number (YAML's `0o660`), or octal digits as text (`"0660"`).
 * @returns Bits, 0 to 0o777.
 */
export function readMode(value: unknown): number | undefined {
  const isOctal = typeof value === "string" && /^(0o)?[0-7]{3,4}$/.test(value);
  const mode = isOctal ? Number.parseInt(String(value).replace("0o", ""), 8) : value;
  const isMode = typeof mode === "number" && Number.isInteger(mode) && mode >= 0 && mode <= 0o777;
  return isMode ? mode + 0 : undefined; // Node.js ends the process where it gets -0 for a mode
}

/** An address to connect to or to listen on. */
export interface HostPort {
  /** Name or address, without the brackets of IPv6. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** IPv6 in brackets, with the name of an interface behind a link-local address; or a name or IPv4. */
const HOST_PORT = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([\p{L}\p{N}_.-]+)):(\d{1,5})$/u;

/**
 * Reads an address.
 *
 * @param value Text such as `127.0.0.1:7070`, `localhost:7070`, `[::1]:7070`, `[fe80::1%eth0]:7070`.
 * @returns Host and port.
 */
export function readHostPort(value: unknown): HostPort | undefined {
  const match = typeof value === "string" ? HOST_PORT.exec(value) : null;
  const port = Number(match?.[3] ?? Number.NaN);
  const [, v6, name] = match ?? [];
  const host = v6 ?? name;
  if (host === undefined || port > PORT_MAX || (v6 !== undefined && !isIPv6(v6))) return undefined;
  return { host, port };
}

/**
 * Writes an address as {@link readHostPort} reads it.
 *
 * @param address Host and port; an IPv4 address that came over an IPv6 socket is written as IPv4.
 */
export function formatHostPort({ host, port }: HostPort): string {
  const plain = host.replace(/^::ffff:(?=\d+\.)/i, "");
  return `${plain.includes(":") ? `[${plain}]` : plain}:${port}`;
}

/**
 * Returns whether a host can only be reached from this machine.
 *
 * @param host As {@link readHostPort} returns it.
 * @returns `true` for 127.0.0.0/8, ::1 and localhost.
 */
export function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(host) || host === "::1" || host.toLowerCase() === "localhost";
}
