// The memory soak: `npm run soak:serialport -- [--chunks N] [HABIT…]`. A day of messages one after the other through a
// SerialPort, 10^7 by default: for a program that forgets each, one that keeps each for a while, and one that makes text
// of each. It fails if the memory grows.

import { parseArgs } from "node:util";
import { growthOf, type Habit, runTraffic } from "../helpers/traffic.ts";

/** What a collector leaves now and then; a leak of the smallest object a chunk would be 160 MB. */
const SLACK_BYTES = 2e6;

const HABITS = ["forgets", "keeps", "parses"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { chunks: { type: "string", default: "10000000" } },
});
const chunks = Number(values.chunks);
const wanted = HABITS.filter((habit) => positionals.length === 0 || positionals.includes(habit));
if (wanted.length === 0) throw new Error(`unknown: ${positionals.join(" ")}`);

for (const habit of wanted) await soak(habit);

async function soak(habit: Habit): Promise<void> {
  const started = performance.now();
  const traffic = await runTraffic(chunks, habit, (done, held) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    print(`${habit}, ${done} chunks, ${seconds} s, ${megabytes(held)} MB held`);
  });
  const grown = growthOf(traffic);
  print(`${habit}: ${traffic.bytes} bytes came, ${megabytes(grown)} MB grown`);
  if (grown > SLACK_BYTES) throw new Error(`memory grows in a program that ${habit} chunks`);
}

function print(text: string): void {
  process.stdout.write(`soak: ${text}\n`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(3);
}
