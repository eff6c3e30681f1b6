// Row round-trip: one byte there and back, latency and CPU time, against an echoing process. Warm and cold, on an
// idle machine and on one that is kept awake.
import { against, atMostRatio, line } from "./lines.mjs";
import { onMachines } from "./machine.mjs";
import { startEcho } from "./peers.mjs";
import { pick, runRounds, startAll, stopAll } from "./rounds.mjs";

const WARM_UP = 20_000;
/** After a pause the scheduler takes some thousand round trips to settle: these are not measured. */
const LEAD_IN = 2000;
const ROUND_TRIPS = 2000;
/** The first round trips of a new process. */
const COLD = 1000;

export async function measureRoundTrip({ contenders, tools, quick, machines }) {
  return onMachines(machines, tools.awake, async (_machine, suffix) => [
    ...(await measureWarm({ contenders, tools, quick, suffix })),
    ...(await measureCold({ contenders, tools, quick, suffix })),
  ]);
}

async function measureWarm({ contenders, tools, quick, suffix }) {
  const pairs = await startAll(contenders, () => startEcho(tools));
  for (const { client } of pairs) await client.ask(`roundTrips ${quick ? WARM_UP / 10 : WARM_UP}`);
  const turn = async ({ client }) => {
    await client.ask(`roundTrips ${LEAD_IN}`);
    return client.ask(`roundTrips ${ROUND_TRIPS}`);
  };
  const results = await runRounds(pairs, quick ? 3 : 25, turn);
  stopAll(pairs);
  const of = (name, field) => line(`${name}${suffix}`, "µs", pick(results, field));
  return [
    against(of("1-byte round trip, p50", "p50Us"), "c", atMostRatio(1.2, "raw C")),
    against(of("1-byte round trip, p90", "p90Us"), "c", atMostRatio(1.3, "raw C")),
    of("1-byte round trip, p99", "p99Us"),
    against(of("CPU time per round trip", "cpuUs"), "c", atMostRatio(1.3, "raw C")),
  ];
}

async function measureCold({ contenders, tools, quick, suffix }) {
  const turn = async (contender) => {
    const [pair] = await startAll([contender], () => startEcho(tools));
    const result = await pair.client.ask(`roundTrips ${COLD}`);
    stopAll([pair]);
    return result;
  };
  const running = contenders.filter(({ skipped }) => !skipped);
  const results = await runRounds(running, quick ? 2 : 9, turn);
  const of = (name, field) =>
    line(`first ${COLD} round trips, ${name}${suffix}`, "µs", pick(results, field));
  return [of("p50", "p50Us"), of("p90", "p90Us"), of("p99", "p99Us")];
}
