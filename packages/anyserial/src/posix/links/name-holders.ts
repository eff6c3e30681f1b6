// Names the holder of a busy port in the error.

import { PortBusyError } from "../../errors/errors.ts";

export interface Holders {
  /** This program itself. */
  readonly isHere: boolean;
  /** Another program, or several; `undefined` where none is found. */
  readonly others: string | undefined;
}

/**
 * Adds who has a port to the error of an open that found it busy.
 *
 * @param error The error of the open.
 * @returns Another error, or the same where it has another reason or no holder is found.
 */
export function nameHolders(error: unknown, { isHere, others }: Holders): unknown {
  if (!(error instanceof PortBusyError)) return error;
  const names = [...(isHere ? ["this program"] : []), ...(others === undefined ? [] : [others])];
  if (names.length === 0) return error;
  return new PortBusyError(`${error.message}, held by ${names.join(" and ")}`, {
    ...error,
    hint: hintOf(isHere, others),
  });
}

function hintOf(isHere: boolean, others: string | undefined): string {
  const end = others === undefined ? "" : `end ${others}, or wait until it closes the port`;
  if (!isHere) return end;
  const own = "close the port that this program has open already, or open both without exclusive";
  return others === undefined ? own : `${own}; ${end}`;
}
