// The control socket: its permissions, its answers, and the file of a crashed hub.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ControlClient, callControl, controlPathOf } from "@anyserial/hub/control";
import { ConfigurationError, isSerialError } from "anyserial";
import { makeRuntimeFolder } from "../../dist/control/runtime-folder.js";
import { type ControlHandlers, ControlServer } from "../../dist/control/server.js";
import { snapshotOf, testFolder } from "../helpers/service-fixtures.ts";
import { smallDisk } from "../helpers/small-disk.ts";

async function start(t: TestContext, path: string, handlers: Partial<ControlHandlers> = {}) {
  const server = await ControlServer.start(path, {
    status: () => ({ ...snapshotOf({}), file: "/h.yaml" }),
    reload: async () => ({ added: ["a/b"], removed: [], replaced: [], changed: [], kept: [] }),
    stop: () => undefined,
    inject: async () => undefined,
    ...handlers,
  });
  t.after(() => server.close());
  return server;
}

test("ControlServer makes a socket that only this user can open", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  const umask = process.umask();

  await start(t, path);

  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(process.umask(), umask);
});

test("ControlServer answers status and reload", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  await start(t, path);

  assert.equal((await callControl(path, "status")).networks[0]?.name, "plant");
  assert.deepEqual((await callControl(path, "reload")).added, ["a/b"]);
});

test("ControlServer passes an injection to its handler", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  const given: string[] = [];
  await start(t, path, {
    inject: async (network, member, bytes) => {
      given.push(`${network}/${member} ${Buffer.from(bytes).toString()}`);
    },
  });
  const client = await ControlClient.connect(path);
  t.after(() => client.close());

  await client.call("inject", { network: "n", member: "m", base64: "aGVsbG8=" });

  assert.deepEqual(given, ["n/m hello"]);
});

test("ControlClient throws the error that the hub reports", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  await start(t, path, {
    reload: () =>
      Promise.reject(new ConfigurationError("Cannot use it", { code: "ERR_X", hint: "do y" })),
  });

  await assert.rejects(callControl(path, "reload"), {
    message: "Cannot use it",
    code: "ERR_X",
    hint: "do y",
  });
});

test("ControlClient reports that the hub has ended", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  const server = await start(t, path, { stop: () => void server.close() });
  const client = await ControlClient.connect(path);

  assert.equal((await client.call("stop")).pid, process.pid);
  await client.ended;

  assert.equal(existsSync(path), false);
  await assert.rejects(ControlClient.connect(path), { code: "ERR_HUB_NOT_RUNNING" });
  await assert.rejects(client.call("status"), { code: "ERR_HUB_NOT_RUNNING" });
});

for (const [what, line] of [
  ["text that is no JSON", "hello\n"],
  ["an unknown method", '{"id":1,"method":"constructor"}\n'],
  ["a line without an end", "x".repeat(2 * 1024 * 1024)],
] as const) {
  test(`ControlServer disconnects ${what}, and serves others`, async (t) => {
    const path = join(testFolder(t), "hub.sock");
    await start(t, path);
    const socket = connect(path);
    socket.on("error", () => undefined);

    socket.write(line);
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));

    assert.equal((await callControl(path, "status")).pid, 123);
  });
}

test("ControlServer replaces the socket of a hub that crashed", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  const crashed = createServer();
  await new Promise<void>((resolve) => crashed.listen(path, resolve));
  const kept = `${path}.kept`;
  renameSync(path, kept); // closing a server removes its socket
  crashed.close();
  await once(crashed, "close");
  renameSync(kept, path);

  await start(t, path);

  assert.equal((await callControl(path, "status")).pid, 123);
});

test("ControlServer does not take the socket of a running hub", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  await start(t, path);

  await assert.rejects(start(t, path), { code: "EADDRINUSE", name: "PortBusyError" });

  assert.equal((await callControl(path, "status")).pid, 123);
});

test("ControlServer removes nothing that is no socket", async (t) => {
  const path = join(testFolder(t), "hub.sock");
  writeFileSync(path, "my thesis");

  await assert.rejects(start(t, path), { code: "EADDRINUSE" });

  assert.equal(existsSync(path), true);
});

test("ControlServer refuses a path that is too long for a socket", async (t) => {
  const path = join(testFolder(t), "x".repeat(120));

  await assert.rejects(start(t, path), { code: "ERR_INVALID_ARG_VALUE" });
});

for (const [code, place] of Object.entries({
  ENOENT: "missing/control.sock",
  ENOTDIR: "file/control.sock",
})) {
  test(`ControlServer names the way out where its socket cannot be made: ${code}`, async (t) => {
    const folder = testFolder(t);
    writeFileSync(join(folder, "file"), "");

    await assert.rejects(start(t, join(folder, place)), (error) => {
      assert.ok(isSerialError(error));
      assert.equal(error.code, code);
      assert.match(error.hint ?? "", /listen: \{ control: \.\/control \}/);
      return true;
    });
  });
}

test("ControlServer and makeRuntimeFolder() name the way out on a read-only file system", async (t) => {
  const folder = smallDisk(t);
  if (folder === undefined) return;
  spawnSync("mount", ["-o", "remount,ro", folder]);
  const expected = { name: "ConfigurationError", code: "EROFS" };

  await assert.rejects(start(t, join(folder, "control.sock")), {
    ...expected,
    message: /Cannot make the control socket ".*": read-only file system \(EROFS\)/,
  });
  assert.throws(() => makeRuntimeFolder(join(folder, "run")), {
    ...expected,
    hint: /listen: \{ control: \.\/control \}/,
  });
});

test("makeRuntimeFolder() refuses a folder that others can enter", (t) => {
  const folder = join(testFolder(t), "run");
  mkdirSync(folder, { mode: 0o755 });
  chmodSync(folder, 0o755);

  assert.throws(() => makeRuntimeFolder(folder), { code: "EACCES" });
});

test("makeRuntimeFolder() makes a private folder", (t) => {
  const folder = join(testFolder(t), "a", "run");

  makeRuntimeFolder(folder);

  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("controlPathOf() does not depend on how the file is named", (t) => {
  const folder = testFolder(t);
  writeFileSync(join(folder, "my hub.yaml"), "");

  const path = controlPathOf(join(folder, "my hub.yaml"), "/run/x");

  assert.equal(
    controlPathOf(`${folder}/../${folder.split("/").at(-1)}/my hub.yaml`, "/run/x"),
    path,
  );
  assert.match(path, /^\/run\/x\/my_hub-[0-9a-f]{8}\.sock$/);
});
