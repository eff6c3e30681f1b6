// The third argument of openSerialPort() and serialSessions(). Pure.

import { signalOf, type WaitOptions, waiting } from "../abort/abort.ts";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid } from "../arguments/validate.ts";
import type { Backend, TlsOptions } from "../backend/backend.ts";

/** Options of a call that opens a port. */
export interface OpenOptions extends WaitOptions {
  /** Certificates for an address with `+tls`. */
  readonly tls?: TlsOptions | undefined;
  /**
   * A backend of your own, which gets the path as it is: see `anyserial/testing/conformance`.
   * @defaultValue that of the system, or of the scheme of an address
   */
  readonly backend?: Backend | undefined;
}

const OPEN = { ...waiting(), known: ["tls", "backend", "signal"] };
const PEMS = ["ca", "cert", "key"] as const;
const TLS: OptionSpec = {
  parameter: "tls",
  group: "tls.",
  known: [...PEMS, "servername"],
  elsewhere: {
    rejectunauthorized: "leave it out: give the authority of the certificate in tls.ca",
    host: "write tls.servername",
  },
};

/**
 * Checks the options.
 *
 * @param options As they were given.
 * @param path Address that is opened, where it is known.
 * @returns The signal, the certificates and the backend.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — an option is wrong.
 */
export function openOptions(options: OpenOptions, path: string | undefined): OpenOptions {
  const signal = signalOf(options, OPEN);
  const { tls, backend } = options;
  if (backend !== undefined && typeof backend?.open !== "function") {
    throw invalid("backend", backend, "a Backend, with open() and platformCapabilities()");
  }
  if (tls === undefined) return { signal, backend };
  checkOptions(tls, TLS);
  for (const name of PEMS) {
    const value = tls[name];
    if (value === undefined || typeof value === "string" || value instanceof Uint8Array) continue;
    throw invalid(`tls.${name}`, value, "a certificate or key in PEM, as a text or bytes");
  }
  if (tls.servername !== undefined && typeof tls.servername !== "string") {
    throw invalid("tls.servername", tls.servername, "a text");
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw invalid("tls", "cert or key alone", "both of cert and key, or none");
  }
  if (backend === undefined && (path === undefined || !/^[a-z0-9]+\+tls:/i.test(path))) {
    throw invalid("tls", path ?? "a filter", {
      expected: "an address with TLS",
      hint: "write rfc2217+tls:// or socket+tls://, or leave tls out",
    });
  }
  return { signal, tls, backend };
}
