// What the page of the hub costs its members: `npm run bench -- page`. One hub serves nothing over HTTP; the others do,
// without a page, and with one that reads, that was hidden a moment ago, or that hardly reads. All have their turns.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { against, line } from "../lines.mjs";
import { deliver, describeMachine } from "../report.mjs";
import { pick, runRounds } from "../rounds.mjs";
import { compileHubPeers, startCommandHub, startLoad } from "./contenders.mjs";

const MESSAGES = 2000;
const FLOOD_MS = 500;
/** Longer than the hub takes to begin a stream. */
const READING_MS = 1000;
const SLOW_BYTES_A_SECOND = 1000;
const CONTENDERS = [
  { id: "anyserial", title: "without HTTP" },
  { id: "none", title: "no page" },
  { id: "open", title: "a page reads" },
  { id: "hidden", title: "a page was hidden just now" },
  { id: "slow", title: "a page hardly reads" },
];
/** Share that may be lost where nobody looks. */
const NOISE = 0.05;
/** One bit at 115,200 baud, in microseconds: a member on a line cannot feel less. */
const BIT_US = 8.7;

/**
 * Runs it.
 *
 * @param args Options: `--members N`, `--rounds N`, `--quick`, `--strict`, `--json`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      members: { type: "string", default: "8" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const tools = compileHubPeers();
  const machine = describeMachine();
  const count = Number(options.members);
  const running = [];
  for (const { id } of CONTENDERS) running.push(await startContender(tools, id, count));
  const { quick, rounds = quick ? "1" : "21" } = options;
  const results = await runRounds(running, Number(rounds), turn);
  for (const { kill } of running) kill();
  const lines = linesOf(results, count);
  const result = { machine, quick, contenders: CONTENDERS, lines };
  return deliver(result, "page", options);
}

async function startContender(tools, id, count) {
  const listen = id === "anyserial" ? undefined : { http: "127.0.0.1:0" };
  const hub = await startCommandHub(count, listen);
  const loaded = await startLoad(tools, id, hub);
  const page = new PageReader(hub.http);
  const kill = () => {
    page.close();
    loaded.kill();
  };
  return { ...loaded, page, kill };
}

/** One turn: the page first, then the load. */
async function turn({ id, load, page }) {
  if (id === "open") page.open([]);
  if (id === "slow") page.open(["--limit-rate", String(SLOW_BYTES_A_SECOND)]);
  if (id === "hidden") page.open([]);
  await sleep(READING_MS);
  if (id === "hidden") page.close();
  await load.ask(`latency ${MESSAGES / 4}`);
  const { p50Us, p99Us } = await load.ask(`latency ${MESSAGES}`);
  const { leastMBps } = await load.ask(`flood ${FLOOD_MS}`);
  if (id === "open") page.close();
  return { p50Us, p99Us, leastMBps };
}

/** Reads the stream as a page does, in a process of its own. */
class PageReader {
  #http;
  #child;

  constructor(http) {
    this.#http = http;
  }

  open(options) {
    this.#child ??= spawn("curl", ["-sN", ...options, "-o", "/dev/null", `${this.#http}/stream`], {
      stdio: "ignore",
    });
  }

  close() {
    this.#child?.kill();
    this.#child = undefined;
  }
}

function linesOf(results, count) {
  const measures = [
    [`4 bytes to ${count - 1} readers, p50`, "µs", "p50Us"],
    [`4 bytes to ${count - 1} readers, p99`, "µs", "p99Us"],
    [`throughput to each of ${count - 1} readers`, "MB/s", "leastMBps"],
  ];
  return measures.flatMap(([text, unit, field]) => {
    const base = line(text, unit, pick(results, field));
    return CONTENDERS.slice(1).map(({ id, title }) => {
      const goal = goalOf(id, field);
      return against(base, id, {
        text: goal === undefined ? title : `${title}: ${goal.text}`,
        holds: (ratio) => goal?.holds(ratio, base.values),
        invert: true,
      });
    });
  });
}

/** The ratio is the hub's with the page over the hub's without HTTP. */
function goalOf(id, field) {
  if (id === "open" || field === "p99Us") return undefined; // it is looked at: that may cost something
  if (field === "leastMBps") {
    return { text: "as without HTTP", holds: (ratio) => ratio >= 1 - NOISE };
  }
  if (id === "none") return { text: "as without HTTP", holds: (ratio) => ratio <= 1 + NOISE };
  return {
    text: `at most ${BIT_US} µs more`,
    holds: (_, values) => values[id] - values.anyserial <= BIT_US,
  };
}
