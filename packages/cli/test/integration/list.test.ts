// `anyserial list` on this machine, whatever ports it has.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listSerialPorts } from "anyserial";
import { startCommand } from "../helpers/in-process.ts";

test("anyserial list --json lists what the library lists", async () => {
  const command = startCommand(["list", "--json"]);

  assert.equal(await command.ended, 0);
  const { ports } = JSON.parse(command.bytes().toString()) as { ports: { path: string }[] };
  assert.deepEqual(
    ports.map(({ path }) => path),
    (await listSerialPorts()).map(({ path }) => path),
  );
});

test("anyserial list --watch ends as the signal says, and lets the process end", async () => {
  const command = startCommand(["list", "--watch"]);

  command.interrupt("SIGINT");

  assert.equal(await command.ended, 130);
});
