// When a device is made fresh, and what happens where it cannot be.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Freshness, type FreshnessCalls } from "../../../dist/posix/freshness.js";

const SETTLED_MS = 20;
const RETRY_MS = 1000;

interface SetUp {
  readonly calls: string[];
  readonly kernel: { canForget: boolean; isHeld: boolean; canReplace: boolean };
  readonly freshness: Freshness;
}

function setUp(t: TestContext): SetUp {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const calls: string[] = [];
  const kernel = { canForget: true, isHeld: false, canReplace: true };
  const called = <T>(name: string, answer: T): T => {
    calls.push(name);
    return answer;
  };
  const parts: FreshnessCalls = {
    loosen: () => called("loosen", undefined),
    forget: () => called("forget", kernel.canForget),
    resume: () => called("resume", undefined),
    isHeld: () => called("isHeld", kernel.isHeld),
    replace: () => {
      calls.push("replace");
      if (!kernel.canReplace) throw new Error("no pty is left");
    },
    check: () => {
      calls.push("look");
      freshness.left();
    },
  };
  const freshness = new Freshness(parts);
  return { calls, kernel, freshness };
}

test("Freshness.left() costs nothing while the device was never used", (t) => {
  const { calls, freshness } = setUp(t);

  freshness.left();

  deepEqual(calls, []);
});

test("Freshness.left() makes a device fresh once after each use", (t) => {
  const { calls, freshness } = setUp(t);

  freshness.used();
  freshness.left();
  freshness.left();

  deepEqual(calls, ["loosen", "forget"]);
});

test("Freshness.left() replaces a pty that it cannot clear", (t) => {
  const { calls, kernel, freshness } = setUp(t);
  kernel.canForget = false;

  freshness.used();
  freshness.left();

  deepEqual(calls, ["loosen", "forget", "isHeld", "replace"]);
});

test("Freshness.left() leaves a pty alone that was opened meanwhile", (t) => {
  const { calls, kernel, freshness } = setUp(t);
  Object.assign(kernel, { canForget: false, isHeld: true });

  freshness.used();
  freshness.left();

  deepEqual(calls, ["loosen", "forget", "isHeld"]);
});

test("Freshness tries again once a second where there is no new pty, until there is one", (t) => {
  const { calls, kernel, freshness } = setUp(t);
  Object.assign(kernel, { canForget: false, canReplace: false });
  freshness.used();
  freshness.left();
  t.mock.timers.tick(RETRY_MS);
  kernel.canReplace = true;
  calls.length = 0;

  t.mock.timers.tick(RETRY_MS);
  t.mock.timers.tick(RETRY_MS);

  deepEqual(calls, ["look", "loosen", "forget", "isHeld", "replace"]);
});

test("Freshness.stop() ends pending work", (t) => {
  const { calls, kernel, freshness } = setUp(t);
  Object.assign(kernel, { canForget: false, canReplace: false });
  freshness.touched();
  freshness.used();
  freshness.left();
  calls.length = 0;

  freshness.stop();
  t.mock.timers.tick(RETRY_MS);

  deepEqual(calls, []);
});

test("Freshness loosens a terminal a moment after an opening", (t) => {
  const { calls, freshness } = setUp(t);

  freshness.touched();
  freshness.touched();
  deepEqual(calls, []);
  t.mock.timers.tick(SETTLED_MS);

  deepEqual(calls, ["loosen"]);
});

test("Freshness loosens a terminal at each request, but not at each part of a flood", (t) => {
  const { calls, freshness } = setUp(t);

  for (let request = 0; request < 3; request++) freshness.exchanged(8);
  deepEqual(calls, ["loosen", "loosen", "loosen"]);
  for (let part = 0; part < 3; part++) freshness.exchanged(4095);

  equal(calls.length, 3);
});
