// The hub's part of the benchmark: `npm run bench -- hub`. Our hub beside a C program of 40 lines and
// the seed's Python program, in turns, with the same applications on all of them.
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { setUp } from "../../scripts/setup.mjs";
import { MACHINES } from "../machine.mjs";
import { describeMachine, toMarkdown } from "../report.mjs";
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
export async function runHubBench(args) {
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
  setUp();
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
  machine.loadAverageAfter = loadavg()[0];
  const result = { machine, quick: options.quick, contenders: [...hubs, bus], lines };
  save(result);
  console.log(options.json ? JSON.stringify(result, null, 2) : toMarkdown(result));
  return options.strict && lines.some(({ holds }) => holds === false) ? 1 : 0;
}

function save(result) {
  const folder = new URL("../results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("hub.json", folder), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(new URL("hub.md", folder), toMarkdown(result));
}
