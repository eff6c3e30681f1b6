// The bits of GetCommModemStatus as lines. Pure.

import type { ModemLines } from "../model/modem-lines.ts";
import { MODEM } from "./abi.ts";

/** Reads the input lines out of a status. */
export function modemLinesOf(status: number): ModemLines {
  return {
    cts: (status & MODEM.MS_CTS_ON) !== 0,
    dsr: (status & MODEM.MS_DSR_ON) !== 0,
    ri: (status & MODEM.MS_RING_ON) !== 0,
    dcd: (status & MODEM.MS_RLSD_ON) !== 0,
  };
}
