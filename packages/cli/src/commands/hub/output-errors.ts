// Which failed writes end a hub: those to a reader that went away. A disk that is full or broken loses lines.

import type { ClaimOutputError } from "../../command/command.ts";
import type { OutputStream } from "../../terminal/streams.ts";

const READER_GONE: readonly unknown[] = ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"];

/**
 * Decides about failed writes.
 *
 * @param stdout Standard output: only its reader matters.
 * @returns A function that claims the failures that the hub survives.
 */
export function outlivedBy(stdout: OutputStream): ClaimOutputError {
  const isTerminal = stdout.isTTY === true; // one that is gone answers with EIO
  return ({ code }, stream) => stream !== stdout || !(isTerminal || READER_GONE.includes(code));
}
