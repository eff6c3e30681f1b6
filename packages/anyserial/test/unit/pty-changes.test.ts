// Changes of an emulated port: who is told, and until when.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import type { PtyBackendPort } from "#internal/backend/backend.js";
import type { PortCore } from "#internal/io/port-core.js";
import { PtyChanges } from "#internal/pty-changes.js";

test("PtyChanges.iterate() that is ended before it was asked for anything tells nobody any more", async () => {
  const port: Pick<PtyBackendPort, "isApplicationOpen" | "onPresence"> = {
    isApplicationOpen: () => false,
    onPresence: undefined,
  };
  const core = { isOpen: true, closed: new Promise(() => undefined) };
  const changes = new PtyChanges(
    core as unknown as PortCore,
    port as unknown as PtyBackendPort,
    () => ({}) as never, // settings that never change
  );
  const iterator = changes.iterate(undefined);
  equal(typeof port.onPresence, "function");

  await iterator.return(undefined);

  equal(port.onPresence, undefined);
});
