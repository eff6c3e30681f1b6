// Other people's programs as the device behind our port: ptys of socat and of Python, echoing,
// flooding, stopped and killed.

import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { alive } from "@anyserial/test-support/alive";
import { findPython, missing } from "@anyserial/test-support/programs";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialPort } from "anyserial";
import { type Child, startProgram } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

const noSocat = missing("socat", ["-V"]);
const python = findPython("pty");
const noPython = python === undefined ? "python3 is not installed" : false;
const MEGABYTE = 1024 * 1024;

test(
  "a device of socat echoes a megabyte",
  { skip: noSocat },
  leakFree(async (t) => {
    await using socat = await startSocat(t, "EXEC:cat");
    await using port = await openSerialPort(socat.link);
    const data = Uint8Array.from({ length: MEGABYTE }, (_, at) => at * 31 + (at >> 8));
    const [received] = await Promise.all([take(port, data.length), port.send(data)]);

    ok(received.equals(data));
  }),
);

test(
  "a device of socat that is killed is a disconnect, for a port that waits and for an idle one",
  { skip: noSocat },
  leakFree(async (t) => {
    for (const isWaiting of [true, false]) {
      await using socat = await startSocat(t, "EXEC:cat");
      await using port = await openSerialPort(socat.link);
      const failed: Promise<unknown> = isWaiting
        ? port.receive().catch((error) => error)
        : alive(port.closed);
      socat.child.process.kill("SIGKILL");

      equal(((await failed) as Error).name, "SerialDisconnectedError");
      equal((await alive(port.closed))?.name, "SerialDisconnectedError");
    }
  }),
);

test(
  "a device of socat that is stopped holds send() back, and echoes all when it is continued",
  { skip: noSocat },
  leakFree(async (t) => {
    await using socat = await startSocat(t, "EXEC:cat");
    await using port = await openSerialPort(socat.link);
    socat.child.process.kill("SIGSTOP");
    const data = Uint8Array.from({ length: MEGABYTE }, (_, at) => at * 7);
    const controller = new AbortController();
    const stuck: Promise<unknown> = port
      .send(data, { signal: controller.signal })
      .catch((error) => error);
    await until("the send waits", () => port.stats().waits > 0);
    controller.abort();
    const { bytesWritten } = (await stuck) as { bytesWritten: number };
    ok(bytesWritten < data.length);
    socat.child.process.kill("SIGCONT");
    const [received] = await Promise.all([
      take(port, data.length),
      port.send(data.subarray(bytesWritten)),
    ]);

    ok(received.equals(data));
  }),
);

test(
  "a device that floods leaves the event loop free, and close() ends it at once",
  { skip: noSocat },
  leakFree(async (t) => {
    await using socat = await startSocat(t, "SYSTEM:yes flood");
    await using port = await openSerialPort(socat.link);
    let received = 0;
    const reading = (async () => {
      for await (const chunk of port) received += chunk.length;
    })();
    await until("a megabyte is there", () => received > MEGABYTE);
    for (let turn = 0; turn < 100; turn++) await nextTask();
    await port.close();
    await reading;

    equal(port.stats().bytesIn, received);
  }),
);

test(
  "a pty of Python is a device: it answers, and its end is a disconnect",
  { skip: noPython },
  leakFree(async () => {
    await using child = startProgram(python as string, [
      "-c",
      `import os, pty, tty
controller, device = pty.openpty()
tty.setraw(device)
print(os.ttyname(device), flush=True)
os.close(device)
import time
while True:
    try:
        command = os.read(controller, 100)
        if command == b"quit": break
        os.write(controller, command.upper())
    except OSError:
        time.sleep(0.001) # nobody has the device open yet`,
    ]);
    await using port = await openSerialPort(await child.line());
    await port.send(Buffer.from("hello"));
    equal((await take(port, 5)).toString(), "HELLO");
    const closed = alive(port.closed);
    await port.send(Buffer.from("quit"));

    equal((await closed)?.name, "SerialDisconnectedError");
    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
  }),
);

interface Socat extends AsyncDisposable {
  readonly child: Child;
  readonly link: string;
}

/** A pty of socat with something behind it; it starts when the port is opened. */
async function startSocat(t: TestContext, behind: string): Promise<Socat> {
  const link = join(temporaryFolder(t), "tty");
  const child = startProgram("socat", [
    `PTY,link=${link},rawer,wait-slave,pty-interval=0.01`,
    behind,
  ]);
  await until("socat has made its link", () => existsSync(link));
  const dispose = (): Promise<void> => child[Symbol.asyncDispose]();
  return { child, link, [Symbol.asyncDispose]: dispose };
}

async function take(port: SerialPort, count: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let left = count; left > 0; left -= chunks.at(-1)?.length ?? 0) {
    chunks.push(await port.receive({ maxBytes: left }));
  }
  return Buffer.concat(chunks);
}
