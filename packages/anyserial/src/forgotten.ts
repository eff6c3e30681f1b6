// Ports that were garbage-collected while open: a loud warning, and the descriptor is closed.

import type { BackendPort } from "./backend/backend.ts";
import { removeOpenPort } from "./io/open-ports.ts";

/** What is left of a port that nobody holds. */
export interface Forgotten {
  /** Path to name in the warning. */
  readonly path: string;
  /** Stack of who opened it, as {@link callSite} tells it. */
  readonly openedAt: string;
  /** What to close; must not refer to the public object. */
  readonly backendPort: BackendPort;
}

const registry = new FinalizationRegistry<Forgotten>(({ path, openedAt, backendPort }) => {
  removeOpenPort(backendPort);
  backendPort.abandon();
  process.emitWarning(`Serial port "${path}" was garbage-collected while open`, {
    type: "SerialResourceWarning",
    code: "ERR_SERIAL_FORGOTTEN",
    detail: `Close every port with close() or "await using". It was opened\n${openedAt}`,
  });
});

/** The stack of the caller's caller. */
export function callSite(): string {
  return new Error("").stack?.split("\n").slice(3).join("\n") ?? "";
}

/**
 * Watches a port until it ends.
 *
 * @param port The public object; when nobody holds it any more, the port is closed.
 * @param forgotten What to close then, and what to warn of.
 */
export function watchForgotten(
  port: { readonly closed: Promise<unknown> },
  forgotten: Forgotten,
): void {
  const token = {};
  registry.register(port, forgotten, token);
  void port.closed.then(() => registry.unregister(token));
}
