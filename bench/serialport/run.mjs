// The drop-in's part of the benchmark: `npm run bench -- serialport`. @anyserial/serialport beside serialport: one
// program, one stream class, in turns, over pty pairs.
import { parseArgs } from "node:util";
import { listBindings } from "../contenders.mjs";
import { against, atMost, line } from "../lines.mjs";
import { MACHINES, onMachines } from "../machine.mjs";
import { compilePeers, startEcho, startFlood } from "../peers.mjs";
import { dateOf, deliver, describeMachine } from "../report.mjs";
import { pick, runRounds, startAll, stopAll } from "../rounds.mjs";

const WARM_UP = 10_000;
const ROUND_TRIPS = 2000;
const PORTS = 64;
const TRIPS_PER_PORT = 100;
const CYCLES = 200;
/** Until the engine has compiled the code of both. */
const WARM_UP_CYCLES = 5000;
const SLICE_MEGABYTES = 10;
const CHUNKS = 100_000;
const LARGEST_CHUNK = 65_536;
/** Less than a byte a chunk. */
const LEAK_KIB = 64;

/** At most the original's value, or a given part of it. */
const ahead = { text: "≤ 1.00 × serialport", holds: (ratio) => ratio <= 1 };
const farAhead = { text: "serialport ≥ 1.50 ×", invert: true, holds: (ratio) => ratio >= 1.5 };
const faster = { text: "≥ 1.00 × serialport", holds: (ratio) => ratio >= 1 };

/**
 * Runs it.
 *
 * @param args Options: `--quick`, `--strict`, `--json`, `--machine STATE`; names of measures, such as `throughput`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      machine: { type: "string", multiple: true, default: MACHINES },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const tools = compilePeers();
  const contenders = listBindings();
  const context = { contenders, tools, ...options };
  const machine = describeMachine();
  const lines = [];
  const measures = [roundTrip, throughput, memory, manyPorts, openAndClose].filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  if (measures.length === 0) throw new Error(`unknown: ${positionals.join(" ")}`);
  for (const measure of measures) {
    console.error(`bench: serialport, ${measure.name}`);
    lines.push(...(await measure(context)));
  }
  const result = { machine, quick: options.quick, contenders, lines };
  return deliver(result, `serialport-${dateOf(machine)}`, options);
}

function roundTrip({ contenders, tools, quick, machine }) {
  return onMachines(machine, tools.awake, async (_state, suffix) => {
    const pairs = await startAll(contenders, () => startEcho(tools));
    for (const { client } of pairs) await client.ask(`roundTrips ${quick ? 1000 : WARM_UP}`);
    const results = await runRounds(pairs, quick ? 3 : 15, ({ client }) =>
      client.ask(`roundTrips ${ROUND_TRIPS}`),
    );
    stopAll(pairs);
    const of = (name, field) => line(`${name}${suffix}`, "µs", pick(results, field));
    return [
      against(of("1-byte round trip, p50", "p50Us"), "serialport", farAhead),
      against(of("1-byte round trip, p90", "p90Us"), "serialport", farAhead),
      against(of("1-byte round trip, p99", "p99Us"), "serialport", ahead),
      against(of("CPU time per round trip", "cpuUs"), "serialport", farAhead),
    ];
  });
}

async function throughput({ contenders, tools, quick }) {
  const pairs = await startAll(contenders, () => startFlood(tools));
  const turn = async ({ id, client, peer }) => {
    const bytes = SLICE_MEGABYTES * 1e6;
    peer.tell(bytes);
    const { intact, seconds, cpuSeconds } = await client.ask(`read ${bytes}`);
    if (!intact) throw new Error(`${id} did not receive the bytes that were sent`);
    return { speed: SLICE_MEGABYTES / seconds, cpuMs: (cpuSeconds * 1000) / SLICE_MEGABYTES };
  };
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 3 : 20, turn);
  stopAll(pairs);
  return [
    against(line("throughput", "MB/s", pick(results, "speed")), "serialport", faster),
    against(line("CPU time per MB", "ms", pick(results, "cpuMs")), "serialport", ahead),
  ];
}

/** Buffers at most, above those from before, while a flood comes; and what the chunks leave on the heap. */
async function memory({ contenders, tools, quick }) {
  const chunks = quick ? 20_000 : CHUNKS;
  const pairs = await startAll(contenders, () => startFlood(tools));
  const turn = async ({ client, peer }) => {
    peer.tell(chunks * LARGEST_CHUNK); // more than is taken
    const { heapBytes, payloadBytes } = await client.ask(`allocation ${chunks}`);
    return { heapKiB: Math.max(heapBytes, 0) / 1024, payloadMb: payloadBytes / 1e6 };
  };
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 2 : 5, turn);
  stopAll(pairs);
  const heap = line(`heap left by ${chunks} chunks`, "KiB", pick(results, "heapKiB"));
  const payload = line(`buffers over ${chunks} chunks`, "MB", pick(results, "payloadMb"));
  return [payload, atMost(heap, LEAK_KIB, `< ${LEAK_KIB} KiB`)];
}

async function manyPorts({ contenders, tools, quick }) {
  const pairs = await startAll(contenders, () => startEcho(tools, PORTS));
  const turn = ({ client }) => client.ask(`together ${TRIPS_PER_PORT}`);
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 3 : 15, turn);
  stopAll(pairs);
  const name = `${PORTS} ports at once, per round trip`;
  return [
    against(line(`${name}, time`, "µs", pick(results, "wallUs")), "serialport", farAhead),
    against(line(`${name}, CPU time`, "µs", pick(results, "cpuUs")), "serialport", farAhead),
  ];
}

async function openAndClose({ contenders, tools, quick }) {
  const pairs = await startAll(contenders, () => startEcho(tools));
  const turn = ({ client }) => client.ask(`reopen ${CYCLES}`);
  for (const { client } of pairs) await client.ask(`reopen ${quick ? 1000 : WARM_UP_CYCLES}`);
  const results = await runRounds(pairs, quick ? 3 : 15, turn);
  stopAll(pairs);
  return [
    against(line("close and open, time", "µs", pick(results, "wallUs")), "serialport", ahead),
    against(line("close and open, CPU time", "µs", pick(results, "cpuUs")), "serialport", ahead),
  ];
}

/** Both forms, named by the date of the run. */
