// Which backend opens an address: paths go to the system's own, `scheme://` to the others.

import type { Backend } from "./backend/backend.ts";
import { selectBackend } from "./backend/select.ts";
import { UnsupportedFeatureError } from "./errors.ts";

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/** Backends by scheme; each is loaded when an address asks for it. */
const SCHEMES: Readonly<Record<string, () => Promise<Backend>>> = {
  loop: async () => (await import("./backend/memory.ts")).loopBackend,
};

/**
 * Finds the backend of an address.
 *
 * @param address Path, or `scheme://…`.
 * @returns The backend that opens it.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_SCHEME` — no backend has the scheme.
 */
export async function resolveAddress(address: string): Promise<Backend> {
  const scheme = schemeOf(address);
  if (scheme === undefined) return selectBackend();
  const load = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  if (load !== undefined) return load();
  throw unknownScheme(address, `use a path, or one of ${Object.keys(SCHEMES).join(", ")}://`);
}

/**
 * Checks that an address can be opened for blocking use: only paths can.
 *
 * @param address Path.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_SCHEME` — it has a scheme.
 */
export function checkBlockingAddress(address: string): void {
  if (schemeOf(address) === undefined) return;
  throw unknownScheme(address, "open it with openSerialPort(): only paths can block");
}

function schemeOf(address: string): string | undefined {
  return SCHEME.exec(address)?.[1]?.toLowerCase();
}

function unknownScheme(address: string, hint: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError(
    `Cannot open port "${address}": no backend here opens "${schemeOf(address)}://"`,
    { code: "ERR_SERIAL_SCHEME", path: address, operation: "open", hint },
  );
}
