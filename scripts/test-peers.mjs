// `npm run test:peers -- [part of a path…]`: our client and our server beside those of other projects, each as a
// process, over ptys and over networks that the tests make. Skips visibly what is not installed, and what needs
// root.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";
import { closingLines, runTestFiles } from "./test-files.mjs";

const FOLDER = "packages/anyserial/test/peers";
const FILE_TIMEOUT_SECONDS = 240;
/** Some of them wait for most of their time. */
const AT_ONCE = 3;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
setUp();
const filters = process.argv.slice(2);
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".peer.ts"))
  .map((name) => `${FOLDER}/${name}`)
  .filter((source) => filters.length === 0 || filters.some((part) => source.includes(part)))
  .map((source) => ({ source, compiled: resolve(compiledFile(source)) }));
const count = await runTestFiles(
  files.map((file) => [file]),
  { timeoutSeconds: FILE_TIMEOUT_SECONDS, parallel: AT_ONCE },
);
console.log(closingLines(count));
process.exitCode = count.failed > 0 || files.length === 0 ? 1 : 0;

function compiledFile(source) {
  return source.replace("/test/", "/.test/").replace(/\.ts$/, ".js");
}
