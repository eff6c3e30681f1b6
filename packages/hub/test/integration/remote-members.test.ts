// Clients of a network: a hub member that serves RFC 2217 or raw bytes, with our own client at the other end.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import type { MemberConfig, RemoteMemberConfig } from "@anyserial/hub";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialConfigInput, type SerialPort } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";

const ANY = "127.0.0.1:0";

/** A hub with an emulated port `a` and a member `far` that serves clients. */
async function start(
  remote: Partial<RemoteMemberConfig["remote"]> = {},
  options: Partial<MemberConfig> = {},
): Promise<BenchHub> {
  const bench = BenchHub.prepare();
  const far = { remote: { listen: ANY, ...remote }, ...options } as MemberConfig;
  await bench.run({ networks: { net: { members: { a: { port: bench.path("a") }, far } } } });
  return bench;
}

async function open(bench: BenchHub, config: SerialConfigInput = {}): Promise<SerialPort> {
  return await openSerialPort(bench.member("far").path, config);
}

/** Bytes come in pieces of any size. */
async function receive(from: SerialPort, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(...(await from.receive()));
  return all;
}

/** A client that does not read. */
async function deafClient(bench: BenchHub): Promise<Socket> {
  const { hostname, port } = new URL(bench.member("far").path.replace("socket:", "http:"));
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  socket.pause();
  await until("it is served", () => {
    return bench.member("far").clients?.some(({ peer }) => peer.endsWith(`:${socket.localPort}`));
  });
  return socket;
}

test("a remote member passes bytes both ways, each 0xff as it is", async () => {
  await using bench = await start();
  const a = await bench.open("a");
  match(bench.member("far").path, /^rfc2217:\/\/127\.0\.0\.1:\d+$/);
  await using port = await open(bench, { baudRate: 9600 });

  await port.send(Uint8Array.of(1, 255, 2));
  deepEqual(await receive(a, 3), [1, 255, 2]);
  await a.send(Uint8Array.of(255, 240, 3));
  deepEqual(await receive(port, 3), [255, 240, 3]);

  const { peer } = await bench.event("member-open", "far");
  equal(bench.member("far").peer, peer);
  deepEqual(
    bench.member("far").clients?.map(({ peer: name }) => name),
    [peer],
  );
  equal(bench.member("far").settings?.baudRate, 9600);
});

test("a remote member keeps the settings of its client where no port follows", async () => {
  await using bench = await start();

  await using port = await open(bench, { baudRate: 1200, parity: "even", dataBits: 7 });

  const { baudRate, parity, dataBits } = port.config;
  deepEqual({ baudRate, parity, dataBits }, { baudRate: 1200, parity: "even", dataBits: 7 });
  equal((await bench.event("settings", "far")).settings.baudRate, 1200);
});

test("a remote member serves one client, and refuses others with a reason", async () => {
  await using bench = await start();
  await using first = await open(bench);

  await rejects(open(bench), { name: "PortBusyError", message: /in use/ });

  const { present } = await bench.event("refused", "far");
  equal(present, bench.member("far").peer);
  await first.close();
  await bench.event("member-close", "far");
  await using next = await open(bench);
  ok(next.isOpen);
});

test("a remote member with clients: kick serves the newest client", async () => {
  await using bench = await start({ clients: "kick" });
  const a = await bench.open("a");
  const first = await open(bench);
  const gone = rejects(first.receive(), { name: "SerialDisconnectedError" });

  await using second = await open(bench);

  await gone;
  match((await bench.event("member-close", "far")).reason ?? "", /takes its place/);
  await a.send(Uint8Array.of(7));
  deepEqual(await receive(second, 1), [7]);
});

test("a remote member with clients: shared lets all talk and receive", async () => {
  await using bench = await start({ clients: "shared" });
  const a = await bench.open("a");
  await using one = await open(bench, { baudRate: 9600 });
  await using other = await open(bench, { baudRate: 9600 });

  await one.send(Uint8Array.of(1));
  deepEqual(await receive(a, 1), [1]);
  await other.send(Uint8Array.of(2));
  deepEqual(await receive(a, 1), [2]);
  await a.send(Uint8Array.of(3));

  deepEqual([await receive(one, 1), await receive(other, 1)], [[3], [3]]);
  equal(bench.member("far").clients?.length, 2);
  await one.close();
  await bench.event("member-close", "far");
  ok(bench.member("far").applicationOpen, "another client is there");
});

test("a remote member loses bytes of a shared client that does not read, and delays no other", async () => {
  await using bench = await start({ protocol: "raw", clients: "shared" }, { queue: 20_000 });
  const deaf = await deafClient(bench);
  await using reader = await open(bench);
  const chunk = Buffer.alloc(16_384, 65);
  let sent = 0;
  let received = 0;
  const isLosing = (): boolean => bench.told("warning", "far").length > 0;

  while (!isLosing()) {
    await bench.hub.inject("net", "a", chunk);
    sent += chunk.length;
    while (received < sent) received += (await reader.receive()).length;
  }

  equal(received, sent, "the other has all");
  match(bench.told("warning", "far")[0]?.message ?? "", /does not read: bytes for it are lost/);
  const slow = bench.member("far").clients?.find(({ droppedBytes }) => droppedBytes > 0);
  ok(slow !== undefined && slow.queuedBytes <= 20_000);
  equal(bench.member("far").dropped.bytes, slow.droppedBytes);
  deaf.destroy();
  await bench.event("member-close", "far");
});

test("a remote member with overflow: disconnect ends a shared client that does not read", async () => {
  const options = { queue: 20_000, overflow: "disconnect" } as const;
  await using bench = await start({ protocol: "raw", clients: "shared" }, options);
  const deaf = await deafClient(bench);

  while (bench.told("member-close", "far").length === 0) {
    await bench.hub.inject("net", "a", Buffer.alloc(16_384));
    await nextTask(); // the socket takes it
  }

  match(bench.told("member-close", "far")[0]?.reason ?? "", /queue was full/);
  deaf.destroy();
});

test("a remote member with one client has the queue and the policy of a member", async () => {
  const options = { queue: 1000, overflow: "backpressure" } as const;
  await using bench = await start({ protocol: "raw" }, options);
  const deaf = await deafClient(bench);
  let sent = 0;
  while (bench.hub.snapshot().networks[0]?.paused !== true) {
    void bench.hub.inject("net", "a", Buffer.alloc(65_536, 66));
    sent += 65_536;
    await nextTask(); // the socket takes it
  }

  let received = 0;
  deaf.on("data", (bytes: Uint8Array) => {
    received += bytes.length;
  });
  deaf.resume();

  await until("all has arrived", () => received === sent);
  equal(bench.member("far").dropped.bytes, 0);
  deaf.destroy();
  await bench.event("member-close", "far");
});

test("a remote member with clients: readers lets the first talk", async () => {
  await using bench = await start({ protocol: "raw", clients: "readers" });
  const a = await bench.open("a");
  await using first = await open(bench);
  await until("it is the first", () => bench.member("far").clients?.length === 1);
  await using second = await open(bench);
  await until("both are there", () => bench.member("far").clients?.length === 2);

  await second.send(Uint8Array.of(1));
  await second.drain();
  await first.send(Uint8Array.of(2));

  deepEqual(await receive(a, 1), [2]);
});

test("a remote member keeps its client through a reload with other options", async () => {
  await using bench = await start();
  await using port = await open(bench);
  const { members } = bench.hub.config.networks["net"] ?? {};
  const far = { remote: { listen: ANY, clients: "shared" }, queue: 1000 } as const;

  const report = await bench.hub.reload({ networks: { net: { members: { ...members, far } } } });

  deepEqual(report.changed, ["net/far"]);
  ok(port.isOpen);
  await using second = await open(bench);
  ok(second.isOpen, "the new mode holds");
});
