// Who may do what: the names that a request may carry, the web pages that may make one, and the token.

import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "../config/values.ts";

const LOCAL_NAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** The configuration that decides. */
export interface AccessOptions {
  /** Address that the hub serves on. */
  readonly http?: string | undefined;
  readonly allowedHosts?: readonly string[] | undefined;
  readonly token?: string | undefined;
}

/** The parts of a request that decide. */
export interface Asked {
  readonly headers: IncomingHttpHeaders;
  /** Address of the client. */
  readonly remoteAddress: string | undefined;
}

/** A browser sends the name in its address bar, which an attacker can let point here. */
export function isKnownHost(host: string | undefined, options: AccessOptions): boolean {
  const name = nameOf(host);
  return (
    LOCAL_NAMES.includes(name) || [nameOf(options.http), ...extraNames(options)].includes(name)
  );
}

/**
 * Returns whether a request comes from a page of this hub, or from a program that is no browser.
 *
 * @param headers Headers of the request.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, options: AccessOptions): boolean {
  const { origin, host } = headers;
  const site = headers["sec-fetch-site"];
  const isNavigation = headers["sec-fetch-mode"] === "navigate";
  if (origin === undefined) return isNavigation || site !== "cross-site";
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  const from = match?.[1]?.toLowerCase();
  if (from === undefined) return false;
  return from === host?.toLowerCase() || extraNames(options).includes(nameOf(from));
}

/** Compares the bearer token of a request in constant time. */
export function hasToken({ headers }: Asked, { token }: AccessOptions): boolean {
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined || given === undefined) return false;
  const [expected, actual] = [Buffer.from(token), Buffer.from(given)];
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** Traffic may be read on this machine under a name of this machine, and elsewhere with the token. */
export function mayRead(asked: Asked, options: AccessOptions): boolean {
  const { headers, remoteAddress } = asked;
  const isProxied = ["forwarded", "x-forwarded-for", "via"].some((name) => name in headers);
  const isLocal =
    !isProxied &&
    LOCAL_NAMES.includes(nameOf(headers.host)) &&
    isLoopback((remoteAddress ?? "").replace(/^::ffff:/, ""));
  return isLocal || hasToken(asked, options);
}

function extraNames({ allowedHosts = [] }: AccessOptions): readonly string[] {
  return allowedHosts.map((host) => host.toLowerCase());
}

function nameOf(host: string | undefined): string {
  return host?.replace(/:\d+$/, "").toLowerCase() ?? "";
}
