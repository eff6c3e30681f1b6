// Tests hubs that share networks, with three NATS servers on loopback: `npm run test:cluster [-- part of a path]…`. Servers
// and hubs are killed, stopped and cut off. Each line that an application sends is compared with a model. It needs
// the program nats-server (Debian: nats-server), or another one that ANYSERIAL_NATS_SERVER names; without it, all is skipped,
// visibly. ANYSERIAL_TEST_LONG=1 stops a hub for a minute instead of 16 s. `--newest` runs the files about servers and
// hubs that end, survive-*.test.mjs, again with the newest server that Debian has.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARY } from "../test/cluster/servers.mjs";
import { newestNats } from "./newest-nats.mjs";
import { closingLines, runTestFiles } from "./test-files.mjs";

const FILE_TIMEOUT_SECONDS = 420;
const FOLDER = "test/cluster";
/** Files whose result depends on the version of the server. */
const ON_SERVERS = "survive-";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const args = process.argv.slice(2);
const filters = args.filter((arg) => arg !== "--newest");
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".test.mjs"))
  .map((file) => `${FOLDER}/${file}`)
  .reverse() // the longest one first
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
const { stdout } = spawnSync(BINARY, ["--version"], { encoding: "utf8" });

if (stdout === null || stdout === undefined) {
  const skips = files.map((file) => `- ${file}: needs the program ${BINARY}`);
  console.log(closingLines({ passed: 0, failed: 0, skipped: files.length, skips }));
} else {
  const count = await runWith(BINARY, stdout.trim(), files);
  if (args.includes("--newest")) addCount(count, await runNewest());
  console.log(closingLines(count));
  process.exitCode = count.failed > 0 ? 1 : 0;
}

async function runWith(binary, version, sources) {
  console.log(version);
  process.env.ANYSERIAL_NATS_SERVER = binary; // for the processes of the tests
  const batches = sources.map((source) => [{ source, compiled: resolve(source) }]);
  return runTestFiles(batches, { timeoutSeconds: FILE_TIMEOUT_SECONDS, parallel: 2 });
}

async function runNewest() {
  const sources = files.filter((file) => file.includes(ON_SERVERS));
  const newest = newestNats();
  if (typeof newest === "string") {
    const skips = sources.map((file) => `- ${file}, with the newest server: ${newest}`);
    return { passed: 0, failed: 0, skipped: sources.length, skips };
  }
  try {
    return await runWith(newest.binary, newest.version, sources);
  } finally {
    newest.remove();
  }
}

function addCount(count, { passed, failed, skipped, skips }) {
  count.passed += passed;
  count.failed += failed;
  count.skipped += skipped;
  count.skips.push(...skips);
}
