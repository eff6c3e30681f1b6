// Rates of members, from the counters of the hub.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type * as History from "../../../web/state/rate-history.ts";
import { snapshotOf } from "../../helpers/service-fixtures.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { RateHistory } = await loadWebModule<typeof History>("state/rate-history.ts");

function status(uptimeMs: number, sent: number, received: number) {
  const [messages, file] = [0, "/h.yaml"];
  const counts = { in: { bytes: sent, messages }, out: { bytes: received, messages } };
  return { ...snapshotOf({ name: "a", ...counts }), uptimeMs, file };
}

test("RateHistory divides by the time between two states", () => {
  const rates = new RateHistory();

  rates.add(status(1000, 100, 0));
  rates.add(status(3000, 300, 50));

  deepEqual(rates.of("plant", "a"), { sent: 100, received: 25, history: [125] });
});

test("RateHistory has nothing for the first state, or a member that it does not know", () => {
  const rates = new RateHistory();
  rates.add(status(1000, 100, 0));

  deepEqual(rates.of("plant", "a"), { sent: 0, received: 0, history: [] });
  deepEqual(rates.of("plant", "b"), { sent: 0, received: 0, history: [] });
});

test("RateHistory shows no negative rate when a hub was started anew", () => {
  const rates = new RateHistory();
  rates.add(status(9000, 1000, 1000));
  rates.add(status(1000, 10, 10));
  rates.add(status(2000, 30, 10));

  deepEqual(rates.of("plant", "a"), { sent: 20, received: 0, history: [20] });
});

test("RateHistory keeps a minute", () => {
  const rates = new RateHistory();

  for (let second = 0; second < 200; second++) rates.add(status(1000 * second, second, 0));

  equal(rates.of("plant", "a").history.length, 60);
});
