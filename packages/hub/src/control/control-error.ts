// A system error when the control socket cannot be made, with a hint to another place for it.

import { getSystemErrorMap } from "node:util";
import { ConfigurationError, isSerialError, PortPermissionError } from "anyserial";

const NOT_ALLOWED: readonly unknown[] = ["EACCES", "EPERM"];

export interface ControlFailure {
  /** The failed action, as `make folder "/run/anyserial"`. */
  readonly action: string;
  readonly path: string;
  readonly cause: unknown;
}

/**
 * Makes the error for a control socket, or its folder, that cannot be made.
 *
 * @param failure The failed step.
 * @returns The error to throw; the cause itself if it is one of ours.
 */
export function controlError({ action, path, cause }: ControlFailure): unknown {
  if (isSerialError(cause) || !(cause instanceof Error)) return cause;
  const { code = "ERR_HUB_CONTROL", errno, message } = cause as NodeJS.ErrnoException;
  const text = getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
  const ErrorClass = NOT_ALLOWED.includes(code) ? PortPermissionError : ConfigurationError;
  return new ErrorClass(`Cannot ${action}: ${text} (${code})`, {
    code,
    path,
    operation: "control",
    cause,
    hint: "name a place for the control socket that this user can write to: listen: { control: ./control }",
  });
}
