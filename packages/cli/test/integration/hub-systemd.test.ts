// A hub as systemd sees it: a datagram socket plays systemd.

import { deepEqual, equal } from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { missing } from "@anyserial/test-support/programs";
import { nextTask } from "@anyserial/test-support/tasks";
import { HubHome, TWO_PORTS } from "../helpers/hub-process.ts";
import { startProgram } from "../helpers/program.ts";

const skip = missing("systemd-notify", ["--version"]) || missing("socat", ["-V"]);

test("hub notifies systemd that it is ready, reloads, lives and stops", { skip }, async (t) => {
  const config = `${TWO_PORTS}      child: { process: [env] }\n`;
  const home = new HubHome(t, config);
  const path = home.path("notify");
  await using systemd = startProgram("socat", ["-u", `UNIX-RECV:${path}`, "SYSTEM:cat; echo"], {});
  while (!existsSync(path)) await nextTask();
  const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: "200000" };

  const hub = home.run([home.file], { env });
  await systemd.stdout.until(/READY=1\nSTATUS=3 members on 1 networks/);
  await systemd.stdout.until(/WATCHDOG=1/);
  hub.process.kill("SIGHUP");
  await systemd.stdout.until(/RELOADING=1\nMONOTONIC_USEC=\d+/);
  await systemd.stdout.until(/READY=1/);
  hub.process.kill("SIGTERM");
  await systemd.stdout.until(/STOPPING=1/);

  deepEqual(await hub.ended(), { code: 0, signal: null });
  equal(hub.stderr.text, "");
});
