// koffi that does not load: not installed, for another CPU, or swallowed by a bundler. Everything that needs it
// says so, in the same words and with the same advice.

import { deepEqual, equal, match } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { copyPackage } from "../helpers/package-copy.ts";
import { runScript } from "../helpers/run-script.ts";

interface Refusal {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly topic: string;
  readonly cause: string;
}

/** Calls everything that needs koffi; prints what each throws. */
function callAll(entry: (name: string) => string): string {
  return `
    const { openSerialPort, listSerialPorts, findSerialPort, inspectSerialPort,
      platformCapabilities, serialSessions, watchSerialPorts } = await import("${entry("index")}");
    const { listSerialDevices } = await import("${entry("internal")}");
    const { createVirtualPort } = await import("${entry("pty")}");
    const { openSerialPortSync } = await import("${entry("sync")}");
    const calls = {
      openSerialPort: () => openSerialPort("/dev/ttyS0"),
      openSerialPortByFilter: () => openSerialPort({ vid: 1 }),
      openSerialPortWithOptions: () => openSerialPort("/dev/ttyS0", { lowLatency: true, rs485: {} }),
      openSerialPortSync: async () => openSerialPortSync("/dev/ttyS0"),
      createVirtualPort: () => createVirtualPort(),
      inspectSerialPort: () => inspectSerialPort("/dev/ttyS0"),
      listSerialPorts: () => listSerialPorts(),
      listSerialDevices: () => listSerialDevices(),
      findSerialPort: () => findSerialPort({ vid: 1 }),
      watchSerialPorts: () => watchSerialPorts().next(),
      serialSessions: () => serialSessions("/dev/ttyS0").next(),
      platformCapabilities: () => platformCapabilities(),
    };
    const refusals = {};
    for (const [name, call] of Object.entries(calls)) {
      const error = await call().catch((error) => error);
      refusals[name] = { name: error?.name, code: error?.code, message: error?.message, hint: error?.hint,
        topic: error?.topic, cause: String(error?.cause?.message) };
    }
    console.log(JSON.stringify(refusals));`;
}

function checkRefusals(stdout: string): void {
  const refusals = JSON.parse(stdout) as Record<string, Refusal>;
  const { platform, arch, versions } = process;
  for (const [call, { cause, ...refusal }] of Object.entries(refusals)) {
    deepEqual(
      { call, ...refusal },
      {
        call,
        name: "UnsupportedPlatformError",
        code: "ERR_SERIAL_KOFFI",
        message: `Cannot use serial ports: the FFI driver koffi did not load on ${platform} ${arch} (Node.js ${versions.node})`,
        hint: "install koffi with its optional dependencies (npm install without --omit=optional) for this system and CPU; in a bundle, keep koffi external and ship it in node_modules (see node_modules/anyserial/docs/troubleshooting.md#koffi)",
        topic: "koffi",
      },
    );
    match(cause, /koffi|wrong CPU/i);
  }
  equal(Object.keys(refusals).length, 12);
}

test("everything says how to get koffi where it is not installed", async (t) => {
  const copy = copyPackage(temporaryFolder(t), { hasKoffi: false });

  const { stdout, stderr } = await runScript(callAll((name) => join(copy, "dist", `${name}.js`)));

  equal(stderr, "");
  checkRefusals(stdout);
});

test("everything says how to get koffi where it has no binary for this system", async () => {
  const names: Record<string, string> = { index: "anyserial" };
  const entry = (name: string): string => names[name] ?? `anyserial/${name}`;

  const { stdout, stderr } = await runScript(
    `process.dlopen = () => { throw new Error("wrong CPU"); };${callAll(entry)}`,
  );

  equal(stderr, "");
  checkRefusals(stdout);
});

test("functions that need no koffi work without it", async (t) => {
  const copy = copyPackage(temporaryFolder(t), { hasKoffi: false });

  const { stdout, stderr } = await runScript(`
    const { openSerialPort } = await import("${copy}/dist/index.js");
    const { serialPortPair } = await import("${copy}/dist/testing.js");
    await (await openSerialPort("loop://")).close();
    await (await serialPortPair()).close();
    console.log("done");`);

  equal(stderr, "");
  equal(stdout, "done\n");
});

/** A copy that has koffi by import() only, as a bundle that has swallowed it. */
function copyWithoutRequire(folder: string): string {
  const copy = copyPackage(folder);
  const file = join(copy, "dist/ffi/own-require.js");
  const source = readFileSync(file, "utf8");
  writeFileSync(file, source.replace("const found = [];", "throw new Error('no koffi');"));
  return copy;
}

test("openSerialPortSync() that finds no koffi does not keep openSerialPort() from it", async (t) => {
  const copy = copyWithoutRequire(temporaryFolder(t));

  const { stdout } = await runScript(
    `
    const { openSerialPort } = await import("${copy}/dist/index.js");
    const { createVirtualPort } = await import("${copy}/dist/pty.js");
    const { openSerialPortSync } = await import("${copy}/dist/sync.js");
    let code;
    try {
      openSerialPortSync("/dev/ttyS0");
    } catch (error) {
      code = error.code;
    }
    const device = await createVirtualPort();
    const port = await openSerialPort(device.path);
    console.log(JSON.stringify([code, port.isOpen]));
    await port.close();
    await device.close();`,
    { env: { ANYSERIAL_READINESS: "libuv" } },
  );

  deepEqual(JSON.parse(stdout), ["ERR_SERIAL_KOFFI", true]);
});

test("a port that waits by a thread says so where the thread finds no koffi", async (t) => {
  const copy = copyWithoutRequire(temporaryFolder(t));

  const { stdout } = await runScript(
    `const { createVirtualPort } = await import("${copy}/dist/pty.js");
    const { name, code, hint } = await createVirtualPort().catch((error) => error);
    console.log(JSON.stringify({ name, code, hint }));`,
    { env: { ANYSERIAL_READINESS: "reactor" } },
  );

  const { name, code, hint } = JSON.parse(stdout) as Refusal;
  deepEqual([name, code], ["UnsupportedPlatformError", "ERR_SERIAL_KOFFI"]);
  match(hint, /keep koffi external/);
});
