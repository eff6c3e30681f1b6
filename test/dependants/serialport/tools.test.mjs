// The command line tools of node-serialport. They read the manifest beside them, so they start in their own folder.
import { match, ok } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeDevice, receivedBy } from "../helpers/device.mjs";

const require = createRequire(import.meta.url);

function folderOf(name) {
  return join(dirname(require.resolve(`${name}/package.json`)), "dist");
}

test("@serialport/list prints the ports as JSON", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["index.js", "--format", "json"], {
    cwd: folderOf("@serialport/list"),
    encoding: "utf8",
  });

  ok(Array.isArray(JSON.parse(stdout)), stderr);
});

const noScript = spawnSync("script", ["--version"]).error && "script(1) is not installed";

test("@serialport/terminal sends what is typed, and shows what comes", {
  skip: noScript,
}, async (t) => {
  const device = await makeDevice(t, (bytes) => ({ taken: bytes.length, send: `<${bytes}>` }));
  const command = `"${process.execPath}" index.js -p ${device.path} -b 9600 --no-echo`;
  const child = spawn("script", ["-qfec", command, "/dev/null"], {
    cwd: folderOf("@serialport/terminal"),
  });
  t.after(() => child.kill("SIGKILL"));
  const output = child.stdout.setEncoding("utf8")[Symbol.asyncIterator]();
  let shown = "";
  const until = async (pattern) => {
    while (!pattern.test(shown)) {
      const { value, done } = await output.next();
      if (done) throw new Error(`it ended: ${shown}`);
      shown += value;
    }
  };

  await until(/Opening serial port/);
  child.stdin.write("typed");
  await receivedBy(device, ({ length }) => length === 5);
  await until(/d>/);

  match(shown, /</);
});
