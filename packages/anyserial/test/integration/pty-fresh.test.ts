// An emulated port after its last application: it loses the state that a real terminal loses with
// its last close, and keeps the rest. Run by root and by an ordinary user: TIOCEXCL does not stop
// root.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { leakFree } from "../helpers/leak-free.ts";
import { eventsHandled, expectToWork } from "../helpers/next-application.ts";
import { RawApplication } from "../helpers/raw-application.ts";

const XOFF = Uint8Array.of(0x13);

const IXON = 0x400;

const ICANON_ECHO = 0x2 | 0x8;

/** State that an application may leave behind. */

const LEFT: readonly {
  readonly what: string;
  /** @returns The bytes that it wrote meanwhile. */
  readonly leave: (application: RawApplication, device: VirtualPort) => string | Promise<string>;
}[] = [
  { what: "exclusive use", leave: quietly((application) => application.claim()) },
  { what: "stopped output", leave: quietly((application) => application.stopOutput()) },
  { what: "a line discipline", leave: quietly((application) => application.takeDiscipline()) },
  {
    what: "output stopped by a received XOFF",
    leave: async (application, device) => {
      application.set(({ iflag }) => ({ iflag: iflag | IXON }));
      await device.send(XOFF);
      let written = "";
      await until("its output is stopped", () => {
        if (application.write("x") === 0) return true;
        written += "x";
        return false;
      });
      return written;
    },
  },
];

function quietly(
  leave: (application: RawApplication) => void,
): (application: RawApplication) => string {
  return (application) => {
    leave(application);
    return "";
  };
}

for (const { what, leave } of LEFT) {
  test(
    `an application finds a port that works, though the one before left ${what}`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      const first = new RawApplication(device.path);
      const written = await leave(first, device);
      equal(device.applicationOpen, true);
      first.close();

      equal(device.applicationOpen, false); // the look makes it fresh
      await expectToWork(device, written);
    }),
  );

  test(
    `an emulated port without any query is fresh by itself after ${what}`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      const first = new RawApplication(device.path);
      const written = await leave(first, device);
      first.close();
      await eventsHandled();

      await expectToWork(device, written);
    }),
  );
}

test(
  "an application that came and went before anybody looked leaves a fresh port as well",
  leakFree(async () => {
    await using device = await createVirtualPort();
    for (let round = 0; round < 3; round++) {
      const visitor = new RawApplication(device.path);
      visitor.claim();
      visitor.takeDiscipline();
      visitor.close();
      await eventsHandled();

      await expectToWork(device);
    }
  }),
);

test(
  "an application that opens just after another one closed is not held by output that the other stopped",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const first = new RawApplication(device.path);
    await until("it is seen", () => device.applicationOpen);
    await eventsHandled();
    first.stopOutput();
    first.close();
    using second = new RawApplication(device.path);
    equal(second.write("x"), 0);

    await until("its output goes on", () => second.write("x") === 1);
  }),
);

test(
  "output that an application stopped stays stopped when another one comes and goes",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using application = new RawApplication(device.path);
    await eventsHandled();
    application.stopOutput();
    new RawApplication(device.path).close();
    await eventsHandled();

    equal(application.write("x"), 0);
  }),
);

test(
  "the window size is forgotten with the last close",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const first = new RawApplication(device.path);
    first.windowSize = [24, 80];
    deepEqual(first.windowSize, [24, 80]);
    equal(device.applicationOpen, true);
    first.close();
    equal(device.applicationOpen, false);

    using second = new RawApplication(device.path);
    deepEqual(second.windowSize, [0, 0]);
  }),
);

for (const exclusive of [false, true]) {
  test(
    `rate, stop bits, line mode and echo stay for the next application, exclusive use ${exclusive}`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      const port = await openSerialPort(device.path, { baudRate: 2400, stopBits: 2 });
      using cooked = new RawApplication(device.path);
      await port.close();
      cooked.set(({ lflag }) => ({ lflag: lflag | ICANON_ECHO }));
      if (exclusive) cooked.claim();
      equal(device.applicationOpen, true);
      cooked.close();
      equal(device.applicationOpen, false);

      const { baudRate, stopBits, raw, echo } = device.settings();
      deepEqual(
        { baudRate, stopBits, raw, echo },
        { baudRate: 2400, stopBits: 2, raw: false, echo: true },
      );
    }),
  );
}
