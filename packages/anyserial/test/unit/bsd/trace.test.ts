// The system calls of one session, as recorded for each system in test/fixtures/traces. They are the same on
// each CPU: numbers and flags are in words, and what a struct looks like is checked while it is decoded.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { BsdMachine, FOUR_SYSTEMS } from "../../helpers/bsd-port.ts";
import { matchesRecorded } from "../../helpers/golden.ts";
import { runSession } from "../../helpers/session.ts";

for (const target of FOUR_SYSTEMS) {
  test(`a session makes the recorded calls on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const { kernel } = machine;
    kernel.driver.modemBits = 0x2 | 0x20 | 0x40; // DTR, CTS, CD

    await runSession({
      trace: kernel.trace,
      open: (config) => machine.openBackendPort(config),
      arrive: (...bytes) => {
        kernel.arrive(...bytes);
        machine.wake();
      },
    });

    matchesRecorded(kernel.facts.system, kernel.trace);
    equal(kernel.openFds.size, 0);
  });
}
