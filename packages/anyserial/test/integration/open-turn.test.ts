// A device that greets as soon as its port is opened wakes within open(2): the opener goes first if its turn of
// the processor has just begun. How many greetings are lost is counted by `npm run bench -- greeting`.

import { deepEqual, equal } from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { inspectSerialPort, openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";

/** Descriptors of this program that lead to the path. */
function descriptorsOf(path: string): number {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ""; // the one of this listing
    }
  });
  return links.filter((link) => link === path).length;
}

/** Records how many descriptors of the port there were at each sleep that blocks. */
function recordSleeps(t: TestContext, path: string): number[] {
  const sleeps: number[] = [];
  t.mock.method(Atomics, "wait", () => {
    sleeps.push(descriptorsOf(path));
    return "timed-out";
  });
  return sleeps;
}

test("opening sleeps once, right before open(2)", async (t) => {
  await using device = await createVirtualPort();
  const sleeps = recordSleeps(t, device.path);

  await using port = await openSerialPort(device.path, { exclusive: false });
  deepEqual(sleeps, [0]);
  openSerialPortSync(device.path, { exclusive: false }).close();

  deepEqual(sleeps, [0, 1]);
  equal(port.isOpen, true);
});

test("opening without discarding, and inspecting, do not sleep", async (t) => {
  await using device = await createVirtualPort();
  const sleeps = recordSleeps(t, device.path);

  await inspectSerialPort(device.path);
  await using port = await openSerialPort(device.path, { discardInputOnOpen: false });

  deepEqual(sleeps, []);
  equal(port.isOpen, true);
});
