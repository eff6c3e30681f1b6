// The library's timers: the runtime's own, and those that stand in for them.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import nodeTimers from "node:timers";
import { standInTimers } from "../../../dist/process/stand-in-timers.js";
import { nextTurn, setImmediate, setTimeout, sleep } from "../../../dist/process/timers.js";
import { runScript } from "../../helpers/run-script.ts";

test("the library's timers are those of the runtime", () => {
  equal(setTimeout, nodeTimers.setTimeout);
  equal(setImmediate, nodeTimers.setImmediate);
});

test("nextTurn() lets immediates run that were scheduled before", async () => {
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });

  await nextTurn();

  equal(hasRun, true);
});

test("sleep() rejects with the signal's reason, before and during, and leaves no listener", async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, { signal: controller.signal });
  controller.abort("enough");

  await rejects(sleeping, (reason) => reason === "enough");
  await rejects(sleep(60_000, { signal: controller.signal }), (reason) => reason === "enough");
  equal(getEventListeners(controller.signal, "abort").length, 0);
});

test("sleep() ends by itself, and leaves no listener", async () => {
  const { signal } = new AbortController();

  await sleep(1, { signal });

  equal(getEventListeners(signal, "abort").length, 0);
});

test("standInTimers() runs immediates in order, without those that were cleared", async () => {
  const timers = standInTimers();
  const ran: string[] = [];

  await new Promise<void>((resolve) => {
    timers.setImmediate(() => ran.push("first"));
    timers.clearImmediate(timers.setImmediate(() => ran.push("cleared")));
    timers.setImmediate(resolve);
    ran.push("at once");
  });

  deepEqual(ran, ["at once", "first"]);
});

test("standInTimers() runs a timer once, an interval until it is cleared", async () => {
  const timers = standInTimers();
  const ran: string[] = [];

  await new Promise<void>((resolve) => {
    timers.clearTimeout(timers.setTimeout(() => ran.push("cleared"), 1));
    timers.setTimeout(() => ran.push("once"), 1);
    const every = timers.setInterval(() => {
      ran.push("interval");
      if (ran.filter((name) => name === "interval").length < 3) return;
      timers.clearInterval(every);
      resolve();
    }, 1);
  });

  equal(ran.filter((name) => name === "once").length, 1);
  equal(ran.includes("cleared"), false);
});

const KEPT: readonly (readonly [string, string, string])[] = [
  ["an immediate", "timers.setImmediate(done)", "done"],
  ["a timer", "timers.setTimeout(done, 20)", "done"],
  ["a timer that was let go", "timers.setTimeout(done, 60_000).unref()", ""],
  ["a timer that was cleared", "timers.clearTimeout(timers.setTimeout(done, 60_000))", ""],
  ["an interval that was let go", "timers.setInterval(done, 60_000).unref()", ""],
];
for (const [name, start, output] of KEPT) {
  test(`standInTimers(): ${name} ${output === "" ? "lets the process end" : "keeps the process alive"}`, async () => {
    const { stdout, code, stderr } = await runScript(`
      import { standInTimers } from "./dist/process/stand-in-timers.js";
      const timers = standInTimers();
      const done = () => process.stdout.write("done");
      ${start};`);

    equal(code, 0, stderr);
    equal(stdout, output);
  });
}
