// What the terminal of a member shows.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import type { MemberSnapshot, NetworkSnapshot } from "@anyserial/hub";
import type * as Received from "../../../web/terminal/received.ts";
import { snapshotOf } from "../../helpers/service-fixtures.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { isReceived } = await loadWebModule<typeof Received>("terminal/received.ts");

function networkOf(
  topology: NetworkSnapshot["topology"],
  ...members: readonly Partial<MemberSnapshot>[]
): readonly NetworkSnapshot[] {
  return snapshotOf(...members).networks.map((network) => ({ ...network, topology }));
}

function message(member: string, direction: "in" | "out" | "drop", network = "plant") {
  const bytes = new Uint8Array(1);
  return {
    kind: "message",
    seq: 1,
    time: 0,
    length: 1,
    network,
    member,
    direction,
    bytes,
  } as const;
}

const ME = { network: "plant", member: "me" };
const absent = { name: "me", applicationOpen: false };
const present = { name: "me", applicationOpen: true };

for (const [who, networks, from, direction, isShown] of [
  ["an application that is there", networkOf("bus", present, { name: "b" }), "me", "out", true],
  ["an application that is there", networkOf("bus", present, { name: "b" }), "b", "in", false],
  ["an absent application", networkOf("bus", absent, { name: "b" }), "b", "in", true],
  ["an absent application", networkOf("bus", absent, { name: "b" }), "me", "in", false],
  ["an absent application", networkOf("bus", absent, { name: "b" }), "b", "out", false],
  ["an absent application", networkOf("bus", absent, { name: "b" }), "b", "drop", false],
  [
    "an absent one and a tap",
    networkOf("bus", absent, { name: "b", role: "tap" }),
    "b",
    "in",
    false,
  ],
  ["an absent device of a star", networkOf("star", absent, { name: "b" }), "b", "in", false],
  [
    "an absent device of a star and its controller",
    networkOf("star", absent, { name: "b", role: "controller" }),
    "b",
    "in",
    true,
  ],
] as const) {
  test(`isReceived() for ${who}: ${direction} of ${from} is ${isShown ? "shown" : "not shown"}`, () => {
    equal(isReceived(message(from, direction), ME, networks), isShown);
  });
}

test("isReceived() leaves other networks and unknown members out", () => {
  const networks = networkOf("bus", absent, { name: "b" });

  equal(isReceived(message("b", "in", "other"), ME, networks), false);
  equal(isReceived(message("gone", "in"), ME, networks), false);
});
