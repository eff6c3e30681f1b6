// A hub with so many emulated ports on one bus: prints their paths, then how long its start
// took, or its processor time, whenever it is asked.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [count, entry, options = "{}"] = process.argv.slice(2);
const { createHub } = await import(entry);
const folder = mkdtempSync(join(tmpdir(), "anyserial-bench-hub-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const names = Array.from({ length: Number(count) }, (_, index) => `m${index}`);
const members = Object.fromEntries(names.map((name) => [name, { port: join(folder, name) }]));
const startedAt = performance.now();
await createHub({ networks: { bench: { ...JSON.parse(options), members } } });
const startMs = performance.now() - startedAt;
for (const name of names) console.log(join(folder, name));

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

for await (const command of createInterface({ input: process.stdin })) {
  if (command === "cpu") {
    console.log(JSON.stringify({ cpuMs: cpuMs() }));
    continue;
  }
  console.log(JSON.stringify({ startMs }));
}
process.exit(0);
