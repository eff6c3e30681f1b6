// Deeds of applications: each of these has stopped a hub.

import { equal, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { Holders } from "../../dist/hub/presence.js";
import { BenchHub } from "../helpers/bench-hub.ts";
import { receiveChecked, sendChecked } from "../helpers/checked-stream.ts";
import { Program } from "../helpers/programs.ts";

const WRITER = `
  import { openSync, writeSync } from "node:fs";
  const fd = openSync(process.argv[1], "r+");
  for (;;) writeSync(fd, "0123456789".repeat(100) + "\\n");
`;

const READER = `
  import { openSync, readSync } from "node:fs";
  const fd = openSync(process.argv[1], "r+");
  const bytes = Buffer.alloc(4096);
  let total = 0;
  for (;;) {
    total += readSync(fd, bytes);
    process.stdout.write(total + "\\n");
  }
`;

function start(code: string, path: string): Program {
  return new Program(process.execPath, ["--input-type=module", "-e", code, path]);
}

function lastNumber(program: Program): number {
  return Number(program.output.trim().split("\n").at(-1) ?? 0);
}

test("an application killed while it writes leaves whole lines, and the port usable", async () => {
  await using bench = await BenchHub.start(["a", "b"], { framing: "line" });
  const b = await bench.open("b");
  const chunks: string[] = [];
  const receiving = (async () => {
    for (;;) chunks.push(Buffer.from(await b.receive()).toString());
  })().catch(() => undefined);
  const writer = start(WRITER, bench.path("a"));
  await until("much came", () => chunks.length > 50);

  await writer.kill();
  await bench.event("member-close", "a");
  await until("all is there", () => {
    const { out, queuedBytes } = bench.member("b");
    return queuedBytes === 0 && chunks.join("").length === out.bytes;
  });
  const a = await openSerialPort(bench.path("a"), { exclusive: false });
  await a.send(Buffer.from("next\n"));
  await until("the next is there", () => chunks.at(-1)?.endsWith("next\n"));

  for (const line of chunks.join("").split("\n").slice(0, -2)) equal(line.length, 1000);
  await a.close();
  await bench.stop();
  await receiving;
});

test("a flood without readers does not hold up another network", async () => {
  await using bench = BenchHub.prepare();
  const { net } = bench.config(["a", "b"], { framing: "line", queue: 5000 }).networks;
  const { net: other } = bench.config(["x", "y"], { queue: 100_000 }).networks;
  if (net === undefined || other === undefined) throw new Error("no networks");
  await bench.run({ networks: { net, other } });
  await bench.open("b");
  await using flood = start(WRITER, bench.path("a"));
  await until("it floods", () => bench.member("b").dropped.bytes > 1_000_000);
  await using x = await openSerialPort(bench.path("x"), { exclusive: false });
  await using y = await openSerialPort(bench.path("y"), { exclusive: false });
  await until("both are there", () => bench.told("member-open").length === 4);

  const [sent, received] = await Promise.all([sendChecked(x, 100_000), receiveChecked(y, 100_000)]);

  equal(received.digest, sent.digest);
  ok(bench.member("b").highWaterBytes <= 5000);
  ok(bench.told("drop", "b").length <= 2 + bench.told("stall", "b").length * 2);
  await flood.kill();
});

test("an application that is stopped stalls, and recovers when it goes on", async () => {
  await using bench = BenchHub.prepare();
  const config = bench.config(["a", "b"], { stallAfterMs: 100, queue: 2000 });
  await bench.run(config, { holders: new Holders() });
  const a = await bench.open("a");
  await using reader = start(READER, bench.path("b"));
  await bench.event("member-open", "b");
  await a.send(Buffer.from("x"));
  await until("it reads", () => lastNumber(reader) === 1);

  reader.process.kill("SIGSTOP");
  await until("it stands", () => reader.state === "T");
  await sendChecked(a, 60_000);
  const stall = await bench.event("stall", "b");
  const stalled = bench.member("b");
  reader.process.kill("SIGCONT");
  const recover = await bench.event("recover", "b");
  await until("it has all that was kept", () => {
    return lastNumber(reader) === 60_001 - bench.member("b").dropped.bytes;
  });

  ok(stall.queuedBytes > 0 && stalled.stalled && stalled.notReadForMs >= 90);
  ok(stalled.stalledSince !== undefined && stalled.stalls === 1);
  equal(recover.bytesLost, bench.member("b").dropped.bytes);
  equal(bench.member("b").stalled, false);
  ok(stalled.pids.some(({ pid, name }) => pid === reader.pid && name !== ""));
});

test("cooked mode, echo and a rate of zero are shown, and do no harm", async () => {
  await using bench = await BenchHub.start(["a", "b", "c"], { framing: "line" });
  const stty = async (...args: string[]): Promise<void> => {
    const child = spawn("stty", ["-F", bench.path("a"), ...args], { stdio: "ignore" });
    await new Promise((resolve) => child.on("exit", resolve));
  };
  const a = openSync(bench.path("a"), constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    await stty("sane", "echo", "icanon");
    const [b, c] = [await bench.open("b"), await bench.open("c")];

    await b.send(Buffer.from("hello\n"));

    ok((await receiveText(c, 6)).startsWith("hello\n")); // and then the echo of a
    await until("cooked is seen", () => bench.member("a").settings?.raw === false);
    equal(bench.member("a").settings?.echo, true);
    await stty("raw", "-echo", "0");
    await b.send(Buffer.from("again\n"));
    await until("b is read", () => bench.member("b").in.bytes === 12);
    equal(bench.member("a").settings?.baudRate, 0);
  } finally {
    closeSync(a);
  }
});

test("createHub() without descriptors left fails clearly, and a reload keeps running members", async () => {
  const code = `
    import { createHub } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
    import { openSync, closeSync, writeSync, readSync } from "node:fs";
    const folder = process.argv[1];
    const names = (count) => Array.from({ length: count }, (_, index) => "m" + index);
    const config = (count) => ({ networks: { net: {
      members: Object.fromEntries(names(count).map((name) => [name, { port: folder + "/" + name }])),
    } } });
    const failed = await createHub(config(200)).then(() => "none", (error) => error.code);
    const hub = await createHub(config(2));
    const reloaded = await hub.reload(config(200)).then(() => "none", (error) => error.code);
    const fds = names(2).map((name) => openSync(folder + "/" + name, 0o2 | 0o400 | 0o4000));
    writeSync(fds[0], "hello");
    const bytes = Buffer.alloc(100);
    const read = () => {
      try {
        return readSync(fds[1], bytes);
      } catch {
        return 0;
      }
    };
    let count = 0;
    while ((count = read()) === 0) await new Promise(setImmediate);
    const text = bytes.toString("latin1", 0, count);
    const members = hub.snapshot().networks[0].members.length;
    await hub.close();
    console.log(JSON.stringify({ failed, reloaded, text, members }));
  `;
  await using bench = BenchHub.prepare();
  const limited = `ulimit -n 100; exec "$0" --input-type=module -e "$1" "$2"`;
  await using child = new Program("sh", ["-c", limited, process.execPath, code, bench.folder]);

  const output = await until("it is through", () => child.output.endsWith("\n") && child.output);

  const result: unknown = JSON.parse(output);
  const expected = { failed: "EMFILE", reloaded: "EMFILE", text: "hello", members: 2 };
  equal(JSON.stringify(result), JSON.stringify(expected));
});

test("a member whose application is gone is not an error", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const a = await bench.open("a");
  const b = await bench.open("b");
  await b.close();
  await bench.event("member-close", "b");

  for (let round = 0; round < 100; round++) await a.send(Buffer.alloc(1000));
  await until("all is read", () => bench.member("a").in.bytes === 100_000);

  equal(bench.member("b").discarded.bytes, 100_000);
  equal(bench.told("member-error").length, 0);
  await rejects(b.receive(), { name: "SerialClosedError" });
});
