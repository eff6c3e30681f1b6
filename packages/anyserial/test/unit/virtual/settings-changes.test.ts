// Changes of an emulated port: who is told, and until when.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import type { EmulatedBackendPort } from "../../../dist/backend/emulated-port.js";
import type { PortLifecycle } from "../../../dist/io/port-lifecycle.js";
import { PtyChanges } from "../../../dist/virtual/settings-changes.js";

test("PtyChanges.iterate() that is ended before its first call reports nothing any more", async () => {
  const port: Pick<EmulatedBackendPort, "isApplicationOpen" | "onPresence"> = {
    isApplicationOpen: () => false,
    onPresence: undefined,
  };
  const core = { port, isOpen: true, closed: new Promise(() => undefined) };
  const changes = new PtyChanges(
    core as unknown as PortLifecycle<EmulatedBackendPort>,
    () => ({}) as never, // settings that never change
  );
  const iterator = changes.iterate(undefined);
  equal(typeof port.onPresence, "function");

  await iterator.return(undefined);

  equal(port.onPresence, undefined);
});
