// Waiting for events without anybody who waits: no thread is started then, and no event stays open. The
// thread itself runs under Wine.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ffi, NativeLibrary } from "../../../dist/ffi/ffi.js";
import { waitForEvents } from "../../../dist/windows/completion/event-waiter.js";
import { bindEvents, type EventCalls } from "../../../dist/windows/completion/events.js";

const THREAD_MISSING = "a thread would have to load kernel32";

function fakeCalls(created: number): { readonly calls: EventCalls; readonly closed: number[] } {
  const closed: number[] = [];
  return {
    closed,
    calls: {
      create: () => created,
      close: (event) => void closed.push(event),
      set: () => assert.fail(THREAD_MISSING),
      waitAny: () => assert.fail(THREAD_MISSING),
    },
  };
}

const NOBODY = {
  pointerSize: 8,
  onSet: () => assert.fail(THREAD_MISSING),
  onFailed: () => assert.fail(THREAD_MISSING),
} as const;

test("waitForEvents() closes its events when it was never used", () => {
  const { calls, closed } = fakeCalls(9);
  const waiter = waitForEvents({ ...NOBODY, calls, events: [4, 5] });
  assert.ok(typeof waiter !== "number");

  waiter.setAlive(false);
  assert.deepEqual(closed, []);
  waiter.close();
  waiter.close();
  waiter.setAlive(true);

  assert.deepEqual(closed, [9, 4, 5]);
});

test("waitForEvents() closes its events when there is none to wake its thread", () => {
  const { calls, closed } = fakeCalls(-4);

  assert.equal(waitForEvents({ ...NOBODY, calls, events: [4, 5] }), -4);
  assert.deepEqual(closed, [4, 5]);
});

for (const [pointerSize, bytes] of [
  [8, "0400000000000000" + "c000000000000000"],
  [4, "04000000" + "c0000000"],
] as const) {
  test(`bindEvents() passes handles of ${pointerSize} bytes`, () => {
    const given: unknown[] = [];
    let answer = 1;
    const functions: Record<string, unknown> = {
      GetLastError: () => 8,
      CreateEventW: (...args: unknown[]) => {
        given.push(args);
        return 0;
      },
      WaitForMultipleObjects: (
        ...[count, events, all, ms]: [number, Uint8Array, number, number]
      ) => {
        given.push([count, Buffer.from(events).toString("hex"), all, ms]);
        return answer;
      },
    };
    const library = { bind: (name: string) => functions[name] } as unknown as NativeLibrary;
    const events = bindEvents({ load: () => library } as unknown as Ffi, pointerSize);

    assert.equal(events.create(), -8);
    assert.equal(events.waitAny([4, 0xc0], 1000), 1);
    answer = 258; // WAIT_TIMEOUT
    assert.equal(events.waitAny([4, 0xc0], 0), undefined);
    answer = 0xffff_ffff; // WAIT_FAILED
    assert.equal(events.waitAny([4, 0xc0], 0), -8);

    assert.deepEqual(given.slice(0, 2), [
      [0n, 0, 0, 0n],
      [2, bytes, 0, 1000],
    ]);
  });
}
