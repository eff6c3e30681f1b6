// Row throughput: a process floods the line, the contender reads it in receives of 64 KiB and
// checks the bytes. The flood comes in slices, in turns, each timed from the first chunk to the
// last: the throughput of a pty changes from second to second.
import { against, line } from "./lines.mjs";
import { startFlood } from "./peers.mjs";
import { pick, runRounds, startAll, stopAll } from "./rounds.mjs";

const SLICE_MEGABYTES = 10;
const SLICE_BYTES = SLICE_MEGABYTES * 1e6;

export async function measureThroughput({ contenders, tools, quick }) {
  const slices = quick ? 3 : 50;
  const pairs = await startAll(contenders, () => startFlood(tools));
  const turns = pairs.flatMap((pair) => [
    { ...pair, command: "read" },
    ...(pair.id === "anyserial" ? [{ ...pair, id: "into", command: "readInto" }] : []),
  ]);
  for (const turn of turns) await readSlice(turn);
  const results = await runRounds(turns, slices, readSlice);
  stopAll(pairs);
  return toLines(results, slices);
}

async function readSlice({ id, client, peer, command }) {
  peer.tell(SLICE_BYTES);
  const { intact, seconds, cpuSeconds } = await client.ask(`${command} ${SLICE_BYTES}`);
  if (!intact) throw new Error(`${id} did not receive the bytes that were sent`);
  return {
    megabytesPerSecond: SLICE_MEGABYTES / seconds,
    cpuMsPerMegabyte: (cpuSeconds * 1000) / SLICE_MEGABYTES,
  };
}

function toLines({ into, ...received }, slices) {
  const size = `${slices * SLICE_MEGABYTES} MB in 64 KiB receives`;
  const goal = { text: "≥ 0.95 × raw C", holds: (ratio) => ratio >= 0.95 };
  const speed = pick(received, "megabytesPerSecond");
  const intoSpeed = { anyserial: pick({ into }, "megabytesPerSecond").into, c: speed.c };
  return [
    against(line(size, "MB/s", speed), "c", goal),
    against(line(`${size}, receiveInto`, "MB/s", intoSpeed), "c", goal),
    line(`${size}, CPU time per MB`, "ms", pick(received, "cpuMsPerMegabyte")),
  ];
}
