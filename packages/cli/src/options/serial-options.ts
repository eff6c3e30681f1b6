// The options that set up a port, the same for every command that opens one.

import type { DataBits, Parity, SerialConfigInput, StopBits } from "anyserial";
import type { OptionValues } from "./args.ts";

/** Options of every command that opens a port. */
export const SERIAL_OPTIONS = {
  baud: {
    kind: "integer",
    value: "N",
    minimum: 1,
    group: "Serial options",
    help: "Rate in baud, standard or not (default 115200)",
  },
  "data-bits": {
    kind: "choice",
    choices: ["5", "6", "7", "8"],
    group: "Serial options",
    help: "Bits per character (default 8)",
  },
  parity: {
    kind: "choice",
    choices: ["none", "odd", "even", "mark", "space"],
    group: "Serial options",
    help: "Parity bit (default none)",
  },
  "stop-bits": {
    kind: "choice",
    choices: ["1", "1.5", "2"],
    group: "Serial options",
    help: "Stop bits (default 1)",
  },
  flow: {
    kind: "choice",
    choices: ["none", "xonxoff", "rtscts"],
    group: "Serial options",
    help: "Flow control (default none)",
  },
  exclusive: {
    kind: "flag",
    group: "Serial options",
    help: "Keep other programs from opening the port meanwhile",
  },
  "low-latency": {
    kind: "flag",
    group: "Serial options",
    help: "Ask the driver to deliver received bytes at once; restored at the end",
  },
  dtr: {
    kind: "choice",
    choices: ["on", "off"],
    group: "Serial options",
    help: "Initial level of DTR (default: the driver's, usually on)",
  },
  rts: {
    kind: "choice",
    choices: ["on", "off"],
    group: "Serial options",
    help: "Initial level of RTS (default: the driver's, usually on)",
  },
  "unsupported-policy": {
    kind: "choice",
    choices: ["raise", "warn", "ignore"],
    group: "Serial options",
    help: "Reaction to an option that the driver lacks (default raise: fail)",
  },
} as const;

/**
 * Turns the options into the library's configuration.
 *
 * @param values Options that were given.
 * @returns Only the fields that were asked for.
 */
export function serialConfigOf(values: OptionValues<typeof SERIAL_OPTIONS>): SerialConfigInput {
  const { dtr, rts } = values;
  return {
    baudRate: values.baud,
    // The choices of the table are the values of these types.
    dataBits: numberOf(values["data-bits"]) as DataBits | undefined,
    parity: values.parity as Parity | undefined,
    stopBits: numberOf(values["stop-bits"]) as StopBits | undefined,
    flowControl: { xonXoff: values.flow === "xonxoff", rtsCts: values.flow === "rtscts" },
    exclusive: values.exclusive,
    lowLatency: values["low-latency"],
    unsupportedPolicy: values["unsupported-policy"],
    controlLines: {
      ...(dtr === undefined ? {} : { dtr: dtr === "on" }),
      ...(rts === undefined ? {} : { rts: rts === "on" }),
    },
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
