// The benchmark: `npm run bench`. Measures anyserial beside a raw C program, node-serialport and
// pySerial, in turns, over pty pairs. docs/performance.md explains the rows.
import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setUp } from "../scripts/setup.mjs";
import { listContenders } from "./contenders.mjs";
import { MACHINES } from "./machine.mjs";
import { compilePeers } from "./peers.mjs";
import { describeMachine, toMarkdown } from "./report.mjs";
import { measureAllocation } from "./row-allocation.mjs";
import { measureCancellation } from "./row-cancellation.mjs";
import { measureDiscovery } from "./row-discovery.mjs";
import { measureImport } from "./row-import.mjs";
import { measureManyPorts } from "./row-many-ports.mjs";
import { measureRoundTrip } from "./row-round-trip.mjs";
import { measureThroughput } from "./row-throughput.mjs";

if (process.argv[2] === "hub") {
  const { runHubBench } = await import("./hub/run.mjs");
  process.exit(await runHubBench(process.argv.slice(3)));
}

if (process.argv[2] === "page") {
  const { runPageBench } = await import("./hub/page-rows.mjs");
  process.exit(await runPageBench(process.argv.slice(3)));
}

if (process.argv[2] === "serialport") {
  const { runSerialportBench } = await import("./serialport/run.mjs");
  process.exit(await runSerialportBench(process.argv.slice(3)));
}

if (process.argv[2] === "cluster") {
  const { runClusterBench } = await import("./cluster/run.mjs");
  process.exit(await runClusterBench(process.argv.slice(3)));
}

if (process.argv[2] === "remote") {
  const { runRemoteBench } = await import("./remote/run.mjs");
  process.exit(await runRemoteBench(process.argv.slice(3)));
}

if (process.argv[2] === "greeting") {
  const { runGreetingBench } = await import("./greeting/run.mjs");
  process.exit(await runGreetingBench(process.argv.slice(3)));
}

if (process.argv[2] === "framing") {
  const { runFramingBench } = await import("./framing/run.mjs");
  process.exit(await runFramingBench(process.argv.slice(3)));
}

if (process.argv[2] === "web-serial") {
  const { runWebSerialBench } = await import("./web-serial/run.mjs");
  process.exit(await runWebSerialBench(process.argv.slice(3)));
}

const ROWS = {
  "round-trip": measureRoundTrip,
  throughput: measureThroughput,
  "many-ports": measureManyPorts,
  allocation: measureAllocation,
  cancellation: measureCancellation,
  import: measureImport,
  discovery: measureDiscovery,
};

const USAGE = `Usage: npm run bench -- [options]
  --only ROW       one row, may be repeated: ${Object.keys(ROWS).join(", ")}
  --machine STATE  idle or awake, may be repeated; both unless given (see docs/performance.md)
  --quick          fewer rounds: shows that everything runs, not how fast
  --strict         a missed goal fails
  --json           prints JSON in place of the table
  --package DIR    measures this build of the package, and builds nothing
  --candidate DIR  measures this build beside it
`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: Object.keys(ROWS) },
    machine: { type: "string", multiple: true, default: MACHINES },
    quick: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    package: { type: "string" },
    candidate: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const unknown =
  options.only.find((name) => !Object.hasOwn(ROWS, name)) ??
  options.machine.find((name) => !MACHINES.includes(name));
if (options.help || unknown !== undefined) {
  console.log(unknown === undefined ? USAGE : `bench: there is no ${unknown}\n${USAGE}`);
  process.exit(options.help ? 0 : 2);
}
if (process.platform !== "linux") {
  console.error("bench: the programs to compare with are written for Linux (epoll)");
  process.exit(1);
}

try {
  const result = await run();
  save(result);
  console.log(options.json ? JSON.stringify(result, null, 2) : toMarkdown(result));
  process.exit(options.strict && result.lines.some(({ holds }) => holds === false) ? 1 : 0);
} catch (error) {
  console.error(`bench: ${error.stack}`);
  process.exit(1);
}

async function run() {
  if (options.package === undefined) setUp();
  const tools = compilePeers();
  const packageDir = resolve(
    options.package ?? fileURLToPath(new URL("../packages/anyserial", import.meta.url)),
  );
  const candidateDir = options.candidate && resolve(options.candidate);
  const contenders = listContenders(tools, packageDir, candidateDir);
  const machine = describeMachine();
  const lines = [];
  for (const name of options.only) {
    console.error(`bench: ${name}`);
    const { quick, machine: machines } = options;
    const context = { contenders, tools, packageDir, quick, machines };
    for (const line of await ROWS[name](context)) lines.push({ row: name, ...line });
  }
  machine.loadAverageAfter = loadavg()[0];
  return { machine, quick: options.quick, contenders, lines };
}

/** Both forms, named by the date of the run. */
function save(result) {
  const folder = new URL("results/", import.meta.url);
  const name = result.machine.date.replaceAll(":", "-").replace(/\..*/, "");
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(new URL(`${name}.md`, folder), toMarkdown(result));
}
