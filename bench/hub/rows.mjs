// The rows of the table "Numbers" of the hub: latency and throughput by members, one stalled member,
// 256 members. All hubs of a row are there at once and have their turns.
import { readFileSync } from "node:fs";
import { against, atMost, atMostRatio, line } from "../lines.mjs";
import { onMachines } from "../machine.mjs";
import { pick, runRounds } from "../rounds.mjs";
import { ourHub, startCommandHub, startHub, startLoad, startLoadedHub } from "./contenders.mjs";

const MESSAGES = 2000;
const COLD_MESSAGES = 1000;
const SLOW_MESSAGES = 50;
const FLOOD_MS = 300;
const IDLE_MS = 3000;
/** After a start, V8 compiles for a moment, and tidies its memory once. */
const SETTLE_MS = 12_000;
/** Default size of a queue. */
const QUEUE_MB = 0.065536;

/** Latency of a 4-byte message until all readers have it: warm, and the first messages of a new hub. */
export async function latencyRows(context) {
  return onMachines(context.machines, context.tools.awake, async (machine, suffix) => {
    const lines = [];
    for (const count of context.counts) {
      lines.push(...(await latencyOf({ ...context, count, machine, suffix })));
    }
    return lines;
  });
}

async function latencyOf({ tools, hubs, count, rounds, machine, suffix }) {
  const warm = await inTurns({ tools, hubs, count, rounds }, async ({ load }) => {
    await load.ask(`latency ${MESSAGES / 4}`);
    return load.ask(`latency ${MESSAGES}`);
  });
  const cold = await runRounds(hubs, Math.min(rounds, 9), async (hub) => {
    const { load, kill } = await startLoadedHub(tools, hub, count);
    const result = await load.ask(`latency ${COLD_MESSAGES}`);
    kill();
    return result;
  });
  const name = `4 bytes to ${count - 1} readers`;
  const of = (text, results, field) => line(`${text}${suffix}`, "µs", pick(results, field));
  const [p50, p90, p99] = machine === "idle" ? [1.15, 1.3, 1.3] : [1.5];
  const beside = (base, limit) =>
    limit === undefined || count > 8 ? base : against(base, "c", atMostRatio(limit, "C"));
  const first = of(`${name}, first ${COLD_MESSAGES}, p50`, cold, "p50Us");
  const [coldUs, warmUs] = [
    first.values.anyserial,
    line("", "", pick(warm, "p50Us")).values.anyserial,
  ];
  return [
    beside(of(`${name}, p50`, warm, "p50Us"), p50),
    beside(of(`${name}, p90`, warm, "p90Us"), p90),
    beside(of(`${name}, p99`, warm, "p99Us"), p99),
    { ...first, goal: "≤ 2.00 × its warm p50", holds: coldUs <= 2 * warmUs },
    of(`${name}, first ${COLD_MESSAGES}, p90`, cold, "p90Us"),
    of(`${name}, first ${COLD_MESSAGES}, p99`, cold, "p99Us"),
  ];
}

/** Sustained throughput: bytes received by the slowest reader. */
export async function throughputRows(context) {
  return onMachines(context.machines, context.tools.awake, async (_machine, suffix) => {
    const lines = [];
    for (const count of context.counts) {
      const results = await inTurns({ ...context, count }, ({ load }) =>
        load.ask(`flood ${FLOOD_MS}`),
      );
      const rate = pick(results, "leastMBps");
      const base = line(`throughput to each of ${count - 1} readers${suffix}`, "MB/s", rate);
      lines.push(against(base, "c", { text: "≥ 0.95 × C", holds: (ratio) => ratio >= 0.95 }));
    }
    return lines;
  });
}

/** Beside ttybus, whose ports each wait 10 ms between two looks: fewer messages. */
export async function ttybusRows({ tools, hubs, counts, rounds, bus }) {
  if (bus.skipped) return [];
  const lines = [];
  for (const count of counts.filter((members) => members <= 8)) {
    const context = { tools, hubs: [hubs[0], bus], count, rounds: Math.min(rounds, 5) };
    const results = await inTurns(context, async ({ load }) => ({
      ...(await load.ask(`latency ${SLOW_MESSAGES}`)),
      ...(await load.ask(`flood ${FLOOD_MS}`)),
    }));
    const [p50, rate] = [pick(results, "p50Us"), pick(results, "leastMBps")];
    lines.push(
      against(line(`4 bytes to ${count - 1} readers, p50, beside ttybus`, "µs", p50), "ttybus", {
        text: "< ttybus",
        holds: (ratio) => ratio < 1,
      }),
      against(
        line(`throughput to each of ${count - 1} readers, beside ttybus`, "MB/s", rate),
        "ttybus",
        { text: "> ttybus", holds: (ratio) => ratio > 1 },
      ),
    );
  }
  return lines;
}

/** Eight members, one of them never read, against seven. */
export async function stalledRows({ tools, hubs, rounds }) {
  const [ours] = hubs;
  const seven = await startLoadedHub(tools, { ...ours, id: "seven" }, 7);
  const eight = await startLoadedHub(tools, ours, 8);
  await eight.load.ask("stall 0");
  await eight.load.ask("flood 500"); // fills its buffers and its queue
  const turn = async ({ load }) => {
    await load.ask(`latency ${MESSAGES / 4}`);
    const { p50Us } = await load.ask(`latency ${MESSAGES}`);
    return { p50Us, ...(await load.ask(`flood ${FLOOD_MS}`)) };
  };
  const results = await runRounds([seven, eight], rounds, turn);
  seven.kill();
  eight.kill();
  const p50 = line("p50 of 7 members beside a stalled one", "µs", pick(results, "p50Us"));
  const rate = line("throughput of 7 beside a stalled one", "MB/s", pick(results, "leastMBps"));
  return [
    against(p50, "seven", { text: "≤ 1.05 × without it", holds: (ratio) => ratio <= 1.05 }),
    against(rate, "seven", { text: "≥ 0.95 × without it", holds: (ratio) => ratio >= 0.95 }),
  ];
}

/** A gigabyte under backpressure with a slow reader: every byte is checked by every reader. */
export async function backpressureRows({ tools, quick }) {
  const megabytes = quick ? 20 : 1000;
  const command = (count) => ourHub(count, { overflow: "backpressure" });
  const hub = await startLoadedHub(tools, { title: "anyserial hub", command }, 4);
  const { wrong, missing, MBps } = await hub.load.ask(`checked ${megabytes}`);
  hub.kill();
  const faulty = line(`${megabytes} MB to 3 readers, one slow: bytes wrong or missing`, "", {
    anyserial: [wrong + missing],
  });
  const speed = line("throughput under backpressure", "MB/s", { anyserial: [MBps] });
  return [{ ...faulty, goal: "0", holds: wrong + missing === 0 }, speed];
}

/** 256 members: start, idle CPU, memory under load. */
export async function manyRows({ tools, quick }) {
  const count = 256;
  const { child, paths } = await startHub("anyserial hub", ourHub(count), count);
  const { startMs } = await child.ask("");
  await new Promise((resolve) => setTimeout(resolve, quick ? 0 : SETTLE_MS));
  const before = await child.ask("cpu");
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const after = await child.ask("cpu");
  const idle = ((after.cpuMs - before.cpuMs) / IDLE_MS) * 100;
  child.kill();
  const hub = await startCommandHub(count);
  const loaded = await startLoad(tools, "command", hub);
  await loaded.load.ask(`flood ${quick ? 500 : 10_000}`);
  const memory = memoryOf(hub.pid);
  loaded.kill();
  const value = (measure, unit, number) => line(measure, unit, { anyserial: [number] });
  return [
    atMost(value(`${paths.length} members: start`, "ms", startMs), 1000, "< 1 s"),
    atMost(value("256 members: CPU when idle", "%", idle), 1, "0 %"),
    atMost(
      value("256 members: own memory after a flood", "MB", memory.RssAnon),
      count * QUEUE_MB + 64,
      "≤ queues + 64 MB",
    ),
    value("256 members: pages of Node.js and koffi, shared between programs", "MB", memory.RssFile),
  ];
}

/** Resident memory of a process by its kind, in MB; see proc_pid_status(5). */
function memoryOf(pid) {
  const lines = readFileSync(`/proc/${pid}/status`, "utf8").matchAll(/^(Rss\w+):\s+(\d+) kB$/gm);
  return Object.fromEntries(
    [...lines].map(([, kind, kilobytes]) => [kind, (kilobytes * 1024) / 1e6]),
  );
}

async function inTurns({ tools, hubs, count, rounds }, turn) {
  const running = [];
  for (const hub of hubs) running.push(await startLoadedHub(tools, hub, count));
  const results = await runRounds(running, rounds, turn);
  for (const { kill } of running) kill();
  return results;
}
