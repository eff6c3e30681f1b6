// The conformance suite over the in-memory pair, with a backend that watches its caller, with faults
// on the way, and over `loop://`.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort, type SerialConfigInput } from "anyserial";
import { FaultPlan, serialPortPair } from "anyserial/testing";
import { backendSuite } from "anyserial/testing/conformance";
import { createSerialConfig } from "../../dist/config/config.js";
import { createMemoryCable, type MemorySocket } from "../../dist/memory/memory-backend.js";
import { openWith } from "../../dist/port/open.js";
import { strictBackend, type Violations } from "../helpers/strict-backend.ts";

/** The driver of port `a` has no such rate, and takes another. */
const REFUSED_RATE = 300;
const takeBaudRate = (baudRate: number): number => (baudRate === REFUSED_RATE ? 1200 : baudRate);
const refusedConfig = { baudRate: REFUSED_RATE };

backendSuite({
  test,
  name: "memory",
  makePair: async ({ a, b }) => {
    const pair = await serialPortPair({ a: { config: a, takeBaudRate }, b: { config: b } });
    return { a: pair.a, b: pair.b, hooks: pair.hooks.a, refusedConfig };
  },
});

backendSuite({
  test,
  name: "memory that watches its caller",
  makePair: async ({ a, b }) => {
    const violations: Violations = [];
    const cable = createMemoryCable({ takeBaudRate });
    const open = ({ backend, path }: MemorySocket, config: SerialConfigInput) =>
      openWith(
        strictBackend(backend, violations),
        { path, info: undefined },
        createSerialConfig(config),
      );
    return {
      a: await open(cable.a, a),
      b: await open(cable.b, b),
      hooks: cable.a.hooks,
      refusedConfig,
      close: async () => deepEqual(violations, []),
    };
  },
});

backendSuite({
  test,
  name: "memory with interrupts, storms and short transfers",
  makePair: async ({ a, b }) => {
    const faults = (seed: number): FaultPlan =>
      new FaultPlan({
        seed,
        eintr: { times: 2, probability: 0.5 },
        eagain: { times: 3, everyCalls: 5 },
        shortReads: { maxBytes: 5, probability: 0.3 },
        shortWrites: { maxBytes: 7, probability: 0.3 },
      });
    const pair = await serialPortPair({
      a: { config: a, takeBaudRate, faults: faults(1) },
      b: { config: b, faults: faults(2) },
    });
    return { a: pair.a, b: pair.b, hooks: pair.hooks.a, refusedConfig };
  },
  missing: { wholeReads: "its reads are cut short" },
});

const ONE_END = "loop:// is one port, connected to itself";
const NO_HOOKS = "loop:// has no hooks";

backendSuite({
  test,
  name: "loop",
  makePair: async ({ a }) => {
    const port = await openSerialPort("loop://", a);
    return { a: port, b: port };
  },
  missing: {
    twoEnds: ONE_END,
    disconnect: NO_HOOKS,
    ring: NO_HOOKS,
    injectError: NO_HOOKS,
    refusal: "the driver of loop:// takes every setting",
  },
});
