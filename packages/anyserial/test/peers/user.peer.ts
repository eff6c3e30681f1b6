// As a new user has it: an instrument is served, and opened from the same machine and from another one, by programs
// of ours and of others. Its cable is pulled and put back.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { Authority } from "@anyserial/test-support/certificates";
import { until } from "@anyserial/test-support/until";
import { isSerialError } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { type Child, startProgram } from "../helpers/child.ts";
import { COMMAND, noPyserial, python } from "../helpers/remote-peers.ts";
import { ADDRESSES, noNetwork, TestNetwork } from "../helpers/test-network.ts";

const anyserial = (...args: readonly string[]): string[] => [process.execPath, COMMAND, ...args];

/** An instrument that says its name, and counts the questions. */
async function instrument(device: VirtualPort): Promise<void> {
  let line = "";
  let count = 0;
  try {
    for (;;) {
      line += Buffer.from(await device.receive()).toString();
      for (let end = line.indexOf("\n"); end !== -1; end = line.indexOf("\n")) {
        const answer = line.startsWith("*IDN?") ? `instrument, answer ${++count}\n` : "?\n";
        line = line.slice(end + 1);
        await device.send(Buffer.from(answer));
      }
    }
  } catch (error) {
    if (!isSerialError(error) || error.code !== "ERR_SERIAL_CLOSED") throw error;
  }
}

async function untilListening(server: Child): Promise<string> {
  await until("the server listens", () => / at rfc2217/.test(server.stderr));
  return / at (\S+)/.exec(server.stderr)?.[1] ?? "";
}

test("an instrument that is served answers python3-serial and our monitor on the same machine", {
  skip: noPyserial,
}, async () => {
  await using device = await createVirtualPort();
  const answering = instrument(device);
  const [node = "", ...serve] = anyserial("serve", device.path, "--listen", "127.0.0.1:0");
  await using server = startProgram(node, serve);
  const address = await untilListening(server);
  const script = `
import serial
with serial.serial_for_url("${address}", 9600, timeout=8) as port:
    port.write(b"*IDN?\\n")
    print(port.readline().decode().strip(), flush=True)
`;
  await using client = startProgram(python as string, ["-c", script]);
  equal(await client.line(), "instrument, answer 1");
  deepEqual(await client.ended(), { code: 0, signal: null, stderr: "" });

  await using monitor = startProgram(node, anyserial("monitor", address).slice(1));
  await until("it is open", () => /connected/.test(monitor.stderr));
  monitor.say("*IDN?\n");
  equal(await monitor.line(), "instrument, answer 2");
  await device.close();
  await answering;
});

test("an instrument behind TLS answers our monitor on another machine, also after its cable was pulled", {
  skip: noNetwork(),
}, async () => {
  using network = new TestNetwork();
  using authority = new Authority();
  const own = authority.sign(`IP:${ADDRESSES.server}`);
  const mine = authority.sign("DNS:client.example");
  await using device = await createVirtualPort();
  const answering = instrument(device);
  const tls = ["--tls-cert", own.certFile, "--tls-key", own.keyFile];
  const listen = ["--listen", `${ADDRESSES.server}:2217`, "--allow-remote"];
  const clients = ["--tls-client-ca", authority.certFile];
  await using server = network.start(
    "server",
    anyserial("serve", device.path, ...listen, ...tls, ...clients),
  );
  const address = await untilListening(server);
  equal(address, `rfc2217+tls://${ADDRESSES.server}:2217`);
  const ca = ["--tls-ca", authority.certFile];
  const certificate = ["--tls-cert", mine.certFile, "--tls-key", mine.keyFile];

  await using stranger = network.start("client", anyserial("doctor", address, ...ca));
  match((await stranger.ended()).stderr, /asks for a certificate of the client/);
  await using doctor = network.start("client", anyserial("doctor", address, ...ca, ...certificate));
  match(await doctor.line(), /^server: anyserial/);
  equal((await doctor.ended()).code, 0);

  const monitored = `${address}?keepalive=1s`;
  await using monitor = network.start(
    "client",
    anyserial("monitor", monitored, ...ca, ...certificate),
  );
  const shows = (words: RegExp, times: number): Promise<unknown> =>
    until(`${words}, ${times}`, () => monitor.stderr.split(words).length > times);
  await shows(/connected to/, 1);
  monitor.say("*IDN?\n");
  equal(await monitor.line(), "instrument, answer 1");
  network.pull();
  await shows(/disconnected/, 1);
  network.plug();
  await shows(/connected to/, 2);
  monitor.say("*IDN?\n");
  equal(await monitor.line(), "instrument, answer 2");
  await device.close();
  await answering;
});
