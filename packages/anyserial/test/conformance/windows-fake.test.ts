// The conformance suite over the Windows backend on any host: the system calls are answered by a driver
// in memory, as Microsoft documents them. Real Win32 calls are made by npm run test:wine.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import type { SerialConfigInput } from "anyserial";
import { backendSuite, type SuitePair } from "anyserial/testing/conformance";
import { openFakePair } from "../helpers/windows-port.ts";

interface PairConfig {
  readonly a: SerialConfigInput;
  readonly b: SerialConfigInput;
}

const missing = {
  modemLineCounts: "Windows counts no edges",
  injectError: "Windows tells that there were errors of a kind, not how many",
  marks: "Windows marks no errors in stream position",
} as const;

/** Each test leaves no handle, no memory, and nobody waiting. */
async function makePair(config: PairConfig, isCancelLate: boolean): Promise<SuitePair> {
  const { system, ports, a, b } = await openFakePair(config);
  ports.a.rates.set(12_345, "refused");
  ports.a.rates.set(12_346, 9600);
  system.isCancelLate = isCancelLate;
  return {
    a,
    b,
    hooks: {
      disconnect: () => system.unplug(ports.a),
      setRing: (asserted) => {
        ports.a.ring = asserted;
      },
    },
    refusedConfig: { baudRate: 12_346 },
    close: async () => {
      await tasks(5);
      equal(system.openHandles.size, 0, "handles are left");
      equal(system.blocks, 0, "memory is left");
      equal(system.completions.joined, 0, "a port is left");
    },
  };
}

backendSuite({ test, name: "windows", makePair: (config) => makePair(config, false), missing });

backendSuite({
  test,
  name: "windows with a driver that cancels late",
  makePair: (config) => makePair(config, true),
  missing,
});
