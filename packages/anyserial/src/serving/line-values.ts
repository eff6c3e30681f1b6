// Values of RFC 2217 for settings and lines of a port, and back. Pure.

import type { DataBits, Parity, StopBits } from "../config/config.ts";
import { CONTROL, type ComPortMessage } from "../remote/com-port.ts";
import type { LineFlow, LineSettings } from "./served-line.ts";

/** A message that sets or asks for one setting. */
export type SettingMessage = Extract<
  ComPortMessage,
  { readonly kind: "baudRate" } | { readonly value: number }
>;

const PARITIES: readonly Parity[] = ["none", "odd", "even", "mark", "space"];
const STOP_BITS: readonly StopBits[] = [1, 2, 1.5];
const FLOWS = new Map<number, LineFlow>([
  [CONTROL.flowNone, "none"],
  [CONTROL.flowXonXoff, "xonXoff"],
  [CONTROL.flowRtsCts, "rtsCts"],
  [CONTROL.flowDsr, "dtrDsr"],
]);
const INBOUND_FLOWS = new Map<number, LineFlow>([
  [CONTROL.inboundNone, "none"],
  [CONTROL.inboundXonXoff, "xonXoff"],
  [CONTROL.inboundRtsCts, "rtsCts"],
  [CONTROL.inboundDtr, "dtrDsr"],
]);

/** The flow control that a value of SET-CONTROL asks for; `undefined` for a value with another subject. */
export function flowOf(value: number): LineFlow | undefined {
  return FLOWS.get(value) ?? INBOUND_FLOWS.get(value);
}

/** The value of SET-CONTROL that says which flow control is in force. */
export function flowValue(group: "flow" | "inboundFlow", flow: LineFlow): number {
  for (const [value, named] of group === "flow" ? FLOWS : INBOUND_FLOWS) {
    if (named === flow) return value;
  }
  return group === "flow" ? CONTROL.flowNone : CONTROL.inboundNone;
}

/** The value of the setting in force. */
export function settingValue(kind: string, settings: LineSettings): number {
  if (kind === "baudRate") return settings.baudRate;
  if (kind === "dataBits") return settings.dataBits;
  if (kind === "parity") return PARITIES.indexOf(settings.parity) + 1;
  return STOP_BITS.indexOf(settings.stopBits) + 1;
}

/** `undefined` for a question, and for a value without a meaning. */
export function changesOf({ kind, value }: SettingMessage): Partial<LineSettings> | undefined {
  if (kind === "baudRate") return value > 0 ? { baudRate: value } : undefined;
  if (kind === "dataBits")
    return value >= 5 && value <= 8 ? { dataBits: value as DataBits } : undefined;
  if (kind === "parity") {
    const parity = PARITIES[value - 1];
    return parity === undefined ? undefined : { parity };
  }
  const stopBits = STOP_BITS[value - 1];
  return stopBits === undefined ? undefined : { stopBits };
}
