// The picture of a network: nothing overlaps, nothing is outside.

import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import type { NetworkSnapshot } from "@anyserial/hub";
import fc from "fast-check";
import type * as Layout from "../../../web/networks/picture-layout.ts";
import { snapshotOf } from "../../helpers/service-fixtures.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { layOut, BOX_HEIGHT, BOX_WIDTH } = await loadWebModule<typeof Layout>(
  "networks/picture-layout.ts",
);

function networkOf(count: number, topology: NetworkSnapshot["topology"]): NetworkSnapshot {
  const members = Array.from({ length: count }, (_, at) => ({ name: `m${at}` }));
  const [network] = snapshotOf(...members).networks;
  return { ...(network as NetworkSnapshot), topology };
}

test("layOut() keeps all boxes apart, and inside the width", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 220, max: 4000 }),
      fc.constantFrom("bus", "star", "pair", "tap"),
      (count, width, topology) => {
        const { boxes, height, width: used } = layOut(networkOf(count, topology), width);

        ok(used <= width);
        for (const [at, { x, y }] of boxes.entries()) {
          ok(x >= 0 && x + BOX_WIDTH <= used && y >= 0 && y + BOX_HEIGHT <= height);
          for (const other of boxes.slice(at + 1)) {
            ok(Math.abs(other.x - x) >= BOX_WIDTH || Math.abs(other.y - y) >= BOX_HEIGHT);
          }
        }
      },
    ),
  );
});

test("layOut() begins a star with its controller", () => {
  const network = networkOf(3, "star");
  const members = network.members.map((member) =>
    member.name === "m2" ? { ...member, role: "controller" as const } : member,
  );

  deepEqual(
    layOut({ ...network, members }, 800).boxes.map(({ member }) => member.name),
    ["m2", "m0", "m1"],
  );
});
