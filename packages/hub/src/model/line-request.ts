// A request to set the lines of a real port.

import type { ControlLines } from "anyserial";

/** Lines of a real port to set, and a break to send. */
export interface LineRequest extends ControlLines {
  /** Length of a break, in milliseconds, 1 to 60000; sent after the lines are set. */
  readonly breakMs?: number | undefined;
}
