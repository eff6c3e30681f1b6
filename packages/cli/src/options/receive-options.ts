// Options shared by the commands that receive for scripts.

import { parseEscapes } from "../text/escapes.ts";
import { UsageError } from "./usage-error.ts";

/** Options of `receive`, and of `send` for the reply. */
export const RECEIVE_OPTIONS = {
  until: {
    kind: "text",
    value: "TEXT",
    help: "Receive up to and including TEXT; \\n, \\r, \\t, \\0, \\e and \\xHH are understood",
  },
  timeout: {
    kind: "duration",
    value: "TIME",
    help: "Give up after TIME: 500ms, 2s, 1m",
  },
  raw: {
    kind: "flag",
    help: "Let control characters through to a terminal; into a pipe or file they always pass",
  },
} as const;

/**
 * Reads the value of `--until`.
 *
 * @param text The option's value; `undefined` when the option was not given.
 * @returns Its bytes.
 * @throws {@link UsageError} `ERR_USAGE` — it is empty or has an unknown escape.
 */
export function delimiterOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const bytes = parseEscapes(text);
  if (bytes === undefined || bytes.length === 0) {
    throw new UsageError(`--until cannot be "${text}"`, "give text; a backslash is written \\\\");
  }
  return bytes;
}
