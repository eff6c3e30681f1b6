// The events that a page keeps, and the number of those that it does not have.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type * as List from "../../../web/state/event-list.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { EventList, missingIn } = await loadWebModule<typeof List>("state/event-list.ts");

type Batch = Parameters<List.EventList["add"]>[0];

function batch(count: number, lost = 0, time = 5): Batch {
  const event = { type: "member-open", network: "plant", member: "a", time } as const;
  return { lost, events: Array.from({ length: count }, () => event) };
}

test("EventList has a mark before the events that follow lost ones", () => {
  const list = new EventList();

  list.add(batch(1));
  list.add(batch(2, 7, 9));

  const all = list.all.get();
  deepEqual(
    all.map(({ type }) => type),
    ["member-open", "missing", "member-open", "member-open"],
  );
  equal(missingIn(all), 7);
  deepEqual(all[1], { type: "missing", time: 9, count: 7 });
});

test("EventList counts the events that it forgets", () => {
  const list = new EventList();

  list.add(batch(1500, 7));
  list.add(batch(1500));
  list.add(batch(500));

  const all = list.all.get();
  equal(all.length, 2000);
  deepEqual(all[0], { type: "missing", time: 5, count: 7 + 3500 - 1999 });
  equal(all.filter(({ type }) => type === "missing").length, 1);
});
