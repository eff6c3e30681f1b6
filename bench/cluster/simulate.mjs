// Many hubs in one process, around one real NATS server: `npm run simulate -- --hubs 200`. The hubs are a ring, and
// each one shares networks with the next. Every line is numbered and checked. Prints what connections, subscriptions,
// messages, memory and processor time it took: docs/cluster.md plans with these.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setUp } from "../../scripts/setup.mjs";
import { percentile } from "../statistics.mjs";

const USAGE = `Usage: npm run simulate -- [options]
  --hubs N        hubs in a ring (200)
  --networks N    networks that each one shares with the next (1)
  --rate N        lines a second of each member (1)
  --seconds N     how long (10)
  --shared WAY    live or durable (live)
  --json          one object in place of the table
`;
const DEVICE = fileURLToPath(new URL("simulated-device.mjs", import.meta.url));
const MEGABYTE = 1e6;

const { values: options } = parseArgs({
  options: {
    hubs: { type: "string", default: "200" },
    networks: { type: "string", default: "1" },
    rate: { type: "string", default: "1" },
    seconds: { type: "string", default: "10" },
    shared: { type: "string", default: "live" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const { hubs, networks, rate, seconds } = Object.fromEntries(
  ["hubs", "networks", "rate", "seconds"].map((name) => [name, Number(options[name])]),
);
if (options.help || ![hubs, networks, rate, seconds].every((n) => n > 0) || hubs < 2) {
  console.log(USAGE);
  process.exit(options.help ? 0 : 2);
}

setUp();
const { Scene, whyNoBench } = await import("./links.mjs");
const reason = whyNoBench();
if (reason !== undefined) {
  console.error(`simulate: ${reason}`);
  process.exit(1);
}
const { createHub } = await import("../../packages/hub/dist/index.js");
const scene = new Scene();
await scene.start();
try {
  const result = await simulate();
  console.log(options.json ? JSON.stringify(result) : toTable(result));
  process.exitCode = result["lines lost"] + result["lines received twice"] > 0 ? 1 : 0;
} finally {
  scene.close();
}
process.exit();

async function simulate() {
  const totals = { sent: 0, received: 0, repeated: 0, missing: 0 };
  const simulation = { totals, seen: new Map(), latencies: [], linesPerSecond: rate };
  globalThis.simulation = simulation;
  const memory = process.memoryUsage.rss();
  const startedAt = performance.now();
  const running = [];
  for (let index = 0; index < hubs; index++) running.push(await startHub(index));
  while (running.some((hub) => !hub.snapshot().cluster.up)) await sleep(50);
  await sleep(1000); // the last subscriptions are there
  const startSeconds = performance.now() - startedAt - 1000;
  const before = await usage();
  simulation.isRunning = true;
  await sleep(seconds * 1000);
  simulation.isRunning = false;
  const after = await usage();
  for (let rest = 100; rest > 0 && totals.received < totals.sent; rest--) await sleep(50);
  const spent = (name) => after[name] - before[name];
  const late = simulation.latencies.sort((a, b) => a - b);
  const result = {
    hubs,
    networks: hubs * networks,
    shared: options.shared,
    connections: after.connections,
    subscriptions: after.subscriptions,
    "start of all hubs, s": startSeconds / 1000,
    "lines sent": totals.sent,
    "lines received": totals.received,
    "lines lost": totals.sent - totals.received + totals.repeated,
    "lines received twice": totals.repeated,
    "late, p50, ms": percentile(late, 0.5),
    "late, p99, ms": percentile(late, 0.99),
    "processors in use by the hubs": spent("hubsMs") / 1000 / seconds,
    "processors in use by the server": spent("serverMs") / 1000 / seconds,
    "messages to the server, 1/s": spent("in_msgs") / seconds,
    "messages from the server, 1/s": spent("out_msgs") / seconds,
    "memory of a hub, MB": (process.memoryUsage.rss() - memory) / MEGABYTE / hubs,
    "memory of the server, MB": scene.serverBytes() / MEGABYTE,
  };
  await Promise.all(running.map((hub) => hub.close()));
  return result;
}

/** Processor time, and what the server has counted. */
async function usage() {
  const { user, system } = process.cpuUsage();
  const counts = await scene.counts();
  return { ...counts, hubsMs: (user + system) / 1000, serverMs: scene.serverCpuMs() };
}

/** Hub `i` shares networks with the hub before it, and with the hub behind it. */
function startHub(index) {
  const name = `h${index}`;
  const network = (key) => {
    const member = { device: DEVICE, options: { name: `${name}/${key}` } };
    const members = { [`m${index}`]: member };
    return [key, { shared: options.shared, framing: "line", members }];
  };
  const keys = [index, (index + 1) % hubs].flatMap((edge) =>
    Array.from({ length: networks }, (_, at) => `n${edge}-${at}`),
  );
  const cluster = { name, servers: [`nats://${scene.address}`] };
  const config = { cluster, networks: Object.fromEntries(keys.map(network)) };
  return createHub(config, { directory: scene.folder });
}

function toTable(result) {
  const shown = (value) =>
    typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(3) : value;
  return Object.entries(result)
    .map(([name, value]) => `${name.padEnd(42)}${shown(value)}`)
    .join("\n");
}
