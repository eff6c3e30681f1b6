// A backend on ptys of the kernel, and what those lack.

import { createSerialConfig, type SerialConfigInput } from "anyserial";
import type { PtyPair } from "anyserial/testing";
import type { Backend } from "#internal/backend/backend.js";
import { openWith } from "#internal/open.js";
import { pairOnPty } from "#internal/testing/pty-pair.js";

const NO_LINE = "a pty has no line";

/** What no pair on ptys can do, with the reasons. */
export const PTY_LACKS = {
  framing: "the kernel's pty driver keeps 8 data bits and no parity",
  outputQueue: "a pty has no output queue: what is written is at the other side at once",
  modemLines: NO_LINE,
  modemLineCounts: NO_LINE,
  ring: NO_LINE,
  rtsCts: NO_LINE,
  break: NO_LINE,
  lineErrorCounters: NO_LINE,
  injectError: NO_LINE,
} as const;

/** Opens a port of the backend on a pty. */
export function openOnPty(backend: Backend, config: SerialConfigInput): Promise<PtyPair> {
  return pairOnPty((path) =>
    openWith(backend, { path, info: undefined }, createSerialConfig(config)),
  );
}
