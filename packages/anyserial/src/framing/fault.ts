// Faults of bytes that are no message. Pure.

import type { Fault } from "./splitter.ts";

/** A message that is longer than it may be. */
export function tooLong(maxLength: number): Fault {
  return { code: "ERR_SERIAL_FRAME_TOO_LONG", state: `it is longer than ${maxLength} bytes` };
}

/** A message whose end is missing when the stream ends. */
export const INCOMPLETE: Fault = {
  code: "ERR_SERIAL_INCOMPLETE",
  state: "the stream ended before it did",
};
