// Programs as members: their start, their last output, and the end of their children.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

function shell(script: string): { readonly process: readonly [string, ...string[]] } {
  return { process: ["sh", "-c", script] };
}

/** Waits for a number that a program has written. */
function pidIn(file: string): Promise<number> {
  return until(`a number is in ${file}`, () => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.endsWith("\n") && Number(text);
  });
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.charAt(stat.lastIndexOf(")") + 2) !== "Z";
  } catch {
    return false;
  }
}

test("a program joins with its standard input and output", async () => {
  await using bench = BenchHub.prepare();
  const { net } = bench.config(["a"]).networks;
  const members = { ...net?.members, cat: { process: ["cat"] as const } };
  await bench.run({ networks: { net: { members } } });
  const a = await bench.open("a");

  await a.send(Buffer.from("there and back"));

  equal(await receiveText(a, 14), "there and back");
});

test("a program that does not exist is its member's failure, and the hub starts", async () => {
  await using bench = BenchHub.prepare();
  const { net } = bench.config(["a", "b"]).networks;
  const members = { ...net?.members, x: { process: ["./keep-late"] as const } };

  await bench.run({ networks: { net: { members } } });
  const { error, willRetry } = await bench.event("member-error", "x");
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await a.send(Buffer.from("hello"));

  equal(await receiveText(b, 5), "hello");
  match(error.message, /"\.\/keep-late" of member "net\/x": no such file or directory \(ENOENT\)/);
  match((error as { hint?: string }).hint ?? "", /PATH/);
  ok(willRetry);
  equal(bench.member("x").error, error.message);
  writeFileSync(bench.path("keep-late"), "#!/bin/sh\nexec cat\n", { mode: 0o755 });
  await bench.event("member-open", "x");
  await b.send(Buffer.from("there and back"));
  equal(await receiveText(a, 28), "there and backthere and back");
});

test("a program that ends early is reported once with its exit code, and restarted", async () => {
  await using bench = BenchHub.prepare();
  const log = bench.path("keep-starts");
  const script = `echo started >>'${log}'; exit 3`;
  const members = { x: { process: ["sh", "-c", script] as const } };
  await bench.run({ networks: { net: { members } } });

  const { error, willRetry } = await bench.event("member-error", "x");
  match(bench.member("x").error ?? "", /exit code 3/);
  await until("it was started twice", () => readFileSync(log, "utf8").split("\n").length > 2);
  await until("it ended twice", () => bench.told("member-close", "x").length === 2);

  match(error.message, /ended with exit code 3/);
  equal(willRetry, true);
  equal(bench.told("member-error", "x").length, 1);
});

test("the last output of a program arrives, also when it ends while its network waits", async () => {
  await using bench = BenchHub.prepare();
  const script = `echo first; read go; head -c 110000 /dev/zero | tr '\\0' x; echo $$ >keep-pid`;
  const options = { overflow: "backpressure", whenAbsent: "keep", queue: 1 } as const;
  const { net } = bench.config(["a"], options).networks;
  await bench.run({
    networks: { net: { ...options, members: { ...net?.members, x: shell(script) } } },
  });
  await until("the network waits", () => bench.hub.snapshot().networks[0]?.paused);
  void bench.hub.inject("net", "a", Buffer.from("go\n"));
  const pid = await pidIn(bench.path("keep-pid"));
  await until("it has ended", () => !isRunning(pid));

  await using a = await openSerialPort(bench.path("a"), { exclusive: false });
  const text = await receiveText(a, 110_006);

  equal(text.slice(0, 110_006), `first\n${"x".repeat(110_000)}`); // its next start may follow
  await bench.event("member-close", "x");
  equal(bench.member("a").dropped.bytes, 0);
});

test("a program that closes its input can still write, and bytes for it count as lost", async () => {
  await using bench = BenchHub.prepare();
  const script = "exec <&-; echo $$ >keep-pid; while sleep 0.01; do echo still here; done";
  const { net } = bench.config(["a"]).networks;
  await bench.run({ networks: { net: { members: { ...net?.members, x: shell(script) } } } });
  const a = await bench.open("a");
  await pidIn(bench.path("keep-pid"));

  await until("a loss is counted", () => {
    a.trySend(Buffer.from("are you there?"));
    return bench.member("x").dropped.bytes > 0;
  });

  ok((await receiveText(a, 100)).includes("still here\n"));
  equal(bench.told("member-close", "x").length, 0);
});

test("a program is asked to end, and ends with all that it started", async () => {
  await using bench = BenchHub.prepare();
  const script = `
    trap 'echo asked >keep-asked; exit' TERM
    sleep 1000 & echo $! >keep-child
    (sleep 1000 & echo $! >keep-grandchild; wait) &
    echo $$ >keep-pid; wait`;
  await bench.run({ networks: { net: { members: { x: shell(script) } } } });
  const pid = await pidIn(bench.path("keep-pid"));
  const children = await Promise.all(
    ["keep-child", "keep-grandchild"].map((name) => pidIn(bench.path(name))),
  );
  await until("both sleep", () => children.every((child) => nameOf(child) === "sleep"));

  await bench.hub.close();

  deepEqual([pid, ...children].filter(isRunning), []);
  equal(readFileSync(bench.path("keep-asked"), "utf8"), "asked\n");
});

test("a program that does not end when it is asked is killed, with all that it started", async () => {
  await using bench = BenchHub.prepare();
  const child = "echo $$ >keep-pid; while :; do sleep 1; done";
  const script = `trap '' TERM; sh -c '${child}' & wait`;
  await bench.run({ networks: { net: { members: { x: shell(script) } } } });
  const pid = await pidIn(bench.path("keep-pid"));

  await bench.hub.close();

  equal(isRunning(pid), false);
});

test("a program that is started again leaves nothing of the time before", async () => {
  await using bench = BenchHub.prepare();
  const script = "exec sh -c 'sleep 1000 >/dev/null & echo $! >>keep-pids; exit 3'";
  await bench.run({ networks: { net: { members: { x: shell(script) } } } });
  const pids = (): readonly number[] =>
    readFileSync(bench.path("keep-pids"), "utf8").trim().split("\n").map(Number);

  await until("it is started again", () => bench.told("member-open", "x").length === 2);
  const [first = 0] = pids();

  equal(isRunning(first), false);
});

test("a program ends with a hub whose process is ended", async () => {
  await using bench = BenchHub.prepare();
  const code = `
    import { createHub } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
    const script = "trap '' TERM; echo $$ >keep-pid; while :; do sleep 1; done";
    const members = { x: { process: ["sh", "-c", script] } };
    await createHub({ networks: { net: { members } } }, { directory: process.argv[1] });
    process.stdin.once("data", () => process.exit());
  `;
  const args = ["--input-type=module", "-e", code, bench.folder];
  await using hub = new Program(process.execPath, args);
  const pid = await pidIn(bench.path("keep-pid"));

  hub.say("end");

  await until("it is gone", () => !isRunning(pid));
});
