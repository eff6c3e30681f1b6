// Row cancellation: from abort() to the rejection of a receive that is waiting.
import { atMost, line } from "./lines.mjs";
import { startEcho } from "./peers.mjs";
import { pick, runRounds, startAll, stopAll } from "./rounds.mjs";

const ABORTS = 2000;

export async function measureCancellation({ contenders, tools, quick }) {
  const measured = contenders.filter(({ id }) =>
    ["anyserial", "reactor", "candidate"].includes(id),
  );
  const pairs = await startAll(measured, () => startEcho(tools));
  const turn = ({ client }) => client.ask(`cancel ${ABORTS}`);
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 3 : 15, turn);
  stopAll(pairs);
  return [
    line("abort to rejection, p50", "µs", pick(results, "p50Us")),
    atMost(line("abort to rejection, p99", "µs", pick(results, "p99Us")), 1000, "< 1 ms"),
  ];
}
