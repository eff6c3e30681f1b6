// Programs that have a device open, by events that the kernel merges: the certain conclusions.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { OpenerCount, type PresenceEvent } from "../../../dist/posix/opener-count.js";

const NOTHING = { wasVisited: false, changedHands: false };
const VISITED = { wasVisited: true, changedHands: false };
const CHANGED = { wasVisited: true, changedHands: true };

const batches: readonly {
  readonly what: string;
  readonly events: readonly PresenceEvent[] | undefined;
  readonly visits?: number;
  readonly says: object;
}[] = [
  { what: "an application that comes", events: ["open"], says: NOTHING },
  { what: "one that comes and goes at once", events: ["open", "close"], says: VISITED },
  { what: "an own visit", events: ["open", "close"], visits: 1, says: NOTHING },
  { what: "lost events", events: undefined, says: VISITED },
  {
    what: "an own visit and one that comes",
    events: ["open", "close", "open"],
    visits: 1,
    says: NOTHING,
  },
  {
    what: "an own visit and one that comes and goes",
    events: ["open", "close", "open", "close"],
    visits: 1,
    says: VISITED,
  },
  {
    what: "one that goes and another that comes",
    events: ["open", "close", "open"],
    says: CHANGED,
  },
  {
    what: "a second one that goes and a third that comes",
    events: ["open", "open", "close", "open"],
    says: VISITED,
  },
];

for (const { what, events, visits = 0, says } of batches) {
  test(`OpenerCount.follow() says what ${what} means`, () => {
    deepEqual(new OpenerCount().follow(events, visits), says);
  });
}

test("OpenerCount continues from the result of a query", () => {
  const openers = new OpenerCount();
  openers.follow(["open"], 0); // of two that opened it: the kernel merged the events
  openers.follow(["close"], 0);
  openers.correct(true);

  deepEqual(openers.follow(["open"], 0), NOTHING);
  openers.correct(true);
  deepEqual(openers.follow(["close"], 0), VISITED);
  openers.correct(false);
  deepEqual(openers.follow(["open"], 0), NOTHING);
});
