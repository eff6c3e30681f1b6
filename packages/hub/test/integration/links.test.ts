// The paths: made, locked, taken over from the dead, never from anybody else.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { createHub } from "@anyserial/hub";
import { healthOf } from "@anyserial/hub/service";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { claimPortLink } from "anyserial/link";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { BenchHub } from "../helpers/bench-hub.ts";

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

/** Where the lock of a path is. */
function lockOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.lock`);
}

/** Runs without root's rights, also for root. */
async function asOrdinaryUser(run: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test("createHub() makes folders, link and lock, and removes all of them on close", async () => {
  await using bench = BenchHub.prepare();
  const path = bench.path("deep/er/ttyS0");
  const hub = await createHub({ networks: { net: { members: { a: { port: path } } } } });

  const target = readlinkSync(path);
  const lock: unknown = JSON.parse(readFileSync(lockOf(path), "utf8"));
  await hub.close();

  match(target, /^\/dev\/pts\/\d+$/);
  equal((lock as { pid: number }).pid, process.pid);
  equal(existsSync(bench.path("deep")), false);
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

test("createHub() replaces nothing but a dead hub's link", async () => {
  await using bench = BenchHub.prepare();
  writeFileSync(bench.path("keep-file"), "precious");
  mkdirSync(bench.path("keep-folder"));
  symlinkSync("/dev/null", bench.path("keep-link"));
  writeFileSync(lockOf(bench.path("keep")), "another user's notes");
  await rejects(createHub(bench.config(["keep"])), { name: "PortBusyError", code: "EEXIST" });
  equal(readFileSync(lockOf(bench.path("keep")), "utf8"), "another user's notes");
  rmSync(lockOf(bench.path("keep")));
  for (const name of ["keep-file", "keep-folder", "keep-link"]) {
    await rejects(createHub(bench.config([name])), { name: "PortBusyError", code: "EEXIST" });
    ok(!existsSync(lockOf(bench.path(name))));
  }
  equal(readFileSync(bench.path("keep-file"), "utf8"), "precious");
  equal(readlinkSync(bench.path("keep-link")), "/dev/null");
});

test("a path is in use, also where this user may not make a lock", async () => {
  const inUse = { name: "PortBusyError", code: "EEXIST" };
  await asOrdinaryUser(() => rejects(claimPortLink("/dev/null"), inUse));

  ok(!existsSync(lockOf("/dev/null")));
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

/**
 * Emulated ports that are closed before the hubs beside them end, and a check for files that are
 * left.
 */
class Ports implements AsyncDisposable {
  readonly #ports: VirtualPort[] = [];

  async add(): Promise<void> {
    this.#ports.push(await createVirtualPort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const port of this.#ports) await port.close();
  }
}

test("createHub() takes over a killed hub's files, even when its pty belongs to another program", async () => {
  await using bench = BenchHub.prepare();
  const child = await startChild(bench.config(["a", "b"]));
  child.kill("SIGKILL");
  await once(child, "exit");
  const left = readlinkSync(bench.path("a"));
  // Another program's pty gets the number that the dead link points to.
  await using other = await BenchHub.start(["x", "y", "z"]);
  // Test files beside this one take and give back numbers as well: the lowest free one comes next.
  await using more = new Ports();
  for (let taken = 0; taken < 64 && !existsSync(left); taken++) await more.add();
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

test("a hub goes on when the folder of its links is removed, and makes them anew", async () => {
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
  for (const name of ["a", "b"]) {
    await bench.event("link-restored", name);
    equal(readlinkSync(bench.path(`sub/${name}`)), bench.member(name).devicePath);
    equal(bench.member(name).link, "in-place");
  }
});

test("a reload makes a link anew at once that was removed", async () => {
  await using bench = await BenchHub.start(["a", "b"]);

  rmSync(bench.path("a"));
  equal(bench.member("a").link, "missing");
  deepEqual(healthOf(bench.hub.snapshot()).problems, ["net/a: its link is missing"]);
  await bench.hub.reload(bench.hub.config);

  equal(bench.member("a").link, "in-place");
});

test("a hub leaves a file put in the place of a link, reports it once, and takes the path back", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  writeFileSync(bench.path("precious"), "precious");
  renameSync(bench.path("precious"), bench.path("a"));

  const { error, willRetry } = await bench.event("member-error", "a");
  equal(error.message, `Cannot restore port "${bench.path("a")}": the path is in use`);
  deepEqual([willRetry, bench.member("a").link], [true, "taken"]);
  equal(readFileSync(bench.path("a"), "utf8"), "precious");
  await bench.hub.reload(bench.hub.config);
  equal(readFileSync(bench.path("a"), "utf8"), "precious");

  rmSync(bench.path("a"));
  await bench.event("link-restored", "a");
  deepEqual([bench.member("a").error, bench.told("member-error").length], [undefined, 1]);
});

test("no program that lists /dev/tty* finds the lock of a port", async () => {
  await using bench = await BenchHub.start(["ttyUSB91", "ttyS91"]);

  const listed = readdirSync(bench.folder).filter((name) => !name.startsWith("."));

  deepEqual(listed.sort(), ["ttyS91", "ttyUSB91"]);
});
