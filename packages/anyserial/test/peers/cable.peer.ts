// A cable between two machines is pulled, and put back; or one of the machines dies.

import { deepEqual, equal, match } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import type { Child } from "../helpers/child.ts";
import { COMMAND } from "../helpers/remote-peers.ts";
import { ADDRESSES, noNetwork, TestNetwork } from "../helpers/test-network.ts";

const skip = noNetwork();
const SESSIONS = fileURLToPath(new URL("../fixtures/remote-sessions.js", import.meta.url));
const LISTEN = `${ADDRESSES.server}:2217`;
/** A peer that does not answer has vanished 11 s later. */
const ADDRESS = `rfc2217://${LISTEN}?keepalive=1s`;

const node = (...args: readonly string[]): string[] => [process.execPath, ...args];

/** Serves a device to the network. */
async function serve(network: TestNetwork, device: VirtualPort): Promise<Child> {
  const args = ["serve", device.path, "--listen", LISTEN, "--allow-remote"];
  const server = network.start("server", node(COMMAND, ...args));
  await until("the server listens", () => server.stderr.includes(" at rfc2217"));
  return server;
}

/** Receives a text of known length. */
async function receive(device: VirtualPort, length: number): Promise<string> {
  let all = "";
  while (all.length < length) all += Buffer.from(await device.receive()).toString();
  return all;
}

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
    await using client = network.start("client", node(SESSIONS, ADDRESS));
    deepEqual(await client.message(), { event: "open" });
    client.say("before\n");
    equal(await receive(device, 6), "before");

    network.pull();
    if (isSending) client.say("lost\n");
    deepEqual(await client.message(), { gone: "ETIMEDOUT" });
    network.plug();
    deepEqual(await client.message(), { event: "open" });

    await device.send(Buffer.from("again"));
    deepEqual(await client.message(), { received: "again" });
  });
}

for (const [way, isSending] of [
  ["silent", false],
  ["receiving", true],
] as const) {
  test(`SerialServer frees its port of a ${way} client whose machine died`, { skip }, async () => {
    using network = new TestNetwork();
    await using device = await createVirtualPort();
    await using server = await serve(network, device);
    await using dead = network.start("client", node(SESSIONS, ADDRESS));
    deepEqual(await dead.message(), { event: "open" });

    network.pull();
    dead.process.kill("SIGKILL");
    await dead.ended();
    network.switchOff("client");
    if (isSending) await device.send(Buffer.from("lost"));
    await using second = network.start("server", node(SESSIONS, ADDRESS));
    deepEqual(await second.message(), { event: "open" });

    second.say("mine\n");
    equal(await receive(device, 4), "mine");
    match(server.stderr, /refused/);
    match(server.stderr, /left: (nothing came back|read ETIMEDOUT)/);
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
    await using hub = network.start("client", node(COMMAND, "hub", file, "--json"));
    await untilMessage(hub, /"member-open".*"far"/);
    await using app = await openSerialPort(join(folder, "app"));
    await app.send(Buffer.from("before"));
    equal(await receive(device, 6), "before");

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
