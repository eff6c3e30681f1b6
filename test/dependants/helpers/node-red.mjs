// A real Node-RED in a process of its own: the flows of a test, an editor on loopback, a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const program = join(
  dirname(createRequire(import.meta.url).resolve("node-red/package.json")),
  "red.js",
);
const RUNNING = /now running at (http:\S+)/;
const SETTINGS = {
  uiHost: "127.0.0.1",
  uiPort: 0,
  flowFile: "flows.json",
  credentialSecret: false,
  serialReconnectTime: 50,
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: "info", metrics: false, audit: false } },
};

/**
 * Starts Node-RED for one test; it is stopped at the test's end.
 *
 * @param t The test.
 * @param flows Nodes, as its editor would save them.
 * @returns Its address once the flows run, and a function that waits for a text in its log.
 */
export async function startNodeRed(t, flows) {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-node-red-"));
  writeFileSync(join(folder, "flows.json"), JSON.stringify(flows));
  writeFileSync(join(folder, "settings.js"), `module.exports = ${JSON.stringify(SETTINGS)};`);
  const args = [program, "--userDir", folder, "--settings", join(folder, "settings.js")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const log = followLog(child);
  const [, address] = await log.has(RUNNING);
  await log.has(/Started flows/);
  return { address, has: log.has };
}

function followLog(child) {
  let text = "";
  let hasEnded = false;
  let wake = () => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += stripVTControlCharacters(chunk);
      wake();
    });
  }
  child.once("close", () => {
    hasEnded = true;
    wake();
  });
  const has = async (pattern) => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) return found;
      if (hasEnded) throw new Error(`Node-RED ended without ${pattern}:\n${text}`);
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  };
  return { has };
}
