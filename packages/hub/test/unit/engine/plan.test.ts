import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { HubConfig } from "@anyserial/hub";
import { planHub } from "../../../dist/engine/plan.js";

function network(fields: object): HubConfig {
  return {
    networks: { plant: { members: { a: { port: "/x/a" }, b: { port: "/x/b" } }, ...fields } },
  };
}

test("planHub() fills in the defaults", () => {
  const [plan] = planHub(network({}));

  equal(plan?.topology, "bus");
  equal(plan?.framing.kind, "raw");
  deepEqual(plan?.members[0]?.options, {
    overflow: "drop-newest",
    queue: 65_536,
    whenAbsent: "discard",
    stallAfterMs: 1000,
    pace: false,
    latencyMs: 0,
    jitterMs: 0,
    bitErrorRate: 0,
    dropRate: 0,
    seed: 1,
  });
});

test("planHub() gives members the options of their network, unless they have their own", () => {
  const members = { a: { port: "/x/a", queue: 10 }, b: { port: "/x/b" } };
  const [plan] = planHub(network({ queue: 20, overflow: "backpressure", members }));

  deepEqual(
    plan?.members.map(({ options }) => [options.queue, options.overflow]),
    [
      [10, "backpressure"],
      [20, "backpressure"],
    ],
  );
});

test("planHub() compares endpoints without options", () => {
  const endpointOf = (member: object): string | undefined =>
    planHub({ networks: { n: { members: { a: member as { port: string } } } } })[0]?.members[0]
      ?.endpoint;

  equal(endpointOf({ port: "/x", queue: 5 }), endpointOf({ queue: 9, port: "/x", role: "tap" }));
  equal(endpointOf({ port: "/x" }) === endpointOf({ port: "/y" }), false);
});

test("planHub() paces adapters, and others only where that is asked for", () => {
  const members = {
    a: { port: { adapter: "ft232r" } },
    b: { port: { adapter: "ft232r" }, pace: false },
    c: { port: "/x/c" },
  };
  const paces = (fields: object): unknown =>
    planHub(network({ members, ...fields }))[0]?.members.map(({ options }) => options.pace);

  deepEqual(paces({}), [true, false, false]);
  deepEqual(paces({ pace: false }), [false, false, false]);
});
