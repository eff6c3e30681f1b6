// `anyserial hub` with programs as members: they get time to end, and none is left behind.

import { deepEqual, equal } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { HubHome } from "../helpers/hub-process.ts";

const STUBBORN = `
networks:
  plant:
    members:
      port: { port: ./port }
      program: { process: [sh, -c, "trap 'echo asked >asked' TERM; echo $$ >pid; while :; do sleep 1; done"] }
`;

test("hub gives a program time to end after SIGTERM, and kills it then", async (t) => {
  const home = new HubHome(t, STUBBORN);
  const hub = await home.start();
  while (!existsSync(home.path("pid"))) await nextTask();
  const pid = Number(readFileSync(home.path("pid"), "utf8"));

  hub.process.kill("SIGTERM");

  deepEqual(await hub.ended(), { code: 0, signal: null });
  equal(readFileSync(home.path("asked"), "utf8"), "asked\n");
  equal(existsSync(`/proc/${pid}`), false);
  equal(existsSync(home.path("port")), false);
});
