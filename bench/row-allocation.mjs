// Row allocation: bytes that 10,000 receiveInto calls leave on the heap, and whether buffers grew.
import { atMost, line } from "./lines.mjs";
import { startFlood } from "./peers.mjs";
import { pick, runRounds, startAll, stopAll } from "./rounds.mjs";

const CALLS = 10_000;
const LARGEST_READ = 65_536;
const GOAL_KIB = 64;

export async function measureAllocation({ contenders, tools, quick }) {
  const measured = contenders.filter(({ id }) => ["anyserial", "serialport"].includes(id));
  const pairs = await startAll(measured, () => startFlood(tools));
  const turn = async ({ client, peer }) => {
    peer.tell(CALLS * LARGEST_READ); // more than is taken; the rest is never written
    const { heapBytes, payloadBytes } = await client.ask(`allocation ${CALLS}`);
    return { heapKiB: heapBytes / 1024, payloadKiB: payloadBytes / 1024 };
  };
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 2 : 5, turn);
  stopAll(pairs);
  const heap = line(`heap growth over ${CALLS} receiveInto`, "KiB", pick(results, "heapKiB"));
  const payload = line(
    `buffers grown over ${CALLS} receiveInto`,
    "KiB",
    pick(results, "payloadKiB"),
  );
  return [atMost(heap, GOAL_KIB, `< ${GOAL_KIB} KiB`), atMost(payload, 1, "none")];
}
