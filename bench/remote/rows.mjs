// The rows of "Numbers" of ports on other machines: round trip, throughput, many clients, idle.
import { against, atMost, atMostRatio, line } from "../lines.mjs";
import { onMachines } from "../machine.mjs";
import { startEcho, startFlood } from "../peers.mjs";
import { pick, runRounds } from "../rounds.mjs";
import {
  CLIENTS,
  cpuMsOf,
  lacks,
  startAnyserial,
  startSer2net,
  startSocat,
} from "./contenders.mjs";
import { startLoad } from "./load.mjs";

const WARM_UP = 10_000;
const LEAD_IN = 2000;
const ROUND_TRIPS = 2000;
/** pySerial has two threads, which wait for each other. */
const FEWER = 10;
const SLICE_MEGABYTES = 10;
const SLICE_BYTES = SLICE_MEGABYTES * 1e6;
const CLIENTS_OF_ONE_PORT = 64;
const BROADCASTS = 500;
/** More than the kernel and the server keep for a client that does not read. */
const FILL_BYTES = 12_000_000;
const IDLE_MS = 5000;

/** Servers with their clients: `id` is the column. */
const PATHS = [
  { id: "anyserial", server: "anyserial", client: "anyserial" },
  { id: "ser2net", server: "ser2net", client: "c" },
  { id: "oursWithC", server: "anyserial", client: "c" },
  { id: "ser2netWithOurs", server: "ser2net", client: "anyserial" },
  { id: "pyserial", server: "ser2net", client: "pyserial" },
];

/** Columns of the table. */
export const COLUMNS = [
  { id: "anyserial", title: "anyserial serve, anyserial" },
  { id: "ser2net", title: "ser2net, C client", skipped: lacks.ser2net },
  { id: "oursWithC", title: "anyserial serve, C client" },
  { id: "ser2netWithOurs", title: "ser2net, anyserial", skipped: lacks.ser2net },
  { id: "pyserial", title: "ser2net, pySerial", skipped: lacks.ser2net ?? lacks.pyserial },
  { id: "socat", title: "socat, C client", skipped: lacks.socat },
];

/** One byte through client, server and pty to a process that sends it back. */
export async function roundTripRows({ tools, quick, machines }) {
  return onMachines(machines, tools.awake, async (_machine, suffix) => {
    const pairs = [];
    for (const path of PATHS.filter(isThere)) {
      const peer = await startEcho(tools);
      pairs.push(await startPath(path, { peer, tools, scheme: "rfc2217" }));
    }
    const trips = ({ id }, count) => `roundTrips ${id === "pyserial" ? count / FEWER : count}`;
    for (const pair of pairs) await pair.client.ask(trips(pair, quick ? LEAD_IN : WARM_UP));
    const turn = async (pair) => {
      await pair.client.ask(trips(pair, LEAD_IN / 2));
      return pair.client.ask(trips(pair, ROUND_TRIPS));
    };
    const results = await runRounds(pairs, quick ? 3 : 15, turn);
    stopPaths(pairs);
    const of = (name, field) => line(`${name}${suffix}`, "µs", pick(results, field));
    const beside = (base) => against(base, "ser2net", atMostRatio(1.3, "ser2net with C"));
    return [
      beside(of("1-byte round trip, RFC 2217, p50", "p50Us")),
      beside(of("1-byte round trip, RFC 2217, p90", "p90Us")),
      of("1-byte round trip, RFC 2217, p99", "p99Us"),
    ];
  });
}

/** 100 MB from the device to the client, in slices. */
export async function throughputRows({ tools, quick }) {
  const lines = [];
  for (const scheme of ["socket", "rfc2217"]) {
    const pairs = [];
    const paths = [...PATHS.filter(({ id }) => id !== "pyserial"), SOCAT];
    for (const path of paths.filter(isThere)) {
      // A telnet client in C has nothing to undo: the bytes of the pattern are below 251.
      pairs.push(await startPath(path, { peer: await startFlood(tools), tools, scheme }));
    }
    for (const pair of pairs) await readSlice(pair);
    const results = await runRounds(pairs, quick ? 2 : 10, readSlice);
    stopPaths(pairs);
    const name = scheme === "socket" ? "raw" : "RFC 2217";
    const base = line(`100 MB, ${name}`, "MB/s", pick(results, "megabytesPerSecond"));
    const goal = { text: "≥ 0.90 × socat", holds: (ratio) => ratio >= 0.9 };
    lines.push(against(base, "socat", goal));
  }
  return lines;
}

const SOCAT = { id: "socat", server: "socat", client: "c" };

/** A message of the device until 63 clients of one port have it, beside one that does not read, and without it. */
export async function sharedRows({ tools, quick }) {
  const alone = await startLoad(tools, { id: "anyserial", count: CLIENTS_OF_ONE_PORT - 1 });
  const beside = await startLoad(tools, { id: "stalled", count: CLIENTS_OF_ONE_PORT - 1 });
  const peer =
    lacks.ser2net === undefined
      ? [await startLoad(tools, { id: "ser2net", count: CLIENTS_OF_ONE_PORT - 1 })]
      : [];
  await beside.load.ask(`stall ${beside.port} ${FILL_BYTES}`);
  const turn = async ({ load }) => {
    await load.ask(`latency ${BROADCASTS / 5}`);
    return load.ask(`latency ${BROADCASTS}`);
  };
  const results = await runRounds([alone, beside, ...peer], quick ? 3 : 15, turn);
  for (const { kill } of [alone, beside, ...peer]) kill();
  const { anyserial: without, stalled, ...others } = results;
  const of = (name, field, values) =>
    line(`${name}, ${field.slice(0, 3)}`, "µs", pick(values, field));
  const name = `4 bytes to ${CLIENTS_OF_ONE_PORT - 1} clients of one port`;
  const goal = { text: "≤ 1.10 × without it", holds: (ratio) => ratio <= 1.1 };
  return ["p50Us", "p90Us", "p99Us"].flatMap((field) => [
    of(name, field, { anyserial: without, ...others }),
    {
      ...against(
        of(`${name}, one more stalled`, field, { anyserial: stalled, without }),
        "without",
        goal,
      ),
      ...(field === "p99Us" ? {} : { goal: undefined, holds: undefined }),
    },
  ]);
}

/** Processor time of a server whose clients do nothing. */
export async function idleRows({ tools }) {
  const { server, kill } = await startLoad(tools, { id: "anyserial", count: CLIENTS_OF_ONE_PORT });
  const before = cpuMsOf(server.pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const percent = ((cpuMsOf(server.pid) - before) / IDLE_MS) * 100;
  kill();
  const base = line(`CPU of a server with ${CLIENTS_OF_ONE_PORT} idle clients`, "%", {
    anyserial: [percent],
  });
  return [atMost(base, 0.5, "0 %")];
}

function isThere({ id }) {
  return COLUMNS.find((column) => column.id === id)?.skipped === undefined;
}

async function startPath({ id, server, client }, { peer, tools, scheme }) {
  const [path] = peer.paths;
  const protocol = scheme === "socket" ? "raw" : "rfc2217";
  const start = {
    anyserial: () => startAnyserial(path, protocol === "raw" ? ["--raw"] : []),
    ser2net: () => startSer2net(path, { protocol }),
    socat: () => startSocat(path),
  };
  const running = await start[server]();
  const { port } = running;
  return {
    id,
    peer: peer.child,
    server: running.child,
    client: await CLIENTS[client]({ port, scheme, tools }),
  };
}

function stopPaths(pairs) {
  for (const { client, server, peer } of pairs) {
    client.kill();
    server.kill();
    peer.kill();
  }
}

async function readSlice({ id, client, peer }) {
  peer.tell(SLICE_BYTES);
  const { intact, seconds } = await client.ask(`read ${SLICE_BYTES}`);
  if (!intact) throw new Error(`${id} did not receive the bytes that were sent`);
  return { megabytesPerSecond: SLICE_MEGABYTES / seconds };
}
