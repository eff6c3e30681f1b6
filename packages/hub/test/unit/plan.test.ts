import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { HubConfig } from "@anyserial/hub";
import { planHub } from "#internal/plan.js";

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

test("planHub() names the field that is wrong", () => {
  const wrong: readonly [object, string][] = [
    [{ topology: "ring" }, "networks.plant.topology"],
    [{ framing: "words" }, "networks.plant.framing"],
    [{ framing: { kind: "line", maxMessage: 70_000 } }, "networks.plant.framing"],
    [{ queue: 0 }, "networks.plant.queue"],
    [{ members: { a: { port: "/x/a", dropRate: 2 } } }, "networks.plant.members.a.dropRate"],
    [{ members: { a: { port: "" } } }, "networks.plant.members.a.port"],
    [{ members: { a: {} } }, "networks.plant.members.a"],
    [{ members: { a: { port: "/x", serial: "/y" } } }, "networks.plant.members.a"],
    [{ members: { a: { tcp: { connect: "nowhere" } } } }, "networks.plant.members.a.tcp"],
    [{ members: { a: { process: [] } } }, "networks.plant.members.a.process"],
    [{ members: { a: { port: "/x" }, b: { port: "/x" } } }, "networks.plant.members.b"],
    [{ topology: "pair", members: three() }, "networks.plant.members"],
  ];
  for (const [fields, field] of wrong) {
    throws(() => planHub(network(fields)), {
      name: "ConfigurationError",
      code: "ERR_INVALID_ARG_VALUE",
      message: new RegExp(`^Invalid "${field.replaceAll(".", "\\.")}"`),
    });
  }
});

function three(): object {
  return { a: { port: "/x/a" }, b: { port: "/x/b" }, c: { port: "/x/c" } };
}

test("planHub() compares endpoints without options", () => {
  const endpointOf = (member: object): string | undefined =>
    planHub({ networks: { n: { members: { a: member as { port: string } } } } })[0]?.members[0]
      ?.endpoint;

  equal(endpointOf({ port: "/x", queue: 5 }), endpointOf({ queue: 9, port: "/x", role: "tap" }));
  equal(endpointOf({ port: "/x" }) === endpointOf({ port: "/y" }), false);
});
