// The cluster's part of the benchmark: `npm run bench -- cluster`. Bytes from a port of one hub to a port of
// another, beside bare NATS in JavaScript and beside socat over TCP, in turns. One NATS server, all on loopback.
import { parseArgs } from "node:util";
import { line } from "../lines.mjs";
import { deliver, describeMachine } from "../report.mjs";
import { runRounds } from "../rounds.mjs";
import { percentile, spread } from "../statistics.mjs";

const CONTENDERS = [
  { id: "anyserial", title: "live, two hubs" },
  { id: "durable", title: "durable, two hubs" },
  { id: "local", title: "one hub" },
  { id: "nats", title: "bare NATS" },
  { id: "jetstream", title: "bare JetStream" },
  { id: "socat", title: "socat over TCP" },
];
/** One line, as all framings of the bench have it. */
const MESSAGE = Buffer.from(`${"0123456789abcdef".repeat(4).slice(1)}\n`);
const SOCAT_ALLOWANCE_US = 150;

/**
 * Runs it.
 *
 * @param args Options: `--rounds N`, `--quick`, `--strict`, `--json`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const links = await import("./links.mjs");
  const reason = links.whyNoBench();
  if (reason !== undefined) {
    console.error(`bench: ${reason}`);
    return 1;
  }
  const machine = describeMachine();
  const rounds = Number(options.rounds ?? (options.quick ? 2 : 10));
  const scene = new links.Scene();
  await scene.start();
  let lines;
  try {
    const entries = await openAll(links, scene);
    console.error("bench: cluster, latency");
    lines = await latencyRows(entries, rounds, options.quick ? 200 : 1000);
    console.error("bench: cluster, throughput");
    lines.push(...(await throughputRows(entries, rounds, options.quick ? 5000 : 30_000)));
    for (const { link } of entries) await link.close();
  } finally {
    scene.close();
  }
  const result = { machine, quick: options.quick, contenders: CONTENDERS, lines };
  return deliver(result, "cluster", options);
}

async function openAll(links, scene) {
  return [
    { id: "anyserial", link: await links.sharedLink(scene, "live") },
    { id: "durable", link: await links.sharedLink(scene, "durable") },
    { id: "local", link: await links.localLink(scene) },
    { id: "nats", link: await links.natsLink(scene) },
    { id: "jetstream", link: await links.jetstreamLink(scene) },
    { id: "socat", link: await links.socatLink(scene) },
  ];
}

/** One message at a time, from the call that sends it until its last byte is there, in microseconds. */
async function latencyRows(entries, rounds, count) {
  for (const { link } of entries) await latencies(link, count); // warm
  const turns = await runRounds(entries, rounds, async ({ link }) => {
    const samples = await latencies(link, count);
    return [0.5, 0.9, 0.99].map((fraction) => percentile(samples, fraction));
  });
  const row = (index) =>
    Object.fromEntries(
      Object.entries(turns).map(([id, values]) => [id, values.map((v) => v[index])]),
    );
  const [p50, p90, p99] = [0, 1, 2].map(row);
  const added = p50.anyserial.map((us, round) => (us - p50.local[round]) / p50.nats[round]);
  const beyond = spread(p50.anyserial.map((us, round) => us - p50.socat[round]));
  return [
    { ...line("one way, p50", "µs", p50), ...goal("added ≤ 1.5 × bare NATS", spread(added), 1.5) },
    {
      ...line("one way, p50", "µs", p50),
      goal: `≤ socat + ${SOCAT_ALLOWANCE_US} µs`,
      holds: beyond.value <= SOCAT_ALLOWANCE_US,
    },
    line("one way, p90", "µs", p90),
    line("one way, p99", "µs", p99),
  ];
}

function goal(text, ratio, limit) {
  return { goal: text, ratio, holds: ratio.value <= limit };
}

async function latencies(link, count) {
  const samples = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await link.send(MESSAGE);
    for (let length = 0; length < MESSAGE.length; ) length += (await link.receive()).length;
    samples[index] = (performance.now() - start) * 1000;
  }
  return samples.sort();
}

/** Messages a second, sent as fast as they are taken. */
async function throughputRows(entries, rounds, count) {
  const measured = entries.filter(({ id }) => id !== "local");
  const rates = await runRounds(measured, rounds, ({ link }) => rate(link, count));
  const base = line("messages a second", "", rates);
  const [live, durable] = [
    ["anyserial", "nats"],
    ["durable", "jetstream"],
  ].map(([ours, theirs]) =>
    spread(rates[ours].map((value, round) => value / rates[theirs][round])),
  );
  return [
    { ...base, goal: "live ≥ 0.7 × bare NATS", ratio: live, holds: live.value >= 0.7 },
    {
      ...base,
      goal: "durable ≥ 0.5 × bare JetStream",
      ratio: durable,
      holds: durable.value >= 0.5,
    },
  ];
}

async function rate(link, count) {
  const start = performance.now();
  const receiving = (async () => {
    const all = count * MESSAGE.length;
    for (let length = 0; length < all; ) length += (await link.receive()).length;
  })();
  for (let index = 0; index < count; index++) await link.send(MESSAGE);
  await receiving;
  return (count * 1000) / (performance.now() - start);
}
