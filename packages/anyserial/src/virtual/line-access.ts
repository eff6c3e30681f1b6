// The line of an emulated port, where it has one; and checks of its values.

import { checkOptions } from "../arguments/options.ts";
import { invalid, isBoolean, isIntegerIn, isOneOf, isRecord } from "../arguments/validate.ts";
import type { EmulatedLine, InjectedError } from "../backend/emulated-line.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import { actionOf, UnsupportedFeatureError } from "../errors/errors.ts";
import { MODEM_LINES, type ModemLines } from "../model/modem-lines.ts";

const KINDS = ["break", "framing", "parity", "overrun"] as const;
const OUTPUT = "leave it out: the application sets it, lines() has it";

/**
 * Finds the line.
 *
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_UNSUPPORTED` — it is a pty.
 */
export function lineOf(port: EmulatedBackendPort, operation: string): EmulatedLine {
  if (port.line !== undefined) return port.line;
  const path = port.devicePath;
  throw new UnsupportedFeatureError(`Cannot ${actionOf(operation)} port "${path}": it is a pty`, {
    code: "ERR_SERIAL_UNSUPPORTED",
    path,
    operation,
    hint: "a pty has no line: use createVirtualAdapter() of anyserial/adapter",
  });
}

/** @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no set of input lines. */
export function checkModemLines(lines: Partial<ModemLines>): Partial<ModemLines> {
  checkOptions(lines, {
    parameter: "lines",
    known: MODEM_LINES,
    elsewhere: { dtr: OUTPUT, rts: OUTPUT },
    bare: {},
  });
  for (const name of MODEM_LINES) {
    const level = lines[name];
    if (level !== undefined && !isBoolean(level)) {
      throw invalid(`lines.${name}`, level, "true or false");
    }
  }
  const given = MODEM_LINES.flatMap((name) => (lines[name] === undefined ? [] : [name]));
  return Object.fromEntries(given.map((name) => [name, lines[name]]));
}

/** @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is no such error. */
export function checkInjected(error: InjectedError): InjectedError {
  if (!isRecord(error) || !isOneOf(error.kind, KINDS)) {
    throw invalid("error", error, '{ kind: "break" }, or framing, parity or overrun with a byte');
  }
  if (error.kind !== "break" && !isIntegerIn(error.byte, 0, 0xff)) {
    throw invalid("error.byte", error.byte, "a byte, 0 to 255");
  }
  return error;
}
