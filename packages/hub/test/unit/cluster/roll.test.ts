// Which hubs are there, from descriptions that stay and leases that vanish.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Roll } from "../../../dist/cluster/nats/roll.js";

/** A roll, with all that it reported. */
function watched(): { readonly roll: Roll; readonly reports: string[] } {
  const reports: string[] = [];
  const roll = new Roll((hub, text) => reports.push(`${hub} ${text ?? "is gone"}`));
  return { roll, reports };
}

test("Roll reports a hub with an old description once it has a lease", () => {
  const { roll, reports } = watched();

  roll.described("a", "old", undefined);
  deepEqual(reports, []);
  roll.listed(new Set(["a", "b"]), 10);

  deepEqual(reports, ["a old"]);
});

test("Roll reports a new description at once", () => {
  const { roll, reports } = watched();

  roll.described("a", "new", 5);

  deepEqual(reports, ["a new"]);
});

test("Roll reports that a hub is gone when its lease has vanished", () => {
  const { roll, reports } = watched();
  roll.described("a", "text", 5);
  roll.listed(new Set(["a"]), 10);

  roll.listed(new Set(), 20);
  roll.listed(new Set(), 30);

  deepEqual(reports.slice(2), ["a is gone"]);
});

test("Roll keeps a hub that described itself after the servers were asked for the list", () => {
  const { roll, reports } = watched();

  roll.described("a", "text", 15);
  roll.listed(new Set(), 10);

  deepEqual(reports, ["a text"]);
});

test("Roll reports that a hub is gone when it takes its description back, though its lease is still listed", () => {
  const { roll, reports } = watched();
  roll.described("a", "text", 5);

  roll.described("a", undefined, 10);
  roll.listed(new Set(["a"]), 20);

  deepEqual(reports, ["a text", "a is gone"]);
});
