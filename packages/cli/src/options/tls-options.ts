// The options with the certificates of an address such as `rfc2217+tls://host:port`, the same for every command that
// opens one.

import { readFileSync } from "node:fs";
import type { TlsOptions } from "anyserial";
import type { OptionValues } from "./args.ts";
import { UsageError } from "./usage-error.ts";

/** Options of every command that opens an address with TLS. */
export const TLS_OPTIONS = {
  "tls-ca": {
    kind: "text",
    value: "FILE",
    group: "TLS options, for an address with +tls",
    help: "Authority of the server's certificate, in PEM",
  },
  "tls-name": {
    kind: "text",
    value: "NAME",
    group: "TLS options, for an address with +tls",
    help: "Name in the server's certificate, if it is not that of the address",
  },
  "tls-cert": {
    kind: "text",
    value: "FILE",
    group: "TLS options, for an address with +tls",
    help: "Certificate for a server that asks for one, in PEM",
  },
  "tls-key": {
    kind: "text",
    value: "FILE",
    group: "TLS options, for an address with +tls",
    help: "Private key of that certificate",
  },
} as const;

/**
 * Reads the files that the options name.
 *
 * @param values Options that were given.
 * @returns `undefined` where none of them was.
 * @throws {@link UsageError} a file cannot be read.
 */
export function tlsOf(values: OptionValues<typeof TLS_OPTIONS>): TlsOptions | undefined {
  const given = {
    ca: fileOf("tls-ca", values["tls-ca"]),
    servername: values["tls-name"],
    cert: fileOf("tls-cert", values["tls-cert"]),
    key: fileOf("tls-key", values["tls-key"]),
  };
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The address has TLS. */
export function hasTls(path: string): boolean {
  return /^[a-z0-9]+\+tls:/i.test(path);
}

function fileOf(option: string, path: string | undefined): Uint8Array | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    throw new UsageError(`--${option}: cannot read "${path}" (${code})`, "give a file in PEM");
  }
}
