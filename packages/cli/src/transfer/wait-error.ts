// The awaited bytes did not arrive in time: the error behind exit code 124.

import { formatDuration } from "../options/duration.ts";

/** Details for the message. */
export interface WaitErrorDetails {
  /** Port that was waited for. */
  readonly path: string;
  /** How long, in milliseconds. */
  readonly timeoutMs: number;
  /** What to do next. */
  readonly hint: string;
}

/** A `--timeout` is over. */
export class WaitError extends Error {
  override readonly name = "TimeoutError";
  /** Stable code. */
  readonly code = "ERR_TIMEOUT";
  /** Port that was waited for. */
  readonly path: string;
  /** What to do next. */
  readonly hint: string;

  /**
   * @param what The action that was not done in time, as in `Cannot send to`.
   * @param details Port, time and hint.
   */
  constructor(what: string, details: WaitErrorDetails) {
    const time = formatDuration(details.timeoutMs);
    super(`${what} port "${details.path}": not done within ${time}`);
    this.path = details.path;
    this.hint = details.hint;
  }
}
