// The error of a failed call of a poller, whichever it is.

import { getSystemErrorName } from "node:util";
import { SerialError } from "../../errors/errors.ts";

/**
 * Builds the error for a failed call of the poller.
 *
 * @param syscall Its name.
 * @param result `-errno`.
 */
export function pollerError(syscall: string, result: number): SerialError {
  const code = getSystemErrorName(result);
  return new SerialError(`Cannot wait for ports: ${syscall} failed (${code})`, {
    code,
    errno: -result,
    syscall,
  });
}
