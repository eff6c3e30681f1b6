// Changes of the registry over a fake advapi32: when it is asked for the next one, what of a key that is
// not there, and that keys and events are given back.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventWaiterParts } from "../../../../dist/windows/completion/event-waiter.js";
import { deviceAbi } from "../../../../dist/windows/discovery/device-abi.js";
import { bindRegistry, Registry } from "../../../../dist/windows/discovery/registry.js";
import {
  type ChangeSource,
  watchRegistry,
} from "../../../../dist/windows/discovery/registry-changes.js";
import { FakeDevices } from "../../../helpers/fake-devices.ts";

const DEVICEMAP = "HARDWARE\\DEVICEMAP";
const CLASSES = "SYSTEM\\CurrentControlSet\\Control\\DeviceClasses";
const COMPORT = `${CLASSES}\\{86e0d1e0-8089-11d0-9ce4-08003e301f73}`;

class FakeEvents {
  readonly machine = new FakeDevices([]);
  readonly events = new Set<number>();
  readonly told: string[] = [];
  /** Events that can be made. */
  left = 10;
  waiter: EventWaiterParts | undefined;
  waiterError = 0;
  #next = 1;

  watch(): ChangeSource {
    const abi = deviceAbi("x64");
    assert.ok(abi !== undefined);
    const calls = {
      create: () => {
        if (this.left-- <= 0) return -4; // ERROR_TOO_MANY_OPEN_FILES
        this.events.add(this.#next);
        return this.#next++;
      },
      close: (event: number) => assert.ok(this.events.delete(event)),
      set: () => assert.fail("the waiter does that"),
      waitAny: () => assert.fail("the thread does that"),
    };
    const wait = (parts: EventWaiterParts) => {
      this.waiter = parts;
      if (this.waiterError !== 0) {
        for (const event of parts.events) calls.close(event);
        return this.waiterError;
      }
      return {
        setAlive: (alive: boolean) => void this.told.push(`alive ${alive}`),
        close: () => {
          for (const event of parts.events) calls.close(event);
        },
      };
    };
    return watchRegistry(
      { registry: new Registry(bindRegistry(this.machine.ffi), abi), calls, pointerSize: 8, wait },
      {
        onChange: () => void this.told.push("change"),
        onFailed: (error) => void this.told.push(`${error.code} ${error.winerror}`),
      },
    );
  }

  /** Keys that an event is asked for, each time that it is. */
  get watched(): string[] {
    return [...this.machine.notified.values()];
  }
}

test("watchRegistry() asks for the first change before it returns, of both keys", () => {
  const fake = new FakeEvents();

  fake.watch();

  assert.deepEqual(fake.watched, [DEVICEMAP, COMPORT]);
});

test("watchRegistry() asks for the next change before it reports one", () => {
  const fake = new FakeEvents();
  fake.watch();
  fake.machine.notified.clear();

  fake.waiter?.onSet(1);

  assert.deepEqual([fake.watched, fake.told], [[COMPORT], ["change"]]);
});

test("watchRegistry() watches all interfaces until there is one of a COM port", () => {
  const fake = new FakeEvents();
  fake.machine.missingKeys.add(COMPORT);

  fake.watch();

  assert.deepEqual(fake.watched, [DEVICEMAP, CLASSES]);
});

test("watchRegistry() opens a key again that was deleted", () => {
  const fake = new FakeEvents();
  fake.watch();
  fake.machine.missingKeys.add(COMPORT);
  fake.machine.notified.clear();

  fake.waiter?.onSet(1);

  assert.deepEqual([fake.watched, fake.told], [[CLASSES], ["change"]]);
});

test("watchRegistry() gives keys and events back", () => {
  const fake = new FakeEvents();

  fake.watch().close();

  assert.deepEqual([[...fake.machine.held.values()], fake.events.size], [[], 0]);
});

for (const [title, prepare, winerror] of [
  [
    "no key is there",
    (f: FakeEvents) => f.machine.missingKeys.add(DEVICEMAP).add(COMPORT).add(CLASSES),
    2,
  ],
  ["one of the keys may not be opened", (f: FakeEvents) => f.machine.deniedKeys.add(COMPORT), 5],
  [
    "the registry has no value",
    (f: FakeEvents) => f.machine.refused.add("RegNotifyChangeKeyValue"),
    5,
  ],
  [
    "there is no event for the second key",
    (f: FakeEvents) => {
      f.left = 1;
    },
    4,
  ],
  [
    "there is no event for the thread",
    (f: FakeEvents) => {
      f.waiterError = -4;
    },
    4,
  ],
] as const) {
  test(`watchRegistry() fails and gives all back when ${title}`, () => {
    const fake = new FakeEvents();
    prepare(fake);

    assert.throws(
      () => fake.watch(),
      (error: Error & { code?: string; winerror?: number }) =>
        error.code === "ERR_SERIAL_DISCOVERY" && error.winerror === winerror,
    );
    assert.deepEqual([[...fake.machine.held.values()], fake.events.size], [[], 0]);
  });
}

test("watchRegistry() reports that it cannot ask for the next change", () => {
  const fake = new FakeEvents();
  fake.watch();
  fake.machine.refused.add("RegNotifyChangeKeyValue");

  fake.waiter?.onSet(0);

  assert.deepEqual(fake.told, ["ERR_SERIAL_DISCOVERY 5"]);
  assert.deepEqual([[...fake.machine.held.values()], fake.events.size], [[], 0]);
});

test("watchRegistry() reports that its thread ended", () => {
  const fake = new FakeEvents();
  fake.watch();

  fake.waiter?.onFailed(new Error("no memory"));

  assert.deepEqual(fake.told, ["ERR_SERIAL_READINESS undefined"]);
  assert.deepEqual([...fake.machine.held.values()], []);
});
