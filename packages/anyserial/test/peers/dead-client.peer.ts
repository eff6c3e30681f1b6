// The machine of a client dies, and another client wants its place.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { createVirtualPort } from "anyserial/pty";
import { CLIENT, receiveText, serve } from "../helpers/cable.ts";
import { noNetwork, TestNetwork } from "../helpers/test-network.ts";

const skip = noNetwork();

for (const [way, isSending] of [
  ["silent", false],
  ["receiving", true],
] as const) {
  test(`SerialServer frees its port of a ${way} client whose machine died`, { skip }, async () => {
    using network = new TestNetwork();
    await using device = await createVirtualPort();
    await using server = await serve(network, device);
    await using dead = network.start("client", CLIENT);
    deepEqual(await dead.message(), { event: "open" });

    network.pull();
    dead.process.kill("SIGKILL");
    await dead.ended();
    network.switchOff("client");
    if (isSending) await device.send(Buffer.from("lost"));
    await using second = network.start("server", CLIENT);
    deepEqual(await second.message(), { event: "open" });

    second.say("mine\n");
    equal(await receiveText(device, 4), "mine");
    match(server.stderr, /refused/);
    match(server.stderr, /left: (nothing came back|read ETIMEDOUT)/);
  });
}
