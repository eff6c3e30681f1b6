// What Windows can do; `unknown` is for the driver to say.

import { createCapabilities, type SerialCapabilities } from "../capabilities.ts";

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
