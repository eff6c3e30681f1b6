// Effects on the process that a COM port is open in: its end, its threads and handles, the calls
// that block, and names of ports. Run on every Node.js that test:wine has.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { bytes } from "@anyserial/test-support/bytes";
import { openSerialPort, platformCapabilities } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import { ffi } from "../../dist/ffi/koffi.js";
import { type Cable, layCable } from "./cable.ts";

const [FEW, MANY] = [4, 32];
const SNAP_THREADS = 4; // tlhelp32.h

type NextThread = (snapshot: number, entry: Uint8Array) => number;
const kernel32 = ffi.load("kernel32.dll", "stdcall");
const createSnapshot = kernel32.bind<(what: number, pid: number) => number>(
  "CreateToolhelp32Snapshot",
  "ssize",
  ["uint", "uint"],
);
const firstThread = kernel32.bind<NextThread>("Thread32First", "int", ["ssize", "bytes"]);
const nextThread = kernel32.bind<NextThread>("Thread32Next", "int", ["ssize", "bytes"]);
const closeHandle = kernel32.bind<(handle: number) => number>("CloseHandle", "int", ["ssize"]);

async function withCable(run: (cable: Cable, a: string, b: string) => Promise<void>) {
  const cable = await layCable();
  const [a, b] = cable.names as [string, string];
  try {
    await run(cable, a, b);
  } finally {
    await cable.close();
  }
}

/** Runs a script in a process of its own. @returns Exit code. */
function runScript(script: string): Promise<number | null> {
  const prelude = `import { openSerialPort } from "anyserial";\n`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", prelude + script], {
    cwd: import.meta.dirname ?? new URL(".", import.meta.url).pathname.slice(1),
    stdio: "ignore",
  });
  return new Promise((resolve) => child.once("close", resolve));
}

test("the backend is the one for Windows", async () => {
  const { platform, backend } = await platformCapabilities();

  deepEqual([platform, backend], ["win32", "windows"]);
});

test("every spelling of a port's name opens it, also above COM9", async () => {
  const cables = await Promise.all(Array.from({ length: 6 }, () => layCable()));
  const names = cables.flatMap((cable) => cable.names);
  const low = names.find((name) => name.length === 4);
  const high = names.find((name) => name.length === 5);
  ok(low !== undefined && high !== undefined);
  const spellings = [low, high].flatMap((name) => [
    name,
    name.toLowerCase(),
    `\\\\.\\${name}`,
    `//./${name}`,
    `${name}:`,
  ]);
  for (const path of spellings) {
    const port = await openSerialPort(path);
    equal(port.path, path);
    equal(port.fd, undefined);
    await port.close();
  }
  await Promise.all(cables.map((cable) => cable.close()));
});

test("a port that is not there is PortNotFoundError with Win32 2", async () => {
  await rejects(openSerialPort("COM250"), {
    name: "PortNotFoundError",
    code: "ENOENT",
    winerror: 2,
    syscall: "CreateFileW",
  });
});

test("a file is no serial port", async () => {
  await rejects(openSerialPort(process.argv[1] as string), { name: "PortNotFoundError" });
});

test("no port can be emulated, and the error names what can be used", async () => {
  await rejects(createVirtualPort(), (error: Error & { hint?: string }) => {
    equal(error.name, "UnsupportedPlatformError");
    return error.hint?.includes("com0com") === true;
  });
});

test("a hang-up ends a waiting receive with its Win32 code", async () => {
  await withCable(async (cable, a) => {
    const port = await openSerialPort(a);
    const failed = port.receive().catch((error) => error);
    await cable.unplug();
    const { name, winerror } = await failed;

    deepEqual([name, winerror], ["SerialDisconnectedError", 109]);
  });
});

test("the blocking port writes, reads, times out and reads on", async () => {
  await withCable(async (_, a, b) => {
    const [one, other] = [openSerialPortSync(a, { baudRate: 9600 }), openSerialPortSync(b)];
    equal(one.effectiveConfig().baudRate, 9600);
    throws(() => one.receive({ timeoutMs: 20 }), { name: "TimeoutError" });
    one.send(bytes("ping"));
    deepEqual(other.receiveExactly(4, { timeoutMs: 5000 }), bytes("ping"));
    other.send(bytes("pong"));
    deepEqual(one.receiveExactly(4, { timeoutMs: 5000 }), bytes("pong"));
    one.drainExact({ timeoutMs: 5000 });
    one.close();
    other.close();
  });
});

test("a process with an open, idle port ends by itself", async () => {
  await withCable(async (_, a) => {
    equal(await runScript(`await openSerialPort("${a}");`), 0);
  });
});

test("a process ends at once by exit(), with a receive and a send that wait", async () => {
  await withCable(async (_, a) => {
    const script = `
      const port = await openSerialPort("${a}");
      port.receive().catch(() => undefined);
      port.send(new Uint8Array(4_000_000)).catch(() => undefined);
      setTimeout(() => process.exit(7), 50);`;

    equal(await runScript(script), 7);
  });
});

test("a process ends by an uncaught error while it opens and receives", async () => {
  await withCable(async (_, a) => {
    const script = `
      const port = await openSerialPort("${a}");
      port.receive().catch(() => undefined);
      throw new Error("on purpose");`;

    equal(await runScript(script), 1);
  });
});

test("a pending receive keeps the process alive until it is answered", async () => {
  await withCable(async (_, a, b) => {
    const ended = runScript(`
      const port = await openSerialPort("${a}");
      await port.send(new Uint8Array([1]));
      const [byte] = await port.receive();
      process.exitCode = byte;`);
    await using port = await openSerialPort(b);
    await port.receive();
    await port.send(Uint8Array.of(42));

    equal(await ended, 42);
  });
});

test(`${MANY} ports that wait take no more threads than ${FEW}, and each receives its own bytes`, {
  timeout: 30_000,
}, async (t) => {
  const few = await openEchoes(FEW);
  const waitingFew = few.ports.map((port) => port.receive());
  const threadsOfFew = threadCount();
  const more = await openEchoes(MANY - FEW);
  const ports = [...few.ports, ...more.ports];
  const waiting = [...waitingFew, ...more.ports.map((port) => port.receive())];
  // Opening leaves Wine a thread for each port, for a moment: its own way of a WaitCommEvent.
  while (threadCount() > threadsOfFew) await new Promise((resolve) => setTimeout(resolve, 10));
  const threadsOfMany = threadCount();
  await Promise.all(ports.map((port, at) => port.send(Uint8Array.of(at))));
  const replies = (await Promise.all(waiting)).map(([byte]) => byte);

  deepEqual(replies, [...ports.keys()]);
  t.diagnostic(
    `bench: ${threadsOfMany} threads with ${MANY} waiting ports, ${threadsOfFew} with ${FEW}`,
  );
  await Promise.all(ports.map((port) => port.close()));
  await Promise.all([...few.cables, ...more.cables].map((cable) => cable.close()));
});

async function openEchoes(count: number) {
  const cables = await Promise.all(Array.from({ length: count }, () => layCable("echo")));
  const ports = await Promise.all(cables.map(({ names }) => openSerialPort(names[0] as string)));
  return { cables, ports };
}

/** Threads of this process, by a Toolhelp snapshot of all. */
function threadCount(): number {
  const snapshot = createSnapshot(SNAP_THREADS, 0);
  const entry = new Uint32Array(7); // THREADENTRY32: size, usage, thread, owner, priorities, flags
  const bytes = new Uint8Array(entry.buffer);
  let count = 0;
  entry[0] = bytes.length;
  for (let found = firstThread(snapshot, bytes); found !== 0; found = nextThread(snapshot, bytes)) {
    if (entry[3] === process.pid) count++;
    entry[0] = bytes.length;
  }
  closeHandle(snapshot);
  ok(count > 0);
  return count;
}
