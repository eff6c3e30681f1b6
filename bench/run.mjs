// The benchmark: `npm run bench`. Measures anyserial beside a raw C program, node-serialport and
// pySerial, in turns, over pty pairs. docs/performance.md explains the rows.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setUp } from "../scripts/setup.mjs";
import { listContenders } from "./contenders.mjs";
import { MACHINES } from "./machine.mjs";
import { compilePeers } from "./peers.mjs";
import { dateOf, deliver, describeMachine } from "./report.mjs";
import { measureAllocation } from "./row-allocation.mjs";
import { measureCancellation } from "./row-cancellation.mjs";
import { measureDiscovery } from "./row-discovery.mjs";
import { measureImport } from "./row-import.mjs";
import { measureManyPorts } from "./row-many-ports.mjs";
import { measureRoundTrip } from "./row-round-trip.mjs";
import { measureThroughput } from "./row-throughput.mjs";

/** Parts with options of their own: `npm run bench -- NAME`. Each is loaded when it is asked for. */
const PARTS = {
  cluster: () => import("./cluster/run.mjs"),
  framing: () => import("./framing/run.mjs"),
  greeting: () => import("./greeting/run.mjs"),
  hub: () => import("./hub/run.mjs"),
  page: () => import("./hub/page-rows.mjs"),
  remote: () => import("./remote/run.mjs"),
  serialport: () => import("./serialport/run.mjs"),
  "web-serial": () => import("./web-serial/run.mjs"),
};
const [part, ...rest] = process.argv.slice(2);
if (Object.hasOwn(PARTS, part ?? "")) {
  setUp();
  const module = await PARTS[part]();
  process.exit(await module.run(rest));
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
       npm run bench -- PART [options of the part]: ${Object.keys(PARTS).join(", ")}
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
  process.exit(deliver(result, dateOf(result.machine), options));
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
  return { machine, quick: options.quick, contenders, lines };
}
