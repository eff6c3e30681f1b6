import { deepEqual, equal, rejects } from "node:assert/strict";
import { once } from "node:events";
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { ControlClient } from "../../../dist/control/client.js";
import { type ControlHandlers, ControlServer } from "../../../dist/control/server.js";
import { isPosix } from "../../../dist/process/is-posix.js";

const skip = !isPosix() && "sockets of Windows are named pipes";
const STATUS = { pid: 7, startedAt: 0, uptimeMs: 1, networks: [], file: "hub.yaml" };
const REPORT = { added: ["net/a"], removed: [], replaced: [], changed: [], kept: [] };

/** A server whose handlers record their calls. */
async function start(t: TestContext, own: Partial<ControlHandlers> = {}) {
  const path = join(temporaryFolder(t), "hub.sock");
  const calls: unknown[] = [];
  const server = await ControlServer.start(path, {
    status: () => STATUS,
    reload: async () => REPORT,
    stop: () => calls.push("stop"),
    inject: async (...args) => void calls.push(args),
    ...own,
  });
  t.after(() => server.close());
  return { path, calls, server };
}

async function connected(t: TestContext, path: string): Promise<ControlClient> {
  const client = await ControlClient.connect(path);
  t.after(() => client.close());
  return client;
}

test("ControlServer answers each method by its handler", { skip }, async (t) => {
  const { path, calls } = await start(t);
  const client = await connected(t, path);

  deepEqual(await client.call("status"), STATUS);
  deepEqual(await client.call("reload"), REPORT);
  equal(await client.call("inject", { network: "net", member: "a", base64: "aGk=" }), null);
  deepEqual(await client.call("stop"), { pid: process.pid });

  deepEqual(calls, [["net", "a", Buffer.from("hi")], "stop"]);
});

test("ControlServer passes a handler's error to the client, and goes on", { skip }, async (t) => {
  const reload = (): never => {
    throw Object.assign(new Error("made up"), { code: "ENOSPC" });
  };
  const { path } = await start(t, { reload });
  const client = await connected(t, path);

  await rejects(client.call("reload"), { message: "made up", code: "ENOSPC" });
  await rejects(client.call("inject", undefined), { code: "ERR_INVALID_ARG_VALUE" });
  deepEqual(await client.call("status"), STATUS);
});

test("ControlServer answers in the order of the requests, one at a time", { skip }, async (t) => {
  const ends: (() => void)[] = [];
  const inject = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  const { path } = await start(t, { inject });
  const client = await connected(t, path);
  const log: string[] = [];
  const params = { network: "net", member: "a", base64: "" };

  const injected = client.call("inject", params).then(() => log.push("inject"));
  const status = client.call("status").then(() => log.push("status"));
  deepEqual(await (await connected(t, path)).call("status"), STATUS); // another client does not wait
  deepEqual(log, []);
  ends[0]?.();
  await Promise.all([injected, status]);

  deepEqual(log, ["inject", "status"]);
});

test("ControlServer ends a connection that sends no request", { skip }, async (t) => {
  const { path, calls } = await start(t);
  const socket = connect(path);
  t.after(() => socket.destroy());

  socket.write("GET / HTTP/1.1\r\n\r\n");
  await once(socket.resume(), "close");

  deepEqual(calls, []);
});

test("ControlServer makes a private socket, and close() removes it", { skip }, async (t) => {
  const { path, server } = await start(t);

  equal(lstatSync(path).mode & 0o777, 0o600);
  await server.close();
  equal(existsSync(path), false);
});

test("ControlServer.start() replaces no file, and no socket that is served", {
  skip,
}, async (t) => {
  const { path, server } = await start(t);
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "precious");
  const handlers = {} as ControlHandlers;

  await rejects(ControlServer.start(file, handlers), { code: "EADDRINUSE" });
  await rejects(ControlServer.start(path, handlers), { code: "EADDRINUSE", message: /hub 7 / });
  await server.close();
});

test("ControlClient.call() rejects when the hub ends the connection", { skip }, async (t) => {
  const inject = (): Promise<void> => new Promise(() => undefined);
  const { path, server } = await start(t, { inject });
  const client = await connected(t, path);

  const call = client.call("inject", { network: "net", member: "a", base64: "" });
  const refused = rejects(call, { code: "ERR_HUB_NOT_RUNNING" });
  await (await connected(t, path)).call("status"); // the first request has arrived as well
  await server.close();

  await refused;
  await client.ended;
  await rejects(client.call("status"), { code: "ERR_HUB_NOT_RUNNING" });
  await rejects(ControlClient.connect(path), { code: "ERR_HUB_NOT_RUNNING" });
});
