// The system calls of one session on a Mac, as recorded in test/fixtures/traces/darwin.txt: the same on
// both CPUs.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { matchesRecorded } from "../../helpers/golden.ts";
import { Mac } from "../../helpers/mac-port.ts";
import { runSession } from "../../helpers/session.ts";

for (const cpu of ["x64", "arm64"]) {
  test(`a session makes the recorded calls on macOS for ${cpu}`, async () => {
    const mac = new Mac(cpu);
    const { kernel } = mac;
    kernel.driver.modemBits = 0x2 | 0x20 | 0x40; // DTR, CTS, CD

    await runSession({
      trace: kernel.trace,
      open: (config) => mac.openBackendPort(config),
      arrive: (...bytes) => {
        kernel.arrive(...bytes);
        mac.wake();
      },
    });

    matchesRecorded("darwin", kernel.trace);
    equal(kernel.openFds.size, 0);
  });
}
