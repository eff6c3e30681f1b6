// The short way for a descriptor that arms itself anew and is the only one to talk.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { READABLE, type Watch, WRITABLE } from "../../../../dist/posix/readiness/readiness.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

interface SetUp {
  readonly system: FakeSystem;
  readonly watch: Watch;
  /** Reads of each descriptor, and whether the next ones find anything. */
  readonly reads: number[];
  readonly bytes: Map<number, boolean>;
  readonly room: number[];
  /** The poller has one event. */
  event(fd: number, ready?: number): void;
}

function setUp(forgetsDrained = true): SetUp {
  const system = new FakeSystem();
  system.forgetsDrained = forgetsDrained;
  const set = system.set(0);
  const [reads, room] = [[] as number[], [] as number[]];
  const bytes = new Map<number, boolean>();
  const listenTo = (fd: number): Watch => {
    const watch: Watch = set.watch(fd, {
      onReady: (ready) => {
        if ((ready & WRITABLE) !== 0) room.push(fd);
        if ((ready & READABLE) === 0) return;
        reads.push(fd);
        watch.found = bytes.get(fd) ?? true;
        watch.arm(READABLE);
      },
    });
    watch.arm(READABLE);
    return watch;
  };
  const watch = listenTo(5);
  listenTo(6);
  system.calls.length = 0;
  const event = (fd: number, ready = READABLE): void => {
    system.waiting.push([fd, ready]);
    system.ready();
  };
  return { system, watch, reads, bytes, room, event };
}

function collects({ calls }: FakeSystem): number {
  return calls.filter((call) => call === "collect").length;
}

test("Registry has the one that was alone twice read without asking the poller", () => {
  const { system, reads, event } = setUp();
  event(5);
  event(5);
  system.calls.length = 0;

  event(5);

  deepEqual(reads, [5, 5, 5]);
  equal(collects(system), 0);
});

test("Registry asks the poller after some reads of the one, so that others have their turn", () => {
  const { system, reads, event } = setUp();
  event(5);
  event(5);
  system.waiting.push([6, READABLE]); // beside all that 5 has to say

  for (let wake = 0; wake < 9; wake++) system.ready();

  equal(reads.indexOf(6), reads.length - 1);
  equal(reads.length, 2 + 8 + 1);
});

test("Registry asks the poller at once when the one has nothing to say", () => {
  const { reads, bytes, event } = setUp();
  event(5);
  event(5);
  bytes.set(5, false);

  event(6);

  deepEqual(reads, [5, 5, 5, 6]);
});

test("Registry asks the poller while two take turns", () => {
  const { system, reads, event } = setUp();

  for (const fd of [5, 6, 5, 6, 5, 6]) event(fd);

  deepEqual(reads, [5, 6, 5, 6, 5, 6]);
  equal(collects(system), 6);
});

test("Registry keeps the room that is waited for until the next look at the poller", () => {
  const { system, watch, room, event } = setUp();
  event(5);
  event(5);
  watch.arm(WRITABLE);
  system.waiting.push([5, WRITABLE]);

  for (let wake = 0; wake < 9; wake++) system.ready();

  deepEqual(room, [5]);
});

test("Registry does not read from a closed descriptor", () => {
  const { watch, reads, event } = setUp();
  event(5);
  event(5);
  watch.close();

  event(6);

  deepEqual(reads, [5, 5, 6]);
});

test("Registry always asks a poller that would wake it again for bytes read without it", () => {
  const { system, event } = setUp(false);

  for (let round = 0; round < 5; round++) event(5);

  equal(collects(system), 5);
});

test("Registry asks the poller again when the one does not arm itself anew", () => {
  const { system, watch, event } = setUp();
  event(5);
  event(5);
  watch.disarm(READABLE);
  system.calls.length = 0;

  event(6);

  equal(collects(system), 1);
});
