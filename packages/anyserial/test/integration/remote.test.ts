// Ports at our own server: lines, sessions, several clients.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialPort, serialSessions } from "anyserial";
import { SerialServer } from "anyserial/serve";
import { servePort } from "../helpers/served-port.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (words: string): Uint8Array => Buffer.from(words);

async function receiveText(port: SerialPort, length: number): Promise<string> {
  let all = "";
  while (all.length < length) all += text(await port.receive());
  return all;
}

test("modemLineChanges() of a port at a server gives each change of its lines", async () => {
  await using served = await servePort();
  await using port = await openSerialPort(`rfc2217://${served.at}`);
  deepEqual(await port.modemLines(), { cts: true, dsr: true, ri: false, dcd: true });
  const changes = port.modemLineChanges();
  const first = changes.next();
  await port.modemLines(); // behind the first sample
  await served.pair.b.setControlLines({ rts: false });
  equal((await first).value?.line, "cts");
  const second = changes.next();
  served.pair.hooks.a.setRing(true);
  deepEqual([(await second).value?.line, (await port.modemLines()).ri], ["ri", true]);
});

test("modemLineChanges() of a port at a server gives both edges of a pulse", async () => {
  await using served = await servePort();
  await using port = await openSerialPort(`rfc2217://${served.at}`);
  const changes = port.modemLineChanges();
  const first = changes.next();
  await port.modemLines(); // behind the first sample

  await served.pair.b.setControlLines({ rts: false });
  await served.pair.b.setControlLines({ rts: true });

  const edges = [(await first).value, (await changes.next()).value];
  deepEqual(
    edges.map((edge) => [edge?.line, edge?.state]),
    [
      ["cts", false],
      ["cts", true],
    ],
  );
});

test("modemLineChanges() of a port at a server has the right levels when lines change as it begins", async () => {
  await using served = await servePort();
  for (let round = 0; round < 20; round++) {
    await using port = await openSerialPort(`rfc2217://${served.at}`);
    const ending = new AbortController();
    const levels: boolean[] = [];
    const changes = port.modemLineChanges({ signal: ending.signal });
    const watching = (async () => {
      for await (const { line, state } of changes) if (line === "cts") levels.push(state);
    })().catch(() => undefined);
    for (let turn = 0; turn <= round; turn++) {
      await served.pair.b.setControlLines({ rts: turn % 2 === 0 });
    }
    await served.pair.b.setControlLines({ rts: false });
    await until("the last level is known", async () => !(await port.modemLines()).cts);
    await served.pair.b.setControlLines({ rts: true });
    await until("the last edge", () => levels.at(-1) === true);
    ending.abort();
    await watching;
    ok(
      levels.every((level, at) => level !== levels[at + 1]),
      `${levels}`,
    );
    equal((await port.modemLines()).cts, true);
  }
});

test("setControlLines() and sendBreak() reach the port behind a server", async () => {
  await using served = await servePort();
  await using port = await openSerialPort(`rfc2217://${served.at}`, {
    controlLines: { dtr: false },
  });
  deepEqual(await served.pair.b.modemLines(), { cts: true, dsr: false, ri: false, dcd: false });
  await port.setControlLines({ dtr: true, rts: false });
  await until("lines", async () => {
    const { cts, dsr } = await served.pair.b.modemLines();
    return !cts && dsr;
  });
  await port.sendBreak({ durationMs: 1 });
  equal((await served.pair.b.lineErrors()).break, 1);
});

test("openSerialPort() opens a unix socket, and a raw port has no line", async () => {
  const path = join(tmpdir(), `anyserial-${process.pid}.sock`);
  await using served = await servePort({ listen: { path }, protocol: "raw" });
  await using port = await openSerialPort(`unix:${path}`);
  await port.send(bytes("raw"));
  equal(text(await served.pair.b.receive()), "raw");
  await rejects(port.modemLines(), { name: "UnsupportedFeatureError" });
  equal(port.capabilities.modemLines, "unsupported");
});

test("closed resolves when the server has ended the connection, after its last bytes", async () => {
  await using served = await servePort();
  await using port = await openSerialPort(`rfc2217://${served.at}`);
  await served.pair.b.send(bytes("last"));
  equal(await receiveText(port, 4), "last");
  served.pair.hooks.a.disconnect();
  equal((await port.closed)?.name, "SerialDisconnectedError");
});

test("serialSessions() of an address waits for a server that is not there yet", async () => {
  const before = await servePort();
  const port = Number(before.at.split(":")[1]);
  await before[Symbol.asyncDispose]();
  const sessions = serialSessions(`rfc2217://127.0.0.1:${port}`);
  const opening = sessions.next();
  await using served = await servePort({ listen: { host: "127.0.0.1", port } });
  const { value } = await opening;
  ok(value?.isOpen);
  served.pair.hooks.a.disconnect();
  equal((await value.closed)?.name, "SerialDisconnectedError");
  await sessions.return(undefined);
});

test("SerialServer in the mode kick serves the newest client", async () => {
  await using served = await servePort({ clients: "kick" });
  const first = await openSerialPort(`rfc2217://${served.at}`);
  await using second = await openSerialPort(`rfc2217://${served.at}`);
  equal((await first.closed)?.name, "SerialDisconnectedError");
  await second.send(bytes("second"));
  equal(await receiveText(served.pair.b, 6), "second");
});

test("SerialServer in the mode shared lets all talk, and the first set the line", async () => {
  await using served = await servePort({ clients: "shared" });
  await using first = await openSerialPort(`rfc2217://${served.at}`, { baudRate: 9600 });
  await using second = await openSerialPort(`rfc2217://${served.at}`, {
    baudRate: 1200,
    unsupportedPolicy: "ignore",
  });
  equal(served.pair.a.config.baudRate, 9600);
  equal(second.config.baudRate, 9600);
  await first.send(bytes("a"));
  await second.send(bytes("b"));
  equal((await receiveText(served.pair.b, 2)).length, 2);
  await served.pair.b.send(bytes("all"));
  deepEqual(await Promise.all([receiveText(first, 3), receiveText(second, 3)]), ["all", "all"]);
});

test("SerialServer in the mode readers lets only the first talk", async () => {
  await using served = await servePort({ clients: "readers" });
  await using first = await openSerialPort(`rfc2217://${served.at}`);
  await using second = await openSerialPort(`rfc2217://${served.at}`, {
    unsupportedPolicy: "ignore",
  });
  await second.send(bytes("no"));
  await second.modemLines(); // its bytes were taken before
  await first.send(bytes("yes"));
  equal(await receiveText(served.pair.b, 3), "yes");
  await served.pair.b.send(bytes("all"));
  deepEqual(await Promise.all([receiveText(first, 3), receiveText(second, 3)]), ["all", "all"]);
});

test("SerialServer loses bytes of a client that does not read, and delays no other", async () => {
  await using served = await servePort({ clients: "shared", queue: 4096 });
  await using reader = await openSerialPort(`rfc2217://${served.at}`);
  const [host, port] = served.at.split(":");
  const stalled = connect({ host, port: Number(port) });
  stalled.pause();
  await until("an event", () => served.server.peers.length === 2);
  const chunk = new Uint8Array(65_536);
  let received = 0;
  const reading = (async () => {
    while (received < 12_000_000) received += (await reader.receive()).length;
  })();
  while (received < 12_000_000) {
    await served.pair.b.send(chunk, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  }
  await reading;
  ok(served.events.some(({ type }) => type === "stalled"));
  stalled.destroy();
  await until("an event", () => served.events.some(({ type }) => type === "lost"));
});

test("SerialServer keeps a client that has only ended its own side for its answer", async () => {
  await using served = await servePort({ protocol: "raw" });
  const [host, port] = served.at.split(":");
  const client = connect({ host, port: Number(port) });
  const answer = new Promise<string>((resolve) => {
    let all = "";
    client.on("data", (chunk) => {
      all += chunk.toString();
    });
    client.on("end", () => resolve(all));
  });
  client.end("ask\n");
  equal(await receiveText(served.pair.b, 4), "ask\n");
  await served.pair.b.send(bytes("answer\n"));
  equal(await answer, "answer\n");
});

test("SerialServer ends a connection on which nothing is sent", async () => {
  await using served = await servePort({ idleMs: 500 });
  const port = await openSerialPort(`rfc2217://${served.at}`);
  await port.closed;
  await until("an event", () => served.events.some(({ type }) => type === "close"));
  const end = served.events.find(({ type }) => type === "close");
  match(JSON.stringify(end), /nothing was sent either way/);
});

test("SerialServer refuses clients with words while the port is not there", async () => {
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 } });
  const { address } = server;
  ok("port" in address);
  await rejects(openSerialPort(`rfc2217://127.0.0.1:${address.port}`), {
    name: "PortBusyError",
    message: /the port is not there now/,
  });
  await server.close();
});
