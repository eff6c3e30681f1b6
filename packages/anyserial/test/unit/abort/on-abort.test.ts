// One listener on a signal, however much waits for it.

import { deepEqual, equal } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { serialPortPair } from "anyserial/testing";
import { onAbort } from "../../../dist/abort/on-abort.js";

test("onAbort() runs every action once, in order, with one listener", () => {
  const controller = new AbortController();
  const ran: number[] = [];
  for (let n = 1; n <= 20; n++) onAbort(controller.signal, () => ran.push(n));

  equal(getEventListeners(controller.signal, "abort").length, 1);
  controller.abort();

  deepEqual(
    ran,
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test("onAbort() gives a way to take an action back, and leaves no listener with the last one", () => {
  const controller = new AbortController();
  const ran: string[] = [];
  const action = (): unknown => ran.push("same");
  const forgetFirst = onAbort(controller.signal, action);
  const forgetSecond = onAbort(controller.signal, action);

  forgetFirst();
  forgetFirst();
  equal(getEventListeners(controller.signal, "abort").length, 1);
  forgetSecond();
  equal(getEventListeners(controller.signal, "abort").length, 0);
  controller.abort();

  deepEqual(ran, []);
});

test("onAbort() listens anew on a signal that nothing waited on for a while", () => {
  const controller = new AbortController();
  const ran: string[] = [];

  onAbort(controller.signal, () => ran.push("first"))();
  onAbort(controller.signal, () => ran.push("second"));
  controller.abort();

  deepEqual(ran, ["second"]);
});

test("receives of many ports take one listener of a signal that they share", async () => {
  const controller = new AbortController();
  const pairs = await Promise.all(Array.from({ length: 12 }, () => serialPortPair()));

  const ends = pairs.map(({ a }) =>
    a.receive({ signal: controller.signal }).catch((reason: unknown) => reason),
  );

  equal(getEventListeners(controller.signal, "abort").length, 1);
  controller.abort("enough");
  deepEqual(new Set(await Promise.all(ends)), new Set(["enough"]));
  for (const { a, b } of pairs) await Promise.all([a.close(), b.close()]);
});
