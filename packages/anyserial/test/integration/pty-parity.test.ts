// Parity and 7 bits on an emulated port: its kernel drops both, and the C library of Debian fails with
// EINVAL where nothing else changes. Run by root and by an ordinary user.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";
import { RawApplication } from "../helpers/raw-application.ts";

for (const ask of ["PARENB", "CS7"] as const) {
  test(
    `every application may ask for ${ask}, not only the first`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      for (let round = 1; round <= 5; round++) {
        using application = new RawApplication(device.path);
        equal(application.ask(ask), true, `round ${round}`);
        equal(device.applicationOpen, true);
        application.close();
        equal(device.applicationOpen, false);
      }
    }),
  );
}

test(
  "an application that waits for an answer may close, open again at once, and ask for parity again",
  leakFree(async () => {
    await using device = await createVirtualPort();
    for (let round = 1; round <= 20; round++) {
      using application = new RawApplication(device.path);
      equal(application.ask("PARENB"), true, `round ${round}`);
      application.write("request");
      equal((await device.receive()).length, 7);
    }
  }),
);

test(
  "an application may ask for parity on a port that it has open, a moment after it opened it",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using application = new RawApplication(device.path);
    application.set(() => ({}));
    application.set(({ cflag }) => ({ cflag: cflag | 0x800, iflag: 0, oflag: 0, lflag: 0 }));

    await until("it takes it", () => application.ask("PARENB"));
  }),
);
