// Peers on unix sockets, as virtual machines and simulators have for their serial ports.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { createHub, type HubConfig, type UnixMemberConfig } from "@anyserial/hub";
import { checkHubConfig } from "@anyserial/hub/config";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

/** An application `a` and a peer. */
function configOf(bench: BenchHub, unix: UnixMemberConfig["unix"]): HubConfig {
  const { net } = bench.config(["a"]).networks;
  return { networks: { net: { members: { ...net?.members, peer: { unix } } } } };
}

/** A client that keeps received bytes. */
class Client implements Disposable {
  readonly socket: Socket;
  received = "";
  isEnded = false;

  constructor(path: string) {
    this.socket = connect({ path, allowHalfOpen: true });
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
    });
    for (const event of ["end", "close"]) {
      this.socket.on(event, () => {
        this.isEnded = true;
      });
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

async function serve(path: string, onClient: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => onClient(socket.on("error", () => undefined)));
  server.listen(path);
  await once(server, "listening");
  return server;
}

test("unix listen makes a socket for its user only, serves clients, and removes it", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("sub/vm.sock");
  await bench.run(configOf(bench, { listen: "./sub/vm.sock" }));
  const a = await bench.open("a");
  equal(lstatSync(path).mode & 0o777, 0o600);
  equal(bench.member("peer").path, `unix:${path}`);

  for (const text of ["first", "again"]) {
    using client = new Client(path);
    client.socket.write(text);
    equal(await receiveText(a, 5), text);
    await a.send(Buffer.from("reply"));
    await until("the reply", () => client.received === "reply");
    client.socket.destroy();
    await until("it is gone", () => !bench.member("peer").applicationOpen);
  }
  await bench.stop();

  deepEqual(readdirSync(bench.path("sub")), []);
});

test("unix listen refuses a second client, and answers one that has ended its own side", async () => {
  await using bench = BenchHub.prepare();
  await bench.run(configOf(bench, { listen: "vm.sock" }));
  const a = await bench.open("a");
  using client = new Client(bench.path("vm.sock"));
  await until("it is there", () => bench.member("peer").applicationOpen);
  using second = new Client(bench.path("vm.sock"));
  await until("it is disconnected", () => second.isEnded);
  const { peer, present, count } = await bench.event("refused");
  deepEqual({ peer, present, count }, { peer: undefined, present: undefined, count: 1 });

  client.socket.end("query");
  equal(await receiveText(a, 5), "query");
  await a.send(Buffer.from("answer"));
  await until("the answer", () => client.received === "answer");
});

test("unix listen notices at once that a client has closed that asked nothing", async () => {
  await using bench = BenchHub.prepare();
  await bench.run(configOf(bench, { listen: "vm.sock" }));
  const client = new Client(bench.path("vm.sock"));
  await until("it is there", () => bench.member("peer").applicationOpen);
  client.socket.destroy();
  await until("it is gone", () => !bench.member("peer").applicationOpen);

  equal((await bench.event("member-close", "peer")).reason, undefined);
});

test("unix connect comes back by itself", async () => {
  await using bench = BenchHub.prepare();
  const sockets: Socket[] = [];
  const path = bench.path("keep.sock");
  await bench.run(configOf(bench, { connect: "keep.sock" }));
  const a = await bench.open("a");
  match((await bench.event("member-error", "peer")).error.message, /ENOENT/);

  const server = await serve(path, (socket) => sockets.push(socket));
  const first = await until("it connected", () => sockets[0]);
  first.destroy();
  const second = await until("it connected again", () => sockets[1]);
  await until("the hub knows", () => bench.member("peer").applicationOpen);
  second.write("hello");
  equal(await receiveText(a, 5), "hello");

  equal(bench.told("member-error", "peer").length, 1);
  second.destroy();
  server.close();
});

test("unix listen takes the socket of a killed hub over, and not that of a running one", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("vm.sock");
  const config = { networks: { net: { members: { peer: { unix: { listen: path } } } } } };
  await using other = new Program(process.execPath, [
    "--input-type=module",
    "-e",
    `import { createHub } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
     await createHub(${JSON.stringify(config)});
     console.log("runs");`,
  ]);
  await until("it runs", () => other.output.includes("runs"));
  const running = lstatSync(path).ino;

  await rejects(bench.run(configOf(bench, { listen: path, onBusy: "replace" })), {
    code: "EADDRINUSE",
    message: new RegExp(`process ${other.pid} has it`),
  });
  equal(lstatSync(path).ino, running);
  await other.kill();
  await bench.run(configOf(bench, { listen: path }));

  using client = new Client(path);
  await until("a client is served", () => bench.member("peer").applicationOpen);
  client.socket.destroy();
});

test("unix listen leaves everything alone that no hub made", async () => {
  await using bench = BenchHub.prepare();
  const foreign = bench.path("keep-foreign.sock");
  const server = await serve(foreign, (socket) => socket.destroy());
  const dead = bench.path("keep-dead.sock");
  await leaveSocket(dead);
  writeFileSync(bench.path("keep-file"), "precious");
  symlinkSync("nowhere", bench.path("keep-link"));

  for (const name of ["keep-foreign.sock", "keep-dead.sock", "keep-file", "keep-link"]) {
    const { ino } = lstatSync(bench.path(name));
    await rejects(bench.run(configOf(bench, { listen: name })), { code: "EEXIST" });
    equal(lstatSync(bench.path(name)).ino, ino, name);
  }

  equal(readFileSync(bench.path("keep-file"), "utf8"), "precious");
  server.close();
});

test("unix listen takes a socket over whose maker has ended, though another process has its number", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("vm.sock");
  await leaveSocket(path);
  const { dev, ino, mtimeNs } = lstatSync(path, { bigint: true });
  const note = { pid: process.pid, dev: `${dev}`, ino: `${ino}`, madeAt: `${mtimeNs}` };
  writeFileSync(bench.path(".vm.sock.socket"), JSON.stringify(note));

  await bench.run(configOf(bench, { listen: path }));

  using client = new Client(path);
  await until("a client is served", () => bench.member("peer").applicationOpen);
  client.socket.destroy();
});

test("unix listen refuses a socket that this process has in another hub", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("vm.sock");
  await bench.run(configOf(bench, { listen: path }));
  const members = { peer: { unix: { listen: path } } };

  await rejects(createHub({ networks: { other: { members } } }), {
    code: "EADDRINUSE",
    message: new RegExp(`process ${process.pid} has it`),
  });
});

/** Leaves a socket that nothing listens on, and that no hub made. */
async function leaveSocket(path: string): Promise<void> {
  const code = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("runs"))`;
  await using program = new Program(process.execPath, ["-e", code]);
  await until("it listens", () => program.output.includes("runs"));
  await program.kill();
}

test("unix listen does not remove a file put in place of its socket", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("keep-vm.sock");
  await bench.run(configOf(bench, { listen: path }));
  rmSync(path);
  const server = await serve(path, (socket) => socket.destroy());

  await bench.stop();

  equal(existsSync(path), true);
  server.close();
});

test("unix listen writes through no link that stands in its folder", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("vm.sock");
  const victim = bench.path("keep-victim");
  writeFileSync(victim, "mine");
  symlinkSync(victim, bench.path(`.vm.sock.socket.${process.pid}`));
  symlinkSync(victim, bench.path(".vm.sock.socket"));

  await bench.run(configOf(bench, { listen: path }));

  equal(readFileSync(victim, "utf8"), "mine");
  equal(lstatSync(bench.path(".vm.sock.socket")).isFile(), true);
  rmSync(bench.path(`.vm.sock.socket.${process.pid}`));
});

test("a reload changes the mode of our socket only, not of the target of a link in its place", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("keep-vm.sock");
  const victim = bench.path("keep-victim");
  await bench.run(configOf(bench, { listen: path }));
  writeFileSync(victim, "mine", { mode: 0o600 });
  rmSync(path);
  symlinkSync(victim, path);

  await bench.hub.reload(configOf(bench, { listen: path, mode: "0666" }));

  equal(lstatSync(victim).mode & 0o777, 0o600);
});

test("a reload changes mode and onBusy of a socket, and keeps its client", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("vm.sock");
  await bench.run(configOf(bench, { listen: path }));
  using client = new Client(path);
  await until("it is there", () => bench.member("peer").applicationOpen);

  const report = await bench.hub.reload(
    configOf(bench, { listen: path, mode: "0660", onBusy: "replace" }),
  );

  deepEqual([report.kept, report.changed], [["net/a"], ["net/peer"]]);
  equal(client.isEnded, false);
  equal(lstatSync(path).mode & 0o777, 0o660);
  using next = new Client(path);
  await until("the first is disconnected", () => client.isEnded);
  equal(next.isEnded, false);
});

test("a socket's path that is too long for the system is named by check", () => {
  const config = {
    networks: { net: { members: { peer: { unix: { listen: "vm.sock" } } } } },
    listen: { control: "control" },
  };
  const directory = `/${"d".repeat(99)}`;
  const problems = checkHubConfig(JSON.stringify(config), { directory }).problems;

  deepEqual(
    problems.map(({ field }) => field),
    ["networks.net.members.peer.unix.listen", "listen.control"],
  );
  match(problems[0]?.reason ?? "", /a path of at most 107 bytes/);
});
