// Addresses of ports on other machines: `socket://host:port`, `rfc2217://host:port`, both with `+tls`, and unix
// sockets and named pipes as `unix:/path` and `\\.\pipe\name`. Pure.

import { ConfigurationError } from "../errors/errors.ts";

/** An address, taken apart. */
export interface RemoteAddress {
  /** As the caller wrote it. */
  readonly path: string;
  readonly protocol: "raw" | "rfc2217";
  readonly isTls: boolean;
  readonly target:
    | { readonly host: string; readonly port: number }
    /** A socket in the file system, or a pipe. */
    | { readonly path: string };
  /** Opening takes no longer, in milliseconds. */
  readonly timeoutMs: number;
  /** A silent peer is asked after this time whether it is there, in milliseconds. */
  readonly keepAliveMs: number;
}

const NETWORK = /^(socket|rfc2217)(\+tls)?:\/\/(.*)$/is;
const UNIX = /^unix:(?:\/\/)?(\/.*)$/is;
const PIPE = /^\\\\[.?]\\pipe\\.+$/i;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const LONGEST_MS = 3_600_000;

const TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

/**
 * Finds out whether a path is an address of this kind.
 *
 * @param path Path or address.
 */
export function isRemote(path: string): boolean {
  return NETWORK.test(path) || /^unix:/i.test(path) || PIPE.test(path);
}

/** The protocol of an address for which {@link isRemote} holds. */
export function remoteProtocol(path: string): RemoteAddress["protocol"] {
  return /^rfc2217/i.test(path) ? "rfc2217" : "raw";
}

/**
 * Takes an address apart.
 *
 * @param path Address for which {@link isRemote} holds.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a part of it is wrong.
 */
export function parseAddress(path: string): RemoteAddress {
  const times = { timeoutMs: TIMEOUT_MS, keepAliveMs: KEEP_ALIVE_MS };
  if (PIPE.test(path)) return { path, protocol: "raw", isTls: false, target: { path }, ...times };
  if (/^unix:/i.test(path)) {
    const [, file] = UNIX.exec(path) ?? [];
    if (file === undefined) throw wrong(path, "write unix:/path with an absolute path");
    return { path, protocol: "raw", isTls: false, target: { path: file }, ...times };
  }
  const [, scheme = "", tls, rest = ""] = NETWORK.exec(path) ?? [];
  const url = parseUrl(path, rest);
  if (url.username !== "" || url.password !== "") {
    throw wrong(path, "leave user and password out: a secret does not belong in an address");
  }
  if (url.port === "")
    throw wrong(path, `add the port: ${scheme}${tls ?? ""}://${url.hostname}:2217`);
  if (url.pathname !== "" && url.pathname !== "/") throw wrong(path, "end it after the port");
  return {
    path,
    protocol: remoteProtocol(path),
    isTls: tls !== undefined,
    target: { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port) },
    ...times,
    ...readQuery(path, url.searchParams),
  };
}

/** The parser of web addresses, by a scheme that has no port of its own. */
function parseUrl(path: string, rest: string): URL {
  try {
    const url = new URL(`anyserial://${rest}`);
    if (url.hostname !== "") return url;
  } catch {
    // said below
  }
  throw wrong(path, "write it as rfc2217://host:port, an IPv6 address in brackets");
}

function readQuery(
  path: string,
  query: URLSearchParams,
): Partial<Pick<RemoteAddress, "timeoutMs" | "keepAliveMs">> {
  const result: { timeoutMs?: number; keepAliveMs?: number } = {};
  for (const [name, value] of query) {
    if (name === "timeout") result.timeoutMs = duration(path, name, value);
    else if (name === "keepalive") result.keepAliveMs = duration(path, name, value);
    else throw wrong(path, `leave ${name} out: an address has timeout and keepalive`);
  }
  return result;
}

function duration(path: string, name: string, value: string): number {
  const [, number, unit = ""] = DURATION.exec(value) ?? [];
  const milliseconds = Math.round(Number(number) * (UNIT_MS[unit] ?? Number.NaN));
  if (milliseconds >= 1 && milliseconds <= LONGEST_MS) return milliseconds;
  throw wrong(path, `write ${name} as 500ms, 3s or 1m, at most 60m`);
}

function wrong(path: string, hint: string): ConfigurationError {
  return new ConfigurationError(`Invalid address "${path}"`, {
    code: "ERR_INVALID_ARG_VALUE",
    path,
    operation: "open",
    hint,
  });
}
