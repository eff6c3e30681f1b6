// The conformance suite over the Windows backend on any host: a driver in memory answers the system calls as
// Microsoft documents them. npm run test:wine makes real Win32 calls.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import type { SerialConfigInput } from "anyserial";
import { backendSuite, type SuitePair } from "anyserial/testing/conformance";
import { openFakePair } from "./windows-port.ts";

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

/**
 * Registers the suite's tests.
 *
 * @param name What their names begin with.
 * @param options `isCancelLate` for a driver that reports a canceled call some time after it was asked to.
 */
export function windowsSuite(name: string, { isCancelLate }: { readonly isCancelLate: boolean }) {
  backendSuite({ test, name, makePair: (config) => makePair(config, isCancelLate), missing });
}
