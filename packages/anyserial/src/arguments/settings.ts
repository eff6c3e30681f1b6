// The names of the settings of a port, other libraries' names for them, and hints for a setting
// that is out of place. Pure.

import type { OptionSpec } from "./options.ts";

/** Fields of `SerialConfig`. */
export const SETTING_NAMES = [
  "baudRate",
  "dataBits",
  "parity",
  "stopBits",
  "flowControl",
  "controlLines",
  "lineErrors",
  "exclusive",
  "hangupOnClose",
  "lowLatency",
  "readChunkSize",
  "rs485",
  "discardInputOnOpen",
  "unsupportedPolicy",
] as const;

/** Hints for a setting that is given to a call which has none. */
export const SETTINGS_ELSEWHERE: Readonly<Record<string, string>> = Object.fromEntries(
  SETTING_NAMES.map((name) => [
    name.toLowerCase(),
    `${name} is a setting: openSerialPort(path, { ${name} }), or port.configure({ ${name} })`,
  ]),
);

/** A call that takes settings. */
export type SettingsCall = "open" | "configure" | "blocking" | "other";

const LIMIT =
  "write signal: AbortSignal.timeout(milliseconds) in the options of the call that waits";
const PATH = "leave it out: the path is the first argument of openSerialPort()";

/** Names of other libraries, and what to write here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  autoopen: "leave it out: a port is open when openSerialPort() has resolved",
  baud: "write baudRate",
  bytesize: "write dataBits",
  dsrdtr: "write flowControl: { dtrDsr: true }",
  dtr: "write controlLines: { dtr: true }",
  highwatermark: "write readChunkSize",
  hupcl: "write hangupOnClose",
  interbytetimeout: LIMIT,
  lock: "write exclusive",
  path: PATH,
  port: PATH,
  rts: "write controlLines: { rts: true }",
  rtscts: "write flowControl: { rtsCts: true }",
  timeout: LIMIT,
  timeoutms: LIMIT,
  writetimeout: LIMIT,
  xany: "leave it out: any byte restarting the output is not supported",
  xoff: "write flowControl: { xonXoff: true }",
  xon: "write flowControl: { xonXoff: true }",
  xonxoff: "write flowControl: { xonXoff: true }",
};

const SIGNAL: Readonly<Record<SettingsCall, string>> = {
  open: "pass it as the third argument: openSerialPort(path, settings, { signal })",
  configure: "pass it as the second argument: configure(settings, { signal })",
  blocking: "leave it out: a call that blocks cannot be aborted, but ends after timeoutMs",
  other: "leave it out: it is no setting, the calls that wait take it",
};

/** The specification of each call. */
export const SETTINGS = Object.fromEntries(
  Object.entries(SIGNAL).map(([call, signal]) => [call, settingsSpec(signal)]),
) as Readonly<Record<SettingsCall, OptionSpec>>;

function settingsSpec(signal: string): OptionSpec {
  return {
    parameter: "config",
    known: SETTING_NAMES,
    elsewhere: { ...ELSEWHERE, signal, abortsignal: signal },
    bare: { number: "baudRate" },
  };
}
