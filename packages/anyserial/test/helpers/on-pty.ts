// A backend on ptys of the kernel, and the features that those lack.

import type { SerialConfigInput } from "anyserial";
import type { PtyPair } from "anyserial/testing";
import type { Backend } from "../../dist/backend/backend.js";
import { createSerialConfig } from "../../dist/config/config.js";
import { openWith } from "../../dist/port/open.js";
import { pairOnPty } from "../../dist/testing/pty-pair.js";

const NO_LINE = "a pty has no line";

/** Features that no pair on ptys has, with the reasons. */
export const PTY_LACKS = {
  framing: "the kernel's pty driver keeps 8 data bits and no parity",
  outputQueue: "a pty has no output queue: written bytes are at the other side at once",
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
