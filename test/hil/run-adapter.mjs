// `npm run test:hardware -- [part of a name]…`: the test files in adapter/ on this machine, over the real port
// that ANYSERIAL_TEST_PORT names, with TX and RX joined; or over it and ANYSERIAL_TEST_PEER.
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLines, runTestFiles } from "../../scripts/test-files.mjs";

const FILE_TIMEOUT_SECONDS = 300;

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
for (const name of ["ANYSERIAL_TEST_PORT", "ANYSERIAL_TEST_PEER"]) checkPort(name);

const parts = process.argv.slice(2);
const files = readdirSync("test/hil/adapter")
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .map((file) => ({
    source: `test/hil/adapter/${file}`,
    compiled: resolve(`test/hil/.test/adapter/${file.replace(/ts$/, "js")}`),
  }));
if (files.length === 0) stop(`no test file matches ${parts.join(" ")}`);
const count = await runTestFiles(
  files.map((file) => [file]),
  { timeoutSeconds: FILE_TIMEOUT_SECONDS, parallel: 1 },
);
console.log(closingLines(count));
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;

function checkPort(name) {
  const path = process.env[name];
  if (path === undefined && name === "ANYSERIAL_TEST_PORT") {
    stop("ANYSERIAL_TEST_PORT is not set: see docs/hardware-testing.md");
  }
  if (path !== undefined && !existsSync(path)) stop(`${name}: there is no ${path}`);
}

function stop(problem) {
  console.error(`test:hardware: ${problem}`);
  process.exit(2);
}
