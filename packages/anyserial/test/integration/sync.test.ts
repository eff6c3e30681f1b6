// anyserial/sync over a real pty: it blocks for real, so the device is in another process, or has
// sent before.

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspect } from "node:util";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync, type SyncSerialPort } from "anyserial/sync";
import { type Child, startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { runScript } from "../helpers/run-script.ts";

const SHORT_MS = 5;
const LONG_MS = 8000;

test(
  "SyncSerialPort sends and receives in every way",
  leakFree(() =>
    withEcho("echo", (port) => {
      port.send(Buffer.from("hello"));
      equal(text(port.receiveExactly(5, { timeoutMs: LONG_MS })), "hello");
      port.send(new Uint16Array([0x6261]));
      equal(port.receive({ maxBytes: 1, timeoutMs: LONG_MS }).length, 1);
      const into = new Uint8Array(4);
      equal(port.receiveInto(into.subarray(1, 3), { timeoutMs: LONG_MS }), 1);
      deepEqual([...into], [0, "b".charCodeAt(0), 0, 0]);
      equal(port.trySend(Buffer.from("xy")), 2);
      equal(text(port.receiveExactly(2)), "xy");
      port.send(new Uint8Array(0));
      equal(port.trySend(new Uint8Array(0)), 0);
      equal(port.receiveExactly(0).length, 0);
      port.drain({ timeoutMs: LONG_MS });
      port.drainExact({ timeoutMs: LONG_MS });
    }),
  ),
);

test(
  "SyncSerialPort moves more than any buffer holds, in steps that fit",
  leakFree(() =>
    withEcho("echo", (port) => {
      const data = Uint8Array.from({ length: 2048 }, (_, at) => at);
      for (let round = 0; round < 100; round++) {
        port.send(data);
        deepEqual(port.receiveExactly(data.length, { timeoutMs: LONG_MS }), data);
      }
    }),
  ),
);

test(
  "SyncSerialPort receive() fails with TimeoutError when nothing comes, and stays usable",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path);

    throws(() => port.receive({ timeoutMs: 0 }), { name: "TimeoutError" });
    throws(() => port.receive({ timeoutMs: SHORT_MS }), { name: "TimeoutError" });
    device.trySend(Buffer.from("abc"));
    const failed = thrown(() => port.receiveExactly(5, { timeoutMs: SHORT_MS })) as Error & {
      received: Uint8Array;
    };
    equal(failed.name, "TimeoutError");
    equal(text(failed.received), "abc");
    device.trySend(Buffer.from("d"));
    equal(text(port.receive()), "d");
  }),
);

test(
  "SyncSerialPort send() to a device that does not read fails in time and reports the bytes sent",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path);
    const data = Uint8Array.from({ length: 1024 * 1024 }, (_, at) => at * 7);
    const failed = thrown(() => port.send(data, { timeoutMs: SHORT_MS })) as Error & {
      bytesWritten: number;
    };

    equal(failed.name, "TimeoutError");
    ok(failed.bytesWritten > 0 && failed.bytesWritten < data.length);
    // The kernel may have made room since, by moving bytes on to where the device reads them.
    const sent = failed.bytesWritten + port.trySend(data);
    let received = 0;
    while (received < sent) received += (await device.receive()).length;
    equal(received, sent);
  }),
);

test(
  "SyncSerialPort fails with SerialDisconnectedError while it waits, and is closed then",
  leakFree(() =>
    withEcho("echo", (port) => {
      port.send(Buffer.from("!"));
      throws(() => port.receive({ timeoutMs: LONG_MS }), {
        name: "SerialDisconnectedError",
        operation: "receive",
      });
      equal(port.isOpen, false);
      throws(() => port.receive(), { name: "SerialClosedError" });
      port.close();
    }),
  ),
);

test(
  "SyncSerialPort waits on through signals",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("receive-sync", { args: [device.path] });
    deepEqual(await child.message(), { ready: true });
    for (let signal = 0; signal < 20; signal++) {
      await until("it blocks", () => stateOf(child) === "S");
      child.process.kill("SIGUSR2");
    }
    await device.send(Buffer.from("abc"));

    deepEqual(await child.message(), { received: "abc" });
    deepEqual(await child.message(), { signaled: true });
    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
  }),
);

test(
  "SyncSerialPort configures, counts, discards and reads settings back",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path, { baudRate: 1200 });

    equal(port.effectiveConfig().baudRate, 1200);
    port.configure({ baudRate: 2400, stopBits: 2 });
    equal(port.config.baudRate, 2400);
    equal(device.settings().baudRate, 2400);
    throws(() => port.configure({ baudRate: -1 }), { name: "ConfigurationError" });
    throws(() => port.configure({ lowLatency: true }), { name: "UnsupportedFeatureError" });
    equal(port.config.lowLatency, false);
    equal(device.settings().baudRate, 2400);
    device.trySend(Buffer.from("abc"));
    await until("the bytes are there", () => port.inputWaiting() === 3);
    port.discardInput();
    equal(port.inputWaiting(), 0);
    port.discardOutput();
    equal(port.outputWaiting(), 0);
    equal(port.capabilities.modemLines, "unsupported");
    throws(() => port.modemLines(), { name: "UnsupportedFeatureError" });
    throws(() => port.lineErrors(), { name: "UnsupportedFeatureError" });
    throws(() => port.setControlLines({ rts: true }), { name: "UnsupportedFeatureError" });
  }),
);

test(
  "openSerialPortSync() fails as openSerialPort() does, and leaves nothing open",
  leakFree(async () => {
    await using device = await createVirtualPort();

    throws(() => openSerialPortSync("/dev/no/such/port"), {
      name: "PortNotFoundError",
      code: "ENOENT",
    });
    throws(() => openSerialPortSync("/dev/null"), { name: "PortNotFoundError", code: "ENOTTY" });
    throws(() => openSerialPortSync(""), { name: "ConfigurationError" });
    throws(() => openSerialPortSync("loop://"), { name: "UnsupportedFeatureError" });
    throws(() => openSerialPortSync(device.path, { lowLatency: true }), {
      name: "UnsupportedFeatureError",
    });
    using first = openSerialPortSync(device.path, { exclusive: true });
    throws(() => openSerialPortSync(device.path, { exclusive: true }), { name: "PortBusyError" });
    equal(first.isOpen, true);
  }),
);

test(
  "SyncSerialPort refuses wrong arguments before it does anything",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using port = openSerialPortSync(device.path);
    const code = "ERR_INVALID_ARG_VALUE";

    for (const timeoutMs of [-1, Number.NaN, "1" as never]) {
      throws(() => port.receive({ timeoutMs }), { code });
      throws(() => port.send(Buffer.from("x"), { timeoutMs }), { code });
    }
    throws(() => port.receive({ maxBytes: 0 }), { code });
    throws(() => port.receiveExactly(-1), { code });
    throws(() => port.receiveInto(new Uint8Array(0)), { code });
    throws(() => port.send("text" as never), { code });
    throws(() => port.sendBreak({ durationMs: 0 }), { code });
    equal(device.applicationOpen, true);
  }),
);

test("anyserial/sync is loaded by require(), and opens without having been waited for", async () => {
  const { stdout, stderr } = await runScript(`
    import { createRequire } from "node:module";
    const require = createRequire(process.cwd() + "/script.js");
    const { openSerialPortSync } = require("anyserial/sync");
    try { openSerialPortSync("/nonexistent/tty"); } catch (error) { console.log(error.name); }
    const { openSerialPort, platformCapabilities } = await import("anyserial");
    console.log((await platformCapabilities()).backend);
  `);

  equal(stderr, "");
  equal(stdout, "PortNotFoundError\nlinux\n");
});

async function withEcho(how: string, run: (port: SyncSerialPort) => void): Promise<void> {
  await using child = startFixture("echo-device", { args: [how] });
  const { path } = (await child.message()) as { path: string };
  using port = openSerialPortSync(path);
  run(port);
}

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function stateOf(child: Child): string | undefined {
  return readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.[0];
}

test("SyncSerialPort.config is what is in force after the driver refused a setting", async () => {
  await using device = await createVirtualPort();
  const refused = { lowLatency: true, unsupportedPolicy: "ignore" } as const; // a pty has no such flag
  using port = openSerialPortSync(device.path, refused);

  equal(port.config.lowLatency, false);
  port.configure({ ...refused, baudRate: 9600 });

  equal(port.config.lowLatency, false);
  equal(port.config.baudRate, 9600);
});

test("SyncSerialPort shows its settings and its state when it is inspected", async () => {
  await using device = await createVirtualPort();
  const port = openSerialPortSync(device.path, { baudRate: 9600, stopBits: 2 });

  equal(inspect(port), `SyncSerialPort "${device.path}" 9600 8N2, open`);
  port.close();

  equal(inspect(port), `SyncSerialPort "${device.path}" 9600 8N2, closed`);
});
