// Runs in the guest: the test files that the host's job names, then tells the host the counts.
import { readFileSync } from "node:fs";
import { runTestFiles } from "../../../scripts/test-files.mjs";
import { askHost } from "../.test/helpers/host.js";

const { files, timeoutSeconds } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const count = await runTestFiles(files, { timeoutSeconds, parallel: 1 });
await askHost("finish", { count });
