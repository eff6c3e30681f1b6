// Ports that their owner does not close: ports that are garbage-collected, and settings at process
// exit.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { alive } from "@anyserial/test-support/alive";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { ffi } from "../../dist/ffi/koffi.js";
import { type Child, startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

const TIOCGEXCL = 0x8004_5440; // <asm-generic/ioctls.h>
const DONE = { code: 0, signal: null };

test(
  "a port that is garbage-collected while open is closed, with a warning that says where it was opened",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using other = await createVirtualPort();
    await using child = startFixture("forget-port", {
      args: [device.path, other.path],
      execArgv: ["--expose-gc"],
    });
    const warning = (await child.message()) as Record<string, string>;

    equal(warning["name"], "SerialResourceWarning");
    equal(warning["code"], "ERR_SERIAL_FORGOTTEN");
    match(warning["message"] ?? "", new RegExp(`"${device.path}"`));
    match(warning["detail"] ?? "", /openAndForget .*forget-port/);
    equal(device.applicationOpen, false);

    // A port with a pending call is not forgotten, even without a reference.
    equal(other.applicationOpen, true);
    await other.send(Buffer.from("news"));
    deepEqual(await child.message(), { received: "news" });
    await expectDone(child);
  }),
);

for (const how of ["exit", "end"]) {
  test(
    `a lock against other openers is given up when its process ends by itself (${how})`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      await using watching = await openSerialPort(device.path);
      await using child = startFixture("hold-port", {
        args: [device.path, JSON.stringify({ exclusive: true }), how],
      });
      await child.message();
      equal(isExclusive(watching.fd), true);
      child.process.stdin?.end();

      await expectDone(child);
      equal(isExclusive(watching.fd), false);
    }),
  );
}

test(
  "close() gives up the lock against other openers while another program has the port open",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using watching = await openSerialPort(device.path);
    const port = await openSerialPort(device.path, { exclusive: true });
    equal(isExclusive(watching.fd), true);
    await port.close();

    equal(isExclusive(watching.fd), false);
  }),
);

test(
  "closed resolves with undefined after close(), also for an idle port",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const port = await openSerialPort(device.path);
    const closed = alive(port.closed);
    await port.close();

    equal(await closed, undefined);
    await until("the application is gone", () => !device.applicationOpen);
  }),
);

async function expectDone(child: Child): Promise<void> {
  const { code, signal } = await child.ended();
  deepEqual({ code, signal }, DONE);
}

function isExclusive(fd: number | undefined): boolean {
  const ioctl = ffi
    .program()
    .bind<(fd: number, request: number, into: Uint8Array) => number>("ioctl", "int", [
      "int",
      "ulong",
      "bytes",
    ]);
  const cell = new Int32Array(1);
  equal(ioctl(fd as number, TIOCGEXCL, new Uint8Array(cell.buffer)), 0);
  return cell[0] !== 0;
}
