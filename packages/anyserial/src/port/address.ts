// Which backend opens an address: paths go to the system's own, `scheme://` to the others.

import type { Backend } from "../backend/backend.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import { selectBackend } from "../platform/select.ts";
import { isRemote, remoteProtocol } from "../remote/address.ts";

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/** Backends by scheme; each is loaded when an address asks for it. */
const SCHEMES: Readonly<Record<string, () => Promise<Backend>>> = {
  loop: async () => (await import("../memory/memory-backend.ts")).loopBackend,
};

const KNOWN: readonly string[] = [
  ...Object.keys(SCHEMES),
  "socket",
  "socket+tls",
  "rfc2217",
  "rfc2217+tls",
];

/**
 * Finds the backend of an address.
 *
 * @param address Path, or `scheme://…`.
 * @returns The backend that opens it.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_SCHEME` — no backend has the scheme.
 */
export async function resolveAddress(address: string): Promise<Backend> {
  if (isRemote(address)) return loadRemote(address);
  const scheme = schemeOf(address);
  if (scheme === undefined) return selectBackend();
  const load = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (load !== undefined) return load();
  throw unknownScheme(
    address,
    `use a path, or one of ${KNOWN.map((name) => `${name}://`).join(", ")}`,
  );
}

/**
 * Checks that an address can be opened for blocking use: only paths can.
 *
 * @param address Path.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_SCHEME` — it has a scheme.
 */
export function checkBlockingAddress(address: string): void {
  if (schemeOf(address) === undefined && !isRemote(address)) return;
  throw unknownScheme(address, "open it with openSerialPort(): only paths can block");
}

async function loadRemote(address: string): Promise<Backend> {
  const { rawBackend, rfc2217Backend } = await import("../remote/remote-backend.ts");
  return remoteProtocol(address) === "raw" ? rawBackend : rfc2217Backend;
}

function schemeOf(address: string): string | undefined {
  return SCHEME.exec(address)?.[1]?.toLowerCase();
}

function unknownScheme(address: string, hint: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError(
    `Cannot open port "${address}": no backend here opens "${schemeOf(address) ?? "unix"}://"`,
    { code: "ERR_SERIAL_SCHEME", path: address, operation: "open", hint },
  );
}
