// Errors of a member by its name: the system's own say what failed, but not whose it was.

import { getSystemErrorMap } from "node:util";
import { isSerialError, PortBusyError, SerialError } from "anyserial";
import { errorOf } from "../process/error-of.ts";

/** Details of a failure. */
export interface MemberFailure {
  /** The failed action, as `start program "x" of member "net/a"`. */
  readonly action: string;
  readonly cause: unknown;
  /** What to do next, by the system's code. */
  readonly hints?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the error of a member's failure.
 *
 * @param failure Details of the failure.
 * @returns An error with the system's code, to be thrown or reported.
 */
export function memberError({ action, cause, hints = {} }: MemberFailure): SerialError {
  const error = errorOf(cause);
  const { code, syscall } = error as NodeJS.ErrnoException;
  const ErrorClass = code === "EADDRINUSE" ? PortBusyError : SerialError;
  return new ErrorClass(`Cannot ${action}: ${reasonOf(error)}`, {
    code: code ?? "ERR_HUB_MEMBER",
    syscall,
    path: isSerialError(error) ? error.path : undefined,
    operation: "create",
    cause,
    hint: hints[code ?? ""] ?? (isSerialError(error) ? error.hint : undefined),
  });
}

function reasonOf(error: Error): string {
  const { errno, code } = error as NodeJS.ErrnoException;
  if (isSerialError(error) || errno === undefined) return error.message;
  const [, text] = getSystemErrorMap().get(errno) ?? [];
  return text === undefined ? error.message : `${text} (${code})`;
}
