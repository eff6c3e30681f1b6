// What somebody meant by an option that does not exist: other spellings, and the names that
// node-serialport and pySerial give to the same thing. Pure.

import { ConfigurationError } from "./errors.ts";
import { shown } from "./validate.ts";

const LIMIT = "signal: AbortSignal.timeout(milliseconds) in the call that waits";

/** Names of other libraries (in lower case), and what to write here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  baud: "baudRate",
  bytesize: "dataBits",
  dsrdtr: "flowControl: { dtrDsr: true }",
  dtr: "controlLines: { dtr: true }",
  highwatermark: "readChunkSize",
  hupcl: "hangupOnClose",
  lock: "exclusive",
  rts: "controlLines: { rts: true }",
  rtscts: "flowControl: { rtsCts: true }",
  timeout: LIMIT,
  timeoutms: LIMIT,
  xon: "flowControl: { xonXoff: true }",
  xonxoff: "flowControl: { xonXoff: true }",
};

/**
 * Builds the error for an option that does not exist.
 *
 * @param name Option as the caller wrote it, with its group: `flowControl.rtscts`.
 * @param value What was given.
 * @param known Options that exist, in that group.
 * @returns The error, to be thrown by the caller; its hint tells what was meant, where that is known.
 */
export function unknownOption(
  name: string,
  value: unknown,
  known: readonly string[],
): ConfigurationError {
  const group = name.slice(0, name.lastIndexOf(".") + 1);
  const word = name.slice(group.length).toLowerCase();
  const same = known.find((option) => option.toLowerCase() === word);
  const meant =
    same ?? (group === "" && Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : undefined);
  const message = `Unknown option "${name}" (${shown(value)}): known are ${known.join(", ")}`;
  return new ConfigurationError(message, {
    code: "ERR_INVALID_ARG_VALUE",
    hint: meant === undefined ? "leave it out" : `write ${group}${meant}`,
  });
}
