// An idle port costs nothing: no wake-up and no CPU time in any thread, counted by the kernel and
// read from outside, so that reading wakes no thread.

import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { type Child, startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

/** Nothing happens in it, and that is what is tested: there is no event to wait for. */
const WINDOW_MS = 1500;
/**
 * The engine works on for a while: it compiles and collects. A thread that polls shows in every
 * window.
 */
const MOST_WINDOWS = 6;

test(
  "an idle port wakes no thread and uses no CPU time",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("idle-port", {
      args: [device.path],
    });
    await child.message();
    let before = wakeUps(child);
    let after: Record<string, number> = {};
    for (let window = 0; window < MOST_WINDOWS; window++) {
      await sleep(WINDOW_MS);
      after = wakeUps(child);
      if (total(after) === total(before)) break;
      if (window < MOST_WINDOWS - 1) before = after;
    }

    deepEqual(after, before);
    equal((await device.receive()).length, 1);
  }),
);

test(
  "a port that is not idle is seen to wake its process",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("idle-port", { args: [device.path] });
    await child.message();
    const before = await quiet(child);
    await device.send(Buffer.from("x"));

    await until("it woke up", () => total(wakeUps(child)) > total(before));
    ok(child.pid > 0);
  }),
);

/** Times that each thread went to sleep, and CPU time of the process in clock ticks. */
function wakeUps({ pid }: Child): Record<string, number> {
  const tasks = `/proc/${pid}/task`;
  const switches = readdirSync(tasks).map((task) => {
    const status = readFileSync(`${tasks}/${task}/status`, "utf8");
    return [`thread ${task}`, Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1])];
  });
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Object.fromEntries([...switches, ["ticks", Number(fields[11]) + Number(fields[12])]]);
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The counts when nothing has changed for a moment. */
async function quiet(child: Child): Promise<Record<string, number>> {
  let last = wakeUps(child);
  return until("the program is quiet", async () => {
    await sleep(WINDOW_MS / 10);
    const now = wakeUps(child);
    const isSame = total(now) === total(last);
    last = now;
    return isSame && last;
  });
}
