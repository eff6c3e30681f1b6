// The paths: made, locked, taken over from the dead, never from anybody else.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { createHub } from "@anyserial/hub";
import { openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { LinkClaim } from "#internal/links.js";
import { BenchHub, receiveText, until } from "../helpers/bench-hub.ts";

const CHILD = `
  import { createHub } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
  const hub = await createHub(JSON.parse(process.argv[1]));
  process.on("SIGTERM", () => hub.close().then(() => process.exit(0)));
  process.stdin.on("data", () => process.exit(0)).resume();
  console.log("ready");
`;

async function startChild(config: object): Promise<ReturnType<typeof spawn>> {
  const args = ["--input-type=module", "-e", CHILD, JSON.stringify(config)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

test("createHub() makes folders, link and lock, and removes link and lock on close", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("deep/er/ttyS0");
  const hub = await createHub({ networks: { net: { members: { a: { port: path } } } } });

  const target = readlinkSync(path);
  const lock: unknown = JSON.parse(readFileSync(`${path}.lock`, "utf8"));
  await hub.close();

  match(target, /^\/dev\/pts\/\d+$/);
  equal((lock as { pid: number }).pid, process.pid);
  equal(existsSync(path) || existsSync(`${path}.lock`), false);
  ok(existsSync(bench.path("deep/er")));
});

test("createHub() applies the mode to the pty", async () => {
  await using bench = await BenchHub.start(
    ["a", "b"],
    {},
    { a: { mode: "0640" }, b: { mode: 0o604 } },
  );

  equal(statSync(bench.path("a")).mode & 0o777, 0o640);
  equal(statSync(bench.path("b")).mode & 0o777, 0o604);
});

test("createHub() never replaces what is not a dead hub's link", async () => {
  await using bench = BenchHub.prepare();
  writeFileSync(bench.path("keep-file"), "precious");
  mkdirSync(bench.path("keep-folder"));
  symlinkSync("/dev/null", bench.path("keep-link"));
  writeFileSync(bench.path("keep.lock"), "somebody's notes");
  await rejects(createHub(bench.config(["keep"])), { name: "PortBusyError", code: "EEXIST" });
  equal(readFileSync(bench.path("keep.lock"), "utf8"), "somebody's notes");
  for (const name of ["keep-file", "keep-folder", "keep-link"]) {
    await rejects(createHub(bench.config([name])), { name: "PortBusyError", code: "EEXIST" });
    ok(!existsSync(bench.path(`${name}.lock`)));
  }
  equal(readFileSync(bench.path("keep-file"), "utf8"), "precious");
  equal(readlinkSync(bench.path("keep-link")), "/dev/null");
});

test("createHub() names the process that has the path", async () => {
  await using bench = BenchHub.prepare();
  const child = await startChild(bench.config(["a"]));
  try {
    const target = readlinkSync(bench.path("a"));

    await rejects(createHub(bench.config(["a"])), {
      name: "PortBusyError",
      code: "ERR_HUB_LOCKED",
      message: new RegExp(`process ${child.pid} has it`),
    });

    equal(readlinkSync(bench.path("a")), target);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
});

test("createHub() takes over what a killed hub left, even when its pty is somebody else's", async (t) => {
  await using bench = BenchHub.prepare();
  const child = await startChild(bench.config(["a", "b"]));
  child.kill("SIGKILL");
  await once(child, "exit");
  const left = readlinkSync(bench.path("a"));
  // Another program's pty gets the number that the dead link points to.
  await using other = await BenchHub.start(["x", "y", "z"]);
  // Test files beside this one take and give back numbers as well: the lowest free one comes next.
  for (let taken = 0; taken < 64 && !existsSync(left); taken++) {
    const more = await createVirtualPort();
    t.after(() => more.close());
  }
  ok(existsSync(left));

  await bench.run(bench.config(["a", "b"]));

  ok(readlinkSync(bench.path("a")).startsWith("/dev/pts/"));
  const a = await bench.open("a");
  const b = await bench.open("b");
  await a.send(Buffer.from("alive"));
  equal(await receiveText(b, 5), "alive");
  equal(other.member("x").in.bytes, 0);
  await bench.stop();
});

test("createHub() replaces a dangling link to a pty without a lock", async () => {
  await using bench = BenchHub.prepare();
  symlinkSync("/dev/pts/99999", bench.path("a"));

  await bench.run(bench.config(["a"]));

  ok(readlinkSync(bench.path("a")) !== "/dev/pts/99999");
});

test("process.exit() leaves no links", async () => {
  await using bench = BenchHub.prepare();
  const child = await startChild(bench.config(["a"]));
  child.stdin?.write("exit\n");
  await once(child, "exit");

  equal(lstatSync(bench.path("a"), { throwIfNoEntry: false }), undefined);
});

test("a hub goes on when the folder of its links is removed, and a reload makes them anew", async () => {
  await using bench = BenchHub.prepare();
  const members = { a: { port: bench.path("sub/a") }, b: { port: bench.path("sub/b") } };
  const config = { networks: { net: { members } } };
  await bench.run(config);
  await using a = await openSerialPort(bench.path("sub/a"), { exclusive: false });
  await using b = await openSerialPort(bench.path("sub/b"), { exclusive: false });
  await until("both are open", () => bench.told("member-open").length === 2);

  rmSync(bench.path("sub"), { recursive: true });
  await a.send(Buffer.from("still here"));
  equal(await receiveText(b, 10), "still here");
  await bench.hub.reload(config);

  ok(readlinkSync(bench.path("sub/a")).startsWith("/dev/pts/"));
});

test("LinkClaim of two that find the same dead lock is one's only", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("a");
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: 0x7fff_fff0, startedAt: "1" }));

  const claim = LinkClaim.take(path);

  let code: unknown;
  try {
    LinkClaim.take(path);
  } catch (error) {
    code = (error as { code: unknown }).code;
  }
  claim.release();
  deepEqual([code, existsSync(`${path}.lock`)], ["ERR_HUB_LOCKED", false]);
});
