// Row many-ports: one round trip on each of 128 ports, all at once, beside the same with 8 ports.
import { against, atMostRatio, line } from "./lines.mjs";
import { startEcho } from "./peers.mjs";
import { pick, runRounds, startAll, stopAll } from "./rounds.mjs";
import { pairedRatio } from "./statistics.mjs";

const FEW = 8;
const MANY = 128;
const TRIPS_PER_TURN = 12_800;

export async function measureManyPorts({ contenders, tools, quick }) {
  const few = await startAll(contenders, () => startEcho(tools, FEW));
  const many = await startAll(contenders, () => startEcho(tools, MANY));
  const pairs = few.map((pair, index) => ({ id: pair.id, few: pair, many: many[index] }));
  const ask = ({ client }, ports) => client.ask(`together ${TRIPS_PER_TURN / ports}`);
  const turn = async (pair) => ({
    few: await ask(pair.few, FEW),
    many: await ask(pair.many, MANY),
  });
  for (const pair of pairs) await turn(pair);
  const results = await runRounds(pairs, quick ? 3 : 15, turn);
  stopAll([...few, ...many]);
  return toLines(pick(results, "few"), pick(results, "many"));
}

function toLines(few, many) {
  const threads = line(`threads, ${MANY} ports`, "", pick(many, "threads"));
  const threadsFew = line("", "", pick(few, "threads")).values.anyserial;
  return [
    ...compare("time", pick(few, "wallUs"), pick(many, "wallUs")),
    ...compare("CPU time", pick(few, "cpuUs"), pick(many, "cpuUs")),
    {
      ...threads,
      goal: `as many as with ${FEW} ports`,
      holds: threads.values.anyserial <= threadsFew,
    },
  ];
}

function compare(what, few, many) {
  const ratio = pairedRatio(many.anyserial, few.anyserial);
  const toC = (base) =>
    what === "CPU time" ? against(base, "c", atMostRatio(1.5, "raw C")) : base;
  const atMany = line(`${what} per port, ${MANY} ports at once`, "µs", many);
  return [
    toC(line(`${what} per port, ${FEW} ports at once`, "µs", few)),
    ...(what === "CPU time" ? [toC(atMany)] : []),
    {
      ...atMany,
      ratio,
      goal: `≤ 1.00 × ${FEW} ports`,
      holds: ratio.value <= 1,
    },
  ];
}
