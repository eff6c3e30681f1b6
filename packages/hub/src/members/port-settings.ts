// The settings of an emulated port in the words of a configuration. Pure.

import type { VirtualPortSettings } from "anyserial/pty";
import type { MemberSettings } from "../model/types.ts";

/** Permission bits from a number or from octal digits; `undefined` stays so. */
export function modeOf(mode: number | string | undefined): number | undefined {
  return typeof mode === "string" ? Number.parseInt(mode, 8) : mode;
}

/** Settings of the application. */
export function settingsFrom(settings: VirtualPortSettings): MemberSettings {
  const { baudRate, dataBits, stopBits, parity, flowControl: flow, raw, echo } = settings;
  const software = flow.xonXoff ? "software" : "none";
  const flowControl = flow.rtsCts ? "hardware" : software;
  return { baudRate: baudRate ?? 0, dataBits, stopBits, parity, flowControl, raw, echo };
}
