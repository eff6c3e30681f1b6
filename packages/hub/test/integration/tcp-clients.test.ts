// Clients of TCP members: two at once, clients that send no more, and clients of another protocol.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import type { TcpMemberConfig } from "@anyserial/hub";
import { checkHubConfig } from "@anyserial/hub/config";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { reversed, tableKey } from "anyserial/internal";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

/** A hub with an application `a` and a TCP member `peer`. */
async function startWith(tcp: TcpMemberConfig["tcp"]): Promise<BenchHub> {
  const bench = BenchHub.prepare();
  const { net } = bench.config(["a"]).networks;
  await bench.run({ networks: { net: { members: { ...net?.members, peer: { tcp } } } } });
  return bench;
}

function portOf(bench: BenchHub): number {
  return Number(bench.member("peer").path.split(":").at(-1));
}

/** A client that keeps received bytes. */
class Client implements Disposable {
  readonly socket: Socket;
  received = "";
  isEnded = false;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
    });
    this.socket.on("end", () => {
      this.isEnded = true;
    });
    this.socket.on("close", () => {
      this.isEnded = true;
    });
  }

  get name(): string {
    return `127.0.0.1:${this.socket.localPort}`;
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, "connect");
    return this;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

test("tcp listen refuses a second client, and reports both by their addresses", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  using first = await new Client(portOf(bench)).connected();
  await until("it is there", () => bench.member("peer").peer === first.name);

  using second = await new Client(portOf(bench)).connected();
  const { name } = second;
  await until("it is disconnected", () => second.isEnded);

  const { peer, present, count } = await bench.event("refused");
  deepEqual({ peer, present, count }, { peer: name, present: first.name, count: 1 });
  deepEqual(
    bench.told("member-open", "peer").map((event) => event.peer),
    [first.name],
  );
  const a = await bench.open("a");
  first.socket.write("still here");
  equal(await receiveText(a, 10), "still here");
});

test("tcp listen with onBusy: replace serves the new client, without bytes that waited for the old one", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0", onBusy: "replace" });
  const a = await bench.open("a");
  using first = await new Client(portOf(bench)).connected();
  first.socket.pause();
  await until("it is there", () => bench.member("peer").peer === first.name);
  const { name } = first;
  const chunk = Buffer.alloc(65_536, "old ");
  await until("something waits", () => {
    a.trySend(chunk);
    return bench.member("peer").queuedBytes > 0;
  });

  using second = await new Client(portOf(bench)).connected();
  await until("the new one is there", () => bench.member("peer").peer === second.name);

  const { peer, reason } = await bench.event("member-close", "peer");
  deepEqual({ peer, reason }, { peer: name, reason: `${second.name} takes its place` });
  equal(bench.member("peer").queuedBytes, 0);
  await until("the old one is disconnected", () => {
    first.socket.resume();
    return first.isEnded;
  });
  deepEqual(bench.told("refused"), []);
});

test("tcp listen answers a client that has ended its own side, however late", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  const a = await bench.open("a");
  using client = new Client(portOf(bench));
  client.socket.end("query\n");
  equal(await receiveText(a, 6), "query\n");

  await a.send(Buffer.from("first answer\n"));
  await until("the first answer", () => client.received === "first answer\n");
  await a.send(Buffer.from("second answer\n"));
  await until("the second answer", () => client.received.endsWith("second answer\n"));

  equal(client.isEnded, false);
});

test("tcp listen keeps a late answer from the next client", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  const a = await bench.open("a");
  const client = new Client(portOf(bench));
  client.socket.end("QUERY1\n");
  equal(await receiveText(a, 7), "QUERY1\n");
  client.socket.destroy();

  using next = await new Client(portOf(bench)).connected();
  next.socket.write("QUERY2\n");
  await a.send(Buffer.from("answer 1\n"));
  equal(await receiveText(a, 7), "QUERY2\n");
  await a.send(Buffer.from("answer 2\n"));
  await until("its answer", () => next.received.endsWith("answer 2\n"));

  equal(next.received, "answer 2\n");
});

test("tcp listen is free at once when a client that was answered closes", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  const a = await bench.open("a");
  for (let round = 0; round < 20; round++) {
    using client = new Client(portOf(bench));
    client.socket.write("?");
    equal(await receiveText(a, 1), "?");
    await a.send(Buffer.from("!"));
    await until("the answer", () => client.received === "!");
    client.socket.destroy();
    await until("it is gone", () => !bench.member("peer").applicationOpen);
  }
  deepEqual(bench.told("refused"), []);
});

test("tcp listen notices at once that a client of this machine has closed, though it got no answer", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  const client = await new Client(portOf(bench)).connected();
  client.socket.write("fire and forget");
  await until("it was received", () => bench.member("peer").in.bytes === 15);
  client.socket.destroy();
  await until("it is gone", () => !bench.member("peer").applicationOpen);

  using next = await new Client(portOf(bench)).connected();
  await until("the next one is served", () => bench.member("peer").peer === next.name);
});

test("a reload changes the options of a TCP listener, and keeps its client", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  using first = await new Client(portOf(bench)).connected();
  await until("it is there", () => bench.member("peer").peer === first.name);
  const { net } = bench.config(["a"]).networks;
  const tcp = { listen: "127.0.0.1:0", onBusy: "replace", vanishAfterMs: 20_000 } as const;

  const report = await bench.hub.reload({
    networks: { net: { members: { ...net?.members, peer: { tcp } } } },
  });

  deepEqual([report.kept, report.changed], [["net/a"], ["net/peer"]]);
  equal(bench.member("peer").peer, first.name);
  using second = await new Client(portOf(bench)).connected();
  await until("the new one is there", () => bench.member("peer").peer === second.name);
});

test("a hub whose only member waits for its server stays until the server is there", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const config = {
    networks: { net: { members: { peer: { tcp: { connect: `127.0.0.1:${port}` } } } } },
  };
  await using hub = new Program(process.execPath, [
    "--input-type=module",
    "-e",
    `import { createHub } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
     await createHub(${JSON.stringify(config)}, { onEvent: ({ type }) => console.log(type) });`,
  ]);
  await until("it has failed once", () => hub.output.includes("member-error"));

  server.listen(port, "127.0.0.1");
  await until("it is connected", () => hub.output.includes("member-open"));

  await hub.kill();
  server.close();
});

test("a telnet peer on a raw TCP member is reported once", async () => {
  await using bench = await startWith({ listen: "127.0.0.1:0" });
  for (let round = 0; round < 2; round++) {
    using client = new Client(portOf(bench));
    client.socket.write(Buffer.from([0xff, 0xfd, 0x03, 0xff, 0xfb, 0x2c]));
    await until("it is there", () => bench.told("member-open", "peer").length > round);
    await until("it was received", () => bench.member("peer").in.bytes === 6 * (round + 1));
    client.socket.destroy();
    await until("it is gone", () => !bench.member("peer").applicationOpen);
  }

  const warnings = bench.told("warning", "peer").map(({ message }) => message);
  equal(warnings.length, 1);
  match(warnings[0] ?? "", /speaks telnet.*raw TCP/);
});

test("TCP members ask idle peers after 30 s whether they are still there, on both sides", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  try {
    await using listening = await startWith({ listen: "127.0.0.1:0" });
    await using connecting = await startWith({ connect: `127.0.0.1:${port}` });
    using client = await new Client(portOf(listening)).connected();
    const called = await until("it connected", () => sockets[0]);
    await until("it is there", () => listening.member("peer").peer === client.name);
    await until("so is the other", () => connecting.member("peer").peer === `127.0.0.1:${port}`);

    for (const socket of [client.socket, called]) {
      const key = tableKey(reversed(socket));
      const table = readFileSync("/proc/self/net/tcp", "latin1").split("\n");
      const row = table.find((line) => line.includes(` ${key} `)) ?? "";
      const [, kind, ticks] = /\s([0-9A-F]{2}):([0-9A-F]{8})\s+[0-9A-F]{8}\s/.exec(row) ?? [];
      equal(kind, "02", `keepalive timer: ${row}`);
      const seconds = Number.parseInt(ticks ?? "", 16) / 100; // USER_HZ
      ok(seconds > 10 && seconds <= 30, `${seconds} s`);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

test("tcp listen on an address that other machines reach needs allowRemote, and warns then", async () => {
  const networks = { net: { members: { peer: { tcp: { listen: "0.0.0.0:0" } } } } };
  await using bench = BenchHub.prepare();

  await rejects(bench.run({ networks }), {
    name: "ConfigurationError",
    message:
      /peer.tcp.listen: "0.0.0.0:0" is reachable from other machines.*no password.*allowRemote: true/,
  });
  const [problem, ...more] = checkHubConfig(JSON.stringify({ networks })).problems;
  equal(problem?.field, "networks.net.members.peer.tcp.listen");
  deepEqual(more, []);

  const tcp = { listen: "0.0.0.0:0", allowRemote: true };
  await bench.run({ networks: { net: { members: { peer: { tcp } } } } });
  match(
    bench.told("warning", "peer")[0]?.message ?? "",
    /no password: any program that can connect can read/,
  );
});
