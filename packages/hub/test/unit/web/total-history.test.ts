// Counters of the whole hub over a minute.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type * as History from "../../../web/state/total-history.ts";
import { snapshotOf } from "../../helpers/service-fixtures.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { TotalHistory } = await loadWebModule<typeof History>("state/total-history.ts");

function status(uptimeMs: number, ...bytes: readonly number[]) {
  const members = bytes.map((sent, at) => ({
    name: `m${at}`,
    in: { bytes: sent, messages: sent / 10 },
    dropped: { bytes: 2 * sent, messages: 1 },
    stalls: at,
  }));
  return { ...snapshotOf(...members), uptimeMs, file: "/h.yaml" };
}

test("TotalHistory adds the members up, and divides by the time between two states", () => {
  const totals = new TotalHistory();

  totals.add(status(1000, 100, 200));
  totals.add(status(3000, 200, 500));

  deepEqual(totals.of("bytes"), { sum: 700, history: [200] });
  deepEqual(totals.of("messages"), { sum: 70, history: [20] });
  deepEqual(totals.of("lost"), { sum: 1400, history: [400] });
  deepEqual(totals.of("stalls"), { sum: 1, history: [0] });
});

test("TotalHistory shows nothing negative when a member leaves or a hub is started anew", () => {
  const totals = new TotalHistory();

  totals.add(status(1000, 100, 200));
  totals.add(status(2000, 100));
  totals.add(status(500, 5));

  deepEqual(totals.of("bytes"), { sum: 5, history: [0] });
});

test("TotalHistory keeps a minute", () => {
  const totals = new TotalHistory();

  for (let second = 0; second < 200; second++) totals.add(status(1000 * second, second));

  equal(totals.of("bytes").history.length, 60);
});
