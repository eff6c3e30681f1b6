// zigbee2mqtt's own start: from its settings over the coordinator to the broker, and its end when the coordinator goes.
import { equal, match } from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeDevice } from "../helpers/device.mjs";
import { startBroker } from "../helpers/mqtt-broker.mjs";
import { zigate } from "../helpers/zigate.mjs";

const require = createRequire(import.meta.url);
const program = join(dirname(require.resolve("zigbee2mqtt/package.json")), "index.js");

/** Its settings, as its installation guide has them. */
function settings(port, broker) {
  return `version: 5
mqtt:
  base_topic: zigbee2mqtt
  server: ${broker}
serial:
  port: ${port}
  adapter: zigate
advanced:
  log_output: [console]
  log_level: debug
  network_key: [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13]
  pan_id: 6754
  ext_pan_id: [17, 34, 51, 68, 85, 102, 119, 136]
frontend:
  enabled: false
homeassistant:
  enabled: false
`;
}

/** Starts it with a folder of its own; stops it at the test's end. @returns `before` fails where it ends first. */
function start(t, port, broker) {
  const data = mkdtempSync(join(tmpdir(), "anyserial-zigbee2mqtt-"));
  writeFileSync(join(data, "configuration.yaml"), settings(port, broker));
  const env = { ...process.env, ZIGBEE2MQTT_DATA: data };
  // In a repository, it would take the commit for its own and build itself anew.
  const child = spawn(process.execPath, [program], {
    cwd: data,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      log += chunk;
    });
  }
  const ended = new Promise((resolve) => child.once("close", (code) => resolve({ code, log })));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(data, { recursive: true, force: true });
  });
  const before = async (wanted) => {
    const first = await Promise.race([wanted, ended]);
    if (first?.log !== undefined) throw new Error(`it ended: ${first.log}`);
    return first;
  };
  return { child, ended, before };
}

test("zigbee2mqtt starts its network and reports to its broker", async (t) => {
  const device = await makeDevice(t, zigate);
  const broker = await startBroker(t);
  const { child, ended, before } = start(t, device.path, broker.address);

  const info = await before(broker.published("zigbee2mqtt/bridge/info", /zigate/i));
  await before(broker.published("zigbee2mqtt/bridge/state", /online/));
  child.kill("SIGTERM");
  const { code, log } = await ended;

  match(JSON.parse(info).coordinator.ieee_address, /^0x00158d0001020304$/);
  match(log, /zigbee-herdsman started/);
  equal(code, 0);
});

test("zigbee2mqtt ends when its coordinator is unplugged", async (t) => {
  const device = await makeDevice(t, zigate);
  const broker = await startBroker(t);
  const { ended, before } = start(t, device.path, broker.address);
  await before(broker.published("zigbee2mqtt/bridge/state", /online/));

  await device.port.close();
  const { code, log } = await ended;

  match(log, /Adapter disconnected, stopping/);
  equal(code, 2);
});

test("zigbee2mqtt reports a port that is missing", async (t) => {
  const broker = await startBroker(t);
  const { ended } = start(t, "/dev/anyserial-missing", broker.address);

  const { code, log } = await ended;

  match(log, /No such file or directory, cannot open \/dev\/anyserial-missing/);
  equal(code, 1);
});
