// Runs in the guest: the test files that the host's job names, then sends the counts to the host.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { runTestFiles } from "../../../scripts/test-files.mjs";
import { askHost } from "../.test/helpers/host.js";

const KERNEL_LINES = 40;

const { files, timeoutSeconds } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const count = await runTestFiles(
  files.map((file) => [file]),
  { timeoutSeconds, parallel: 1 },
);
if (count.failed > 0) {
  const log = spawnSync("dmesg", { encoding: "utf8" }).stdout.trim().split("\n");
  console.log(`\nThe kernel said last:\n${log.slice(-KERNEL_LINES).join("\n")}`);
}
await askHost("finish", { count });
