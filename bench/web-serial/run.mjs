// Web Serial's part of the benchmark: `npm run bench -- web-serial`. The streams of anyserial/web-serial beside
// receive() and send() of the same build, in turns, over pty pairs.
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Child } from "../child.mjs";
import { nodeCommand } from "../contenders.mjs";
import { against, line } from "../lines.mjs";
import { MACHINES, onMachines } from "../machine.mjs";
import { compilePeers, startEcho, startFlood } from "../peers.mjs";
import { dateOf, deliver, describeMachine } from "../report.mjs";
import { pick, runRounds, startAll, stopAll } from "../rounds.mjs";

const SLICE_MEGABYTES = 10;
const WARM_UP = 10_000;
const ROUND_TRIPS = 2000;
const DEFAULT_BUFFER = 255;
const LARGE_BUFFER = 65_536;
const CONTENDERS = [
  { id: "anyserial", title: "readable, writable" },
  { id: "calls", title: "receive(), send()" },
];

const fast = { text: "≥ 0.80 × receive()", holds: (ratio) => ratio >= 0.8 };

/**
 * Runs it.
 *
 * @param args Options: `--quick`, `--strict`, `--json`, `--machine STATE`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      machine: { type: "string", multiple: true, default: MACHINES },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const tools = compilePeers();
  const machine = describeMachine();
  const lines = [];
  for (const bufferSize of [LARGE_BUFFER, DEFAULT_BUFFER]) {
    console.error(`bench: web-serial, bufferSize ${bufferSize}`);
    lines.push(...(await throughput({ tools, bufferSize, ...options })));
  }
  console.error("bench: web-serial, round trips");
  lines.push(...(await roundTrips({ tools, ...options })));
  const result = { machine, quick: options.quick, contenders: CONTENDERS, lines };
  return deliver(result, `web-serial-${dateOf(machine)}`, options);
}

async function throughput({ tools, bufferSize, quick }) {
  const pairs = await startAll(contendersFor(bufferSize), () => startFlood(tools));
  const turn = async ({ id, client, peer }) => {
    const bytes = SLICE_MEGABYTES * 1e6;
    peer.tell(bytes);
    const { intact, seconds, cpuSeconds } = await client.ask(`read ${bytes}`);
    if (!intact) throw new Error(`${id} did not receive the bytes that were sent`);
    return { speed: SLICE_MEGABYTES / seconds, cpuMs: (cpuSeconds * 1000) / SLICE_MEGABYTES };
  };
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 3 : 25, turn);
  stopAll(pairs);
  const name = `in pieces of at most ${bufferSize} bytes`;
  return [
    against(line(`throughput, ${name}`, "MB/s", pick(results, "speed")), "calls", fast),
    line(`CPU time per MB, ${name}`, "ms", pick(results, "cpuMs")),
  ];
}

function roundTrips({ tools, quick, machine }) {
  return onMachines(machine, tools.awake, async (_state, suffix) => {
    const pairs = await startAll(contendersFor(DEFAULT_BUFFER), () => startEcho(tools));
    for (const { client } of pairs) await client.ask(`roundTrips ${quick ? 1000 : WARM_UP}`);
    const results = await runRounds(pairs, quick ? 3 : 15, ({ client }) =>
      client.ask(`roundTrips ${ROUND_TRIPS}`),
    );
    stopAll(pairs);
    const of = (name, field) => line(`${name}${suffix}`, "µs", pick(results, field));
    return [
      of("1-byte round trip, p50", "p50Us"),
      of("1-byte round trip, p90", "p90Us"),
      of("1-byte round trip, p99", "p99Us"),
      of("CPU time per round trip", "cpuUs"),
    ];
  });
}

function contendersFor(bufferSize) {
  const folder = pathToFileURL(fileURLToPath(new URL("../../packages/anyserial", import.meta.url)));
  const kinds = { anyserial: "streams", calls: "calls" };
  return CONTENDERS.map(({ id, title }) => ({
    id,
    title,
    async start(paths) {
      const args = [kinds[id], String(bufferSize), folder.href, ...paths];
      const child = new Child(title, nodeCommand("web-serial-client.mjs", ...args));
      await child.answer();
      return child;
    },
  }));
}

/** Both forms, named by the date of the run. */
