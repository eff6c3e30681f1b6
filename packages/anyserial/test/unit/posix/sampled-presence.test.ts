import "@anyserial/test-support/fakeable-timers"; // first
import { equal } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { samplePresence } from "../../../dist/posix/sampled-presence.js";

/** A device, and the number of notifications to its owner. */
class Device {
  readonly path = "/dev/ttys007";
  open = false;
  awaited = false;
  isBroken = false;
  told = 0;
  #seen = false;
  readonly wasOpen = (): boolean => this.#seen;
  readonly isOpen = (): boolean => {
    if (this.isBroken) throw new Error("no look");
    this.#seen = this.open;
    return this.open;
  };
  readonly isAwaited = (): boolean => this.awaited;
  readonly onChange = (): void => {
    this.told++;
  };
}

function setUp(t: TestContext): { device: Device; stop: () => void; pass: () => void } {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const device = new Device();
  return { device, stop: samplePresence(device), pass: () => t.mock.timers.tick(200) };
}

test("samplePresence() reports each change once", (t) => {
  const { device, stop, pass } = setUp(t);

  pass();
  equal(device.told, 0);
  device.open = true;
  pass();
  equal(device.told, 1);
  device.open = false;
  pass();

  equal(device.told, 2);
  stop();
});

test("samplePresence() reports no change that its owner has seen by itself", (t) => {
  const { device, stop, pass } = setUp(t);
  device.open = true;
  device.isOpen();

  pass();

  equal(device.told, 0);
  stop();
});

test("samplePresence() wakes who waits for an open device, also where no change was seen", (t) => {
  const { device, stop, pass } = setUp(t);
  device.open = true;
  device.isOpen();
  device.awaited = true;

  pass();

  equal(device.told > 0, true);
  stop();
});

test("samplePresence() reports nothing after it is stopped", (t) => {
  const { device, stop, pass } = setUp(t);

  stop();
  device.open = true;
  pass();

  equal(device.told, 0);
});

test("samplePresence() goes on after a look that failed", (t) => {
  const { device, stop, pass } = setUp(t);
  device.open = true;

  device.isBroken = true;
  pass();
  equal(device.told, 0);
  device.isBroken = false;
  pass();

  equal(device.told, 1);
  stop();
});
