// Capabilities of Windows; `unknown` depends on the driver.

import { createCapabilities, type SerialCapabilities } from "../model/capabilities.ts";

/** The record of the platform. */
export const WINDOWS_CAPABILITIES: SerialCapabilities = createCapabilities("win32", "windows", {
  customBaudRate: "supported",
  markSpaceParity: "supported",
  onePointFiveStopBits: "supported",
  xonXoff: "supported",
  rtsCts: "supported",
  dtrDsr: "supported",
  modemLines: "unknown",
  modemLineEvents: "unknown",
  breakSignal: "unknown",
  exclusiveAccess: "supported",
  inputWaiting: "supported",
  outputWaiting: "supported",
  lineErrorCounters: "supported",
  portDiscovery: "supported",
});
