// The address that `anyserial serve` listens on. Pure.

import { UsageError } from "../../options/usage-error.ts";

/** An address to listen on. */
export type ListenAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

const HOST_PORT = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]+)):(\d{1,5})$/i;

/**
 * Reads the option `--listen`.
 *
 * @param text `host:port`, or `unix:/path`.
 * @throws {@link UsageError} it is neither.
 */
export function parseListen(text: string): ListenAddress {
  if (text.startsWith("unix:/")) return { path: text.slice("unix:".length) };
  const [, bracketed, plain, digits] = HOST_PORT.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host, port };
  throw new UsageError(
    `--listen cannot be "${text}"`,
    "give a host and a port such as 127.0.0.1:2217 or [::1]:2217, or unix:/path",
  );
}

/** Only programs of this machine reach the address. */
export function isLocal(address: ListenAddress): boolean {
  if ("path" in address) return true;
  const { host } = address;
  return /^127(\.\d{1,3}){3}$/.test(host) || host === "::1" || host.toLowerCase() === "localhost";
}

/** The address as a client writes it. */
export function clientAddress(address: ListenAddress, scheme: string): string {
  if ("path" in address) return `unix:${address.path}`;
  const { host, port } = address;
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
