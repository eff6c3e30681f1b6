// A cable between two machines is pulled, and put back.

import { deepEqual, equal } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { ADDRESS, CLIENT, receiveText, serve } from "../helpers/cable.ts";
import type { Child } from "../helpers/child.ts";
import { COMMAND } from "../helpers/remote-peers.ts";
import { noNetwork, TestNetwork } from "../helpers/test-network.ts";

const skip = noNetwork();

for (const [way, isSending] of [
  ["silent", false],
  ["sending", true],
] as const) {
  test(`serialSessions() of a ${way} port notices a pulled cable, and continues when it is back`, {
    skip,
  }, async () => {
    using network = new TestNetwork();
    await using device = await createVirtualPort();
    await using _server = await serve(network, device);
    await using client = network.start("client", CLIENT);
    deepEqual(await client.message(), { event: "open" });
    client.say("before\n");
    equal(await receiveText(device, 6), "before");

    network.pull();
    if (isSending) client.say("lost\n");
    deepEqual(await client.message(), { gone: "ETIMEDOUT" });
    network.plug();
    deepEqual(await client.message(), { event: "open" });

    await device.send(Buffer.from("again"));
    deepEqual(await client.message(), { received: "again" });
  });
}

test("a serial member of the hub continues when the cable is back", { skip }, async () => {
  using network = new TestNetwork();
  await using device = await createVirtualPort();
  await using _server = await serve(network, device);
  const folder = mkdtempSync(join(tmpdir(), "anyserial-cable-"));
  const file = join(folder, "hub.yaml");
  const members = `{ app: { port: ./app }, far: { serial: "${ADDRESS}" } }`;
  writeFileSync(file, `networks:\n  line:\n    members: ${members}\n`);
  try {
    await using hub = network.start("client", [process.execPath, COMMAND, "hub", file, "--json"]);
    await untilMessage(hub, /"member-open".*"far"/);
    await using app = await openSerialPort(join(folder, "app"));
    await app.send(Buffer.from("before"));
    equal(await receiveText(device, 6), "before");

    network.pull();
    await app.send(Buffer.from("lost"));
    await untilMessage(hub, /ETIMEDOUT/);
    network.plug();
    await until("the port is open again", async () => {
      await device.send(Buffer.from("x"));
      return (await app.inputWaiting()) > 0;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function untilMessage(child: Child, pattern: RegExp): Promise<void> {
  while (!pattern.test(await child.line())) {
    // the next one
  }
}
