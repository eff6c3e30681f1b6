// Tests the page of the hub in a browser: `npm run test:browser [-- part of a path]…`. It needs Debian's Chromium
// (apt-get install chromium), or another one that ANYSERIAL_CHROMIUM names; without it, all is skipped, visibly.
// `--screenshots` renews the pictures in docs/images.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { noChromium } from "../test/browser/chromium.mjs";
import { closingLines, runTestFiles } from "./test-files.mjs";

const FILE_TIMEOUT_SECONDS = 120;
const FOLDER = "test/browser";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const args = process.argv.slice(2);
const filters = args.filter((arg) => arg !== "--screenshots");
if (args.includes("--screenshots")) process.env.ANYSERIAL_SCREENSHOTS = "1";
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".test.mjs"))
  .map((file) => `${FOLDER}/${file}`)
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));

if (noChromium) {
  const skips = files.map((file) => `- ${file}: ${noChromium}`);
  console.log(closingLines({ passed: 0, failed: 0, skipped: files.length, skips }));
} else {
  const count = await runTestFiles(
    files.map((source) => [{ source, compiled: resolve(source) }]),
    { timeoutSeconds: FILE_TIMEOUT_SECONDS, parallel: 1 }, // a browser has many processes
  );
  console.log(closingLines(count));
  process.exitCode = count.failed > 0 ? 1 : 0;
}
