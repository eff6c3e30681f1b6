// The part of the benchmark for ports on other machines: `npm run bench -- remote`. Our server and client beside
// ser2net, socat and pySerial, in turns, on loopback.
import { parseArgs } from "node:util";
import { MACHINES } from "../machine.mjs";
import { compilePeers } from "../peers.mjs";
import { deliver, describeMachine } from "../report.mjs";
import { COLUMNS, idleRows, roundTripRows, sharedRows, throughputRows } from "./rows.mjs";

const ROWS = {
  "round-trip": roundTripRows,
  throughput: throughputRows,
  shared: sharedRows,
  idle: idleRows,
};

/**
 * Runs it.
 *
 * @param args Options: `--only ROW`, `--machine STATE`, `--quick`, `--strict`, `--json`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      only: { type: "string", multiple: true, default: Object.keys(ROWS) },
      machine: { type: "string", multiple: true, default: MACHINES },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const tools = compilePeers();
  const machine = describeMachine();
  const lines = [];
  for (const name of options.only) {
    console.error(`bench: remote ${name}`);
    lines.push(...(await ROWS[name]({ tools, quick: options.quick, machines: options.machine })));
  }
  const result = { machine, quick: options.quick, contenders: COLUMNS, lines };
  return deliver(result, "remote", options);
}
