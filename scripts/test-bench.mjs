// Checks that the benchmark runs: `npm run test:bench`. Every part takes one short turn. Its figures mean nothing, and
// goals are not looked at. `remote` and `hub` take one row each, as all of them would last minutes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { closingLines } from "./test-files.mjs";

const RUNS = [
  "--only round-trip",
  "--only many-ports",
  "--only allocation",
  "--only cancellation",
  "--only import",
  "--only discovery",
  "framing",
  "greeting",
  "serialport",
  "web-serial",
  "page",
  "hub --only latency",
  "remote --only round-trip",
];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const count = { passed: 0, failed: 0, skipped: 0, skips: [] };
for (const run of RUNS) {
  const args = ["bench/run.mjs", ...run.split(" "), "--quick"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const hasRun = status === 0 && stdout.includes("| measure |");
  console.log(`${hasRun ? "✔" : "✖"} ${run}`);
  if (!hasRun) console.log(`${stdout}${stderr}`);
  if (hasRun) count.passed++;
  else count.failed++;
}
console.log(closingLines(count));
process.exitCode = count.failed > 0 ? 1 : 0;
