// Row round-trip: one byte there and back, latency and CPU time, against an echoing process.
import { against, line } from "./lines.mjs";
import { startEcho } from "./peers.mjs";
import { pick, runRounds, startAll, stopAll } from "./rounds.mjs";

const WARM_UP = 20_000;
/** After a pause the scheduler takes some thousand round trips to settle: these are not measured. */
const LEAD_IN = 2000;
const ROUND_TRIPS = 2000;

export async function measureRoundTrip({ contenders, tools, quick }) {
  const pairs = await startAll(contenders, () => startEcho(tools));
  for (const { client } of pairs) await client.ask(`roundTrips ${quick ? WARM_UP / 10 : WARM_UP}`);
  const turn = async ({ client }) => {
    await client.ask(`roundTrips ${LEAD_IN}`);
    return client.ask(`roundTrips ${ROUND_TRIPS}`);
  };
  const results = await runRounds(pairs, quick ? 3 : 25, turn);
  stopAll(pairs);
  const p50 = line("1-byte round trip, p50", "µs", pick(results, "p50Us"));
  const p99 = line("1-byte round trip, p99", "µs", pick(results, "p99Us"));
  const cpu = line("CPU time per round trip", "µs", pick(results, "cpuUs"));
  return [
    against(p50, "c", { text: "≤ 1.35 × raw C", holds: (ratio) => ratio <= 1.35 }),
    against(p50, "serialport", {
      text: "≥ 2.5 × faster than node-serialport",
      holds: (ratio) => ratio >= 2.5,
      invert: true,
    }),
    against(p50, "pyserial", { text: "≤ 1.00 × pySerial", holds: (ratio) => ratio <= 1 }),
    p99,
    against(cpu, "serialport", {
      text: "≤ 0.35 × node-serialport",
      holds: (ratio) => ratio <= 0.35,
    }),
  ];
}
