// The line coding of the USB class for communication devices. Pure. USB PSTN subclass 1.2, section 6.3.10.

import { dataBitsOf, PARITIES, STOP_BITS, type UartSettings } from "./uart-state.ts";

/** Its length, and 9600 baud with 8 data bits. */
export const LINE_CODING = { bytes: 7, initial: [0x80, 0x25, 0, 0, 0, 0, 8] } as const;

/**
 * Reads the framing.
 *
 * @param coding A whole line coding; the rate is in its first four bytes.
 */
export function decodeFraming(
  coding: Uint8Array,
): Pick<UartSettings, "dataBits" | "parity" | "stopBits"> {
  return {
    stopBits: STOP_BITS[coding[4] ?? 0] ?? 1,
    parity: PARITIES[coding[5] ?? 0] ?? "none",
    dataBits: dataBitsOf(coding[6] ?? 8),
  };
}
