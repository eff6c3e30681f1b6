// Ports that were garbage-collected while open: a loud warning, and the descriptor is closed.

import type { OpenPort } from "../backend/channel.ts";
import { removeOpenPort } from "../io/open-ports.ts";

const UNKNOWN = "    at an unknown place: this program changes how stacks are formatted";

/** The remains of a port that the program has dropped. */
export interface CollectedPort {
  /** Path to name in the warning. */
  readonly path: string;
  /** Stack of the caller that opened it, from {@link callSite}. */
  readonly openedAt: string;
  /** The port to close; must not refer to the public object. */
  readonly port: OpenPort;
}

const registry = new FinalizationRegistry<CollectedPort>(({ path, openedAt, port }) => {
  removeOpenPort(port);
  port.abandon();
  process.emitWarning(`Serial port "${path}" was garbage-collected while open`, {
    type: "SerialResourceWarning",
    code: "ERR_SERIAL_FORGOTTEN",
    detail: `Close every port with close() or "await using". It was opened\n${openedAt || UNKNOWN}`,
  });
});

/**
 * The stack of the caller's caller.
 *
 * @returns Lines of text; none where the program has its own way with stacks, by
 *   `Error.prepareStackTrace`, or none, by `Error.stackTraceLimit`.
 */
export function callSite(): string {
  try {
    const stack: unknown = new Error("").stack;
    return typeof stack === "string" ? stack.split("\n").slice(3).join("\n") : "";
  } catch {
    return ""; // an error of the program's own function does not concern the port
  }
}

/**
 * Watches a port until it ends.
 *
 * @param port The public object; when it is garbage-collected, the port is closed.
 * @param collected The port to close then, and the facts for the warning.
 */
export function closeWhenCollected(
  port: { readonly closed: Promise<unknown> },
  collected: CollectedPort,
): void {
  const token = {};
  registry.register(port, collected, token);
  void port.closed.then(() => registry.unregister(token));
}
