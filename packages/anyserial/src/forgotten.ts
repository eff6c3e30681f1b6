// Ports that were garbage-collected while open: a loud warning, and the descriptor is closed.

import type { BackendPort } from "./backend/backend.ts";
import { removeOpenPort } from "./io/open-ports.ts";

interface Forgotten {
  readonly path: string;
  readonly openedAt: string;
  readonly backendPort: BackendPort;
}

const registry = new FinalizationRegistry<Forgotten>(({ path, openedAt, backendPort }) => {
  removeOpenPort(backendPort);
  backendPort.abandon();
  process.emitWarning(`Serial port "${path}" was garbage-collected while open`, {
    type: "SerialResourceWarning",
    code: "ERR_SERIAL_FORGOTTEN",
    detail: `Close every port with close() or "await using". It was opened${openedAt}`,
  });
});

/**
 * Watches a port until it ends.
 *
 * @param port The public object; when nobody holds it any more, the port is closed.
 * @param path Path to name in the warning.
 * @param backendPort What to close; must not refer to `port`.
 */
export function watchForgotten(
  port: { readonly closed: Promise<unknown> },
  path: string,
  backendPort: BackendPort,
): void {
  const token = {};
  const openedAt = new Error("").stack?.split("\n").slice(2).join("\n") ?? "";
  registry.register(port, { path, openedAt: `\n${openedAt}`, backendPort }, token);
  void port.closed.then(() => registry.unregister(token));
}
