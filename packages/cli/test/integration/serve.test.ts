// `anyserial serve` on emulated ports.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { Authority } from "@anyserial/test-support/certificates";
import { openSerialPort, type SerialPort } from "anyserial";
import type { VirtualPort } from "anyserial/pty";
import { createDevice } from "../helpers/device.ts";
import { type RunningCommand, startCommand } from "../helpers/in-process.ts";

/** Starts the command on a free port of the system. @returns Its address for clients. */
async function startServe(
  path: string,
  args: readonly string[] = [],
): Promise<{ readonly command: RunningCommand; readonly address: string }> {
  const command = startCommand(["serve", path, "--listen", "127.0.0.1:0", ...args]);
  await command.stderr.until(/ at \S+\n/);
  const [, address = ""] = / at (\S+)\n/.exec(command.stderr.text) ?? [];
  return { command, address };
}

/** Bytes come in pieces of any size. */
async function receive(from: SerialPort | VirtualPort, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(...(await from.receive()));
  return all;
}

test("serve passes bytes both ways, and the client sets the rate", async (t) => {
  const device = await createDevice(t);
  const { command, address } = await startServe(device.path);
  match(address, /^rfc2217:\/\/127\.0\.0\.1:\d+$/);
  const port = await openSerialPort(address, { baudRate: 9600 });
  await port.send(Uint8Array.of(1, 255, 2));
  deepEqual(await receive(device, 3), [1, 255, 2]);
  await device.send(Uint8Array.of(255, 3));
  deepEqual(await receive(port, 2), [255, 3]);
  equal(port.config.baudRate, 9600);
  await command.stderr.until(/127\.0\.0\.1:\d+ connected/);
  const gone = rejects(port.receive(), { name: "SerialDisconnectedError" });
  command.interrupt("SIGINT");
  equal(await command.ended, 130);
  await gone;
});

test("serve keeps the rate that was given, and answers with it", async (t) => {
  const device = await createDevice(t);
  const { address } = await startServe(device.path, ["--baud", "9600"]);
  const error = await openSerialPort(address, { baudRate: 300 }).catch((reason: unknown) => reason);
  match(String(error), /changed baudRate from 300 to 9600/);
  await using port = await openSerialPort(address, { baudRate: 9600 });
  equal(port.config.baudRate, 9600);
});

test("serve --raw passes bytes without telnet", async (t) => {
  const device = await createDevice(t);
  const { address } = await startServe(device.path, ["--raw"]);
  match(address, /^socket:/);
  await using port = await openSerialPort(address);
  await port.send(Uint8Array.of(255, 253, 44));
  deepEqual(await receive(device, 3), [255, 253, 44]);
});

test("serve serves the port again when its device is back", async (t) => {
  const device = await createDevice(t);
  const { command, address } = await startServe(device.path);
  const { path } = device;
  await device.close();
  await command.stderr.until(/is gone: waiting for it/);
  await createDevice(t, path);
  await command.stderr.until(/is back/);
  await using port = await openSerialPort(address);
  equal(port.isOpen, true);
});

test("serve refuses an address of other machines, unless it is allowed", async (t) => {
  const device = await createDevice(t);
  const command = startCommand(["serve", device.path, "--listen", "0.0.0.0:0"]);
  equal(await command.ended, 2);
  match(command.stderr.text, /reachable from other machines.*--allow-remote/);
  const allowed = startCommand(["serve", device.path, "--listen", "0.0.0.0:0", "--allow-remote"]);
  await allowed.stderr.until(/ at rfc2217/);
  match(allowed.stderr.text, /warning: any program that reaches the address can read and write/);
});

for (const [args, words] of [
  [["--listen", "2217"], /give a host and a port/],
  [["--tls-cert", "c.pem"], /--tls-key/],
] as const) {
  test(`serve refuses ${args.join(" ")}`, async () => {
    const command = startCommand(["serve", "/dev/null", ...args]);
    equal(await command.ended, 2);
    match(command.stderr.text, words);
  });
}

test("serve of a path without a port fails before it listens", async () => {
  const command = startCommand(["serve", "/nowhere/tty", "--listen", "127.0.0.1:0"]);
  match(String(await command.ended), /^[1-9]/);
  match(command.stderr.text, /no such file|not found|ENOENT/i);
});

test("doctor of an address examines the server", async (t) => {
  const device = await createDevice(t);
  const { address } = await startServe(device.path);
  const command = startCommand(["doctor", address]);
  equal(await command.ended, 0);
  match(command.stdout.text, /^server: anyserial /);
  match(command.stdout.text, /answers: rate, data bits, parity, stop bits, flow control/);
});

test("serve with TLS serves monitor and doctor with certificates, and no others", async (t) => {
  using authority = new Authority();
  const [own, clients] = [authority.sign("IP:127.0.0.1"), authority.sign("DNS:client.example")];
  const device = await createDevice(t);
  const { command, address } = await startServe(device.path, [
    ...["--tls-cert", own.certFile, "--tls-key", own.keyFile],
    ...["--tls-client-ca", authority.certFile],
  ]);
  match(address, /^rfc2217\+tls:/);
  const ca = ["--tls-ca", authority.certFile];
  const mine = ["--tls-cert", clients.certFile, "--tls-key", clients.keyFile];

  const stranger = startCommand(["receive", address, ...ca]);
  equal(await stranger.ended, 1);
  match(stranger.stderr.text, /asks for a certificate of the client.*tls: \{ cert, key \}/s);
  await command.stderr.until(/could not connect: TLS/);
  const doctor = startCommand(["doctor", address, ...ca, ...mine]);
  equal(await doctor.ended, 0, doctor.stderr.text);
  match(doctor.stdout.text, /^server: anyserial /);
  await command.stderr.until(/left/);

  const monitor = startCommand(["monitor", address, ...ca, ...mine]);
  await monitor.stderr.until(/connected/);
  await device.send(Buffer.from("reading 7\n"));
  await monitor.stdout.until(/reading 7/);
  monitor.stdin.write("next\n");
  equal(Buffer.from(await receive(device, 5)).toString(), "next\n");
});

test("commands name a file of certificates that they cannot read", async () => {
  const command = startCommand(["monitor", "rfc2217+tls://127.0.0.1:1", "--tls-ca", "/nowhere"]);
  equal(await command.ended, 2);
  match(command.stderr.text, /--tls-ca: cannot read "\/nowhere" \(ENOENT\)/);
});

test("doctor refuses certificates for an address without TLS", async (t) => {
  using authority = new Authority();
  const device = await createDevice(t);
  const { address } = await startServe(device.path);
  const command = startCommand(["doctor", address, "--tls-ca", authority.certFile]);
  equal(await command.ended, 2);
  match(command.stderr.text, /rfc2217\+tls/);
});

test("doctor of an address says what is there in place of a server of ports", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const command = startCommand(["doctor", `rfc2217://127.0.0.1:${port}`]);
  equal(await command.ended, 6);
  match(command.stderr.text, /a web server answers there.*web pages have another one/s);
  server.close();
});
