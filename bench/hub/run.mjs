// The hub's part of the benchmark: `npm run bench -- hub`. Our hub beside a C program of 40 lines and
// the seed's Python program, in turns, with the same applications on all of them.
import { parseArgs } from "node:util";
import { MACHINES } from "../machine.mjs";
import { deliver, describeMachine } from "../report.mjs";
import { compileHubPeers, listHubs, ttybus } from "./contenders.mjs";
import {
  backpressureRows,
  latencyRows,
  manyRows,
  stalledRows,
  throughputRows,
  ttybusRows,
} from "./rows.mjs";

const ROWS = {
  latency: latencyRows,
  throughput: throughputRows,
  ttybus: ttybusRows,
  stalled: stalledRows,
  backpressure: backpressureRows,
  many: manyRows,
};

/**
 * Runs it.
 *
 * @param args Options: `--only ROW`, `--members N`, `--machine STATE`, `--rounds N`, `--quick`, `--strict`, `--json`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      only: { type: "string", multiple: true, default: Object.keys(ROWS) },
      members: { type: "string", multiple: true, default: ["3", "8", "32"] },
      machine: { type: "string", multiple: true, default: MACHINES },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const tools = compileHubPeers();
  const hubs = listHubs(tools);
  const bus = ttybus();
  const machine = describeMachine();
  const rounds = Number(options.rounds ?? (options.quick ? 3 : 15));
  const measured = hubs.filter(({ skipped }) => !skipped);
  const context = { tools, hubs: measured, rounds, bus, machines: options.machine };
  const lines = [];
  for (const name of options.only) {
    console.error(`bench: hub ${name}`);
    const counts = options.members.map(Number);
    lines.push(...(await ROWS[name]({ ...context, counts, quick: options.quick })));
  }
  const result = { machine, quick: options.quick, contenders: [...hubs, bus], lines };
  return deliver(result, "hub", options);
}
