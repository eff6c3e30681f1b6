// Adapters come and go, by request, by signals and by accident: applications notice, nothing is left.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualAdapter } from "anyserial/adapter";
import { unlessLong } from "../helpers/long.ts";
import { servingProcess, stuckProcesses } from "../helpers/serving-process.ts";
import { takenPorts } from "../helpers/vhci-ports.ts";

const SOME_CYCLES = 20;
const MANY_CYCLES = 100;

/** A program of its own with an adapter. @returns It, and the path of its adapter. */
async function program(body: string): Promise<{ child: ReturnType<typeof spawn>; path: string }> {
  const source = `import { createVirtualAdapter } from "anyserial/adapter";
    const adapter = await createVirtualAdapter({ chip: "ft232r" });
    setInterval(() => undefined, 60_000);
    console.log(adapter.path);
    ${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await Promise.race([
    once(child.stdout, "data").then(([data]) => data as Buffer),
    once(child, "exit").then(() => Promise.reject(new Error("the program has ended"))),
  ]);
  return { child, path: line.toString().trim() };
}

async function nothingLeft(): Promise<void> {
  await until("nothing is left", () => takenPorts() === 0);
  await until("no process hangs in the kernel", () => stuckProcesses().length === 0);
}

test("unplug() is a pulled cable for the application, and plug() brings the adapter back", async () => {
  await using adapter = await createVirtualAdapter({ chip: "ft232r", link: "/tmp/ttyLINK" });
  const port = await openSerialPort("/tmp/ttyLINK");
  const lost = rejects(port.receive(), { name: "SerialDisconnectedError" });
  await adapter.unplug();
  await lost;
  equal(adapter.isPlugged, false);
  await port.close();
  await adapter.plug();
  equal(readlinkSync("/tmp/ttyLINK"), adapter.devicePath);
  await using again = await openSerialPort("/tmp/ttyLINK");
  await again.send(Uint8Array.of(1));

  deepEqual(await adapter.receive(), Uint8Array.of(1));
});

test("close() leaves nothing plugged in, and no node", async () => {
  const adapter = await createVirtualAdapter();
  const { path } = adapter;
  await adapter.close();

  equal(takenPorts(), 0);
  await until("the node is gone", () => !existsSync(path));
});

for (const [cycles, skip] of [
  [SOME_CYCLES, false],
  [MANY_CYCLES, unlessLong()],
] as const) {
  test(`${cycles} plugs and unplugs leak no port and no descriptor`, { skip }, async () => {
    await using adapter = await createVirtualAdapter();
    const serving = servingProcess(process.pid);
    const count = (): number => readdirSync(`/proc/${serving}/fd`).length;
    const before = [adapter.path, count(), takenPorts()];
    for (let cycle = 0; cycle < cycles; cycle++) {
      await adapter.unplug();
      await adapter.plug();
    }

    deepEqual([adapter.path, count(), takenPorts()], before);
  });
}

test("kill -9 of the program unplugs its adapter", async () => {
  const { child, path } = await program("await adapter.receive();");
  await using port = await openSerialPort(path);
  const lost = rejects(port.receive(), { name: "SerialDisconnectedError" });
  child.kill("SIGKILL");
  await lost;

  await nothingLeft();
});

test("kill -9 of the serving process unplugs, and ends the adapter of the program", async () => {
  const { child, path } = await program(
    "const cause = await adapter.closed; console.log(cause.name); process.exit();",
  );
  await using port = await openSerialPort(path);
  const lost = rejects(port.receive(), { name: "SerialDisconnectedError" });
  const said = once(child.stdout as NodeJS.ReadableStream, "data");
  process.kill(servingProcess(child.pid as number), "SIGKILL");
  await lost;

  equal(String((await said)[0]).trim(), "SerialDisconnectedError");
  await nothingLeft();
});

test("SIGSTOP of the serving process unplugs within moments: its guard kills it", async () => {
  const { child, path } = await program("await adapter.closed; process.exit();");
  await using port = await openSerialPort(path);
  const lost = rejects(port.receive(), { name: "SerialDisconnectedError" });
  process.kill(servingProcess(child.pid as number), "SIGSTOP");
  await lost;

  await nothingLeft();
});

test("a stopped program, and one whose loop is blocked, hold their application back: it opens and closes", async () => {
  for (const stop of ["SIGSTOP", "block"] as const) {
    const body =
      stop === "block"
        ? "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);"
        : "await adapter.closed;";
    const { child, path } = await program(body);
    if (stop === "SIGSTOP") child.kill("SIGSTOP");
    for (let round = 0; round < 2; round++) {
      await using port = await openSerialPort(path, { baudRate: 9600 * (round + 1) });
      await port.setControlLines({ dtr: true });
      const abort = new AbortController();
      const sending = port.send(new Uint8Array(1024 * 1024), { signal: abort.signal });
      await until("the application is held back", async () => (await port.outputWaiting()) > 0);
      abort.abort();
      await rejects(sending);
      await port.discardOutput().catch(() => undefined); // USB drivers cannot
    }
    child.kill("SIGKILL");
    await nothingLeft();
  }
});

test("a program may open the adapter that it made, and be killed with both", async () => {
  const { child } = await program(`const { openSerialPort } = await import("anyserial");
    const port = await openSerialPort(adapter.path);
    await port.send(Uint8Array.of(1));
    console.log((await adapter.receive()).length);
    await port.receive();`);
  await once(child.stdout as NodeJS.ReadableStream, "data");
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;

  await nothingLeft();
});

test("an idle adapter with an open port wakes neither process", async () => {
  await using adapter = await createVirtualAdapter({ chip: "ft232r" });
  await using port = await openSerialPort(adapter.path);
  const serving = servingProcess(process.pid);
  const switches = (): number => {
    const status = readFileSync(`/proc/${serving}/status`, "utf8");
    return Number(/^voluntary_ctxt_switches:\t(\d+)$/m.exec(status)?.[1]);
  };
  const isQuiet = async (): Promise<boolean> => {
    const before = switches();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return switches() === before;
  };

  await until("nothing happens for three seconds", isQuiet);
  ok(port.isOpen);
});
