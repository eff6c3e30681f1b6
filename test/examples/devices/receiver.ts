// A GNSS receiver: sentences of NMEA 0183.

import { xor8 } from "anyserial/framing";

/** Puts a sentence together. */
export function sentence(body: string): string {
  const [sum = 0] = xor8(Buffer.from(body));
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}
