import { equal } from "node:assert/strict";
import { test } from "node:test";
import type { NetworkConfig, OverflowPolicy } from "@anyserial/hub";
import { policyNow } from "../../../dist/engine/overflow.js";
import { planHub } from "../../../dist/engine/plan.js";

function planned(network: NetworkConfig): Record<string, OverflowPolicy> {
  const [plan] = planHub({ networks: { net: network } });
  return Object.fromEntries(
    (plan?.members ?? []).map(({ name, options }) => [name, options.overflow]),
  );
}

const PORTS = { a: { port: "/a" }, b: { port: "/b" }, spy: { port: "/spy", role: "tap" } } as const;

test("planHub() lets the two ends of a cable wait for each other, and no sender for a tap", () => {
  for (const topology of ["pair", "tap"] as const) {
    const { a, b, spy } = planned({ topology, members: PORTS });

    equal(a, "wait-then-drop");
    equal(b, "wait-then-drop");
    equal(spy, "drop-newest");
  }
});

test("planHub() lets no sender on a bus or a star wait, except for a real port", () => {
  for (const topology of ["bus", "star"] as const) {
    const real = { serial: "/dev/ttyUSB0" };
    const listens = { serial: "/dev/ttyUSB1", role: "tap" } as const;
    const policies = planned({ topology, members: { ...PORTS, real, listens } });

    equal(policies["a"], "drop-newest");
    equal(policies["spy"], "drop-newest");
    equal(policies["real"], "wait-then-drop");
    equal(policies["listens"], "drop-newest");
  }
});

test("planHub() takes the overflow that the configuration names, in any place", () => {
  const members = {
    a: { port: "/a" },
    real: { serial: "/dev/ttyUSB0", overflow: "disconnect" },
  } as const;
  const policies = planned({ topology: "pair", overflow: "drop-oldest", members });

  equal(policies["a"], "drop-oldest");
  equal(policies["real"], "disconnect");
});

test("policyNow() makes wait-then-drop wait for a reader that reads, and drop otherwise", () => {
  equal(policyNow("wait-then-drop", true), "backpressure");
  equal(policyNow("wait-then-drop", false), "drop-newest");
  equal(policyNow("backpressure", false), "backpressure");
});
