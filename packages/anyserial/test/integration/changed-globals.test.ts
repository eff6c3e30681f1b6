// Programs that change shared globals: stacks, prototypes, warnings. Ports work the same.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { leakFree } from "../helpers/leak-free.ts";
import { runScript } from "../helpers/run-script.ts";

interface Change {
  readonly name: string;
  /** Code that the program runs before it opens anything. */
  readonly code?: string;
  readonly flags?: readonly string[];
}

const CHANGES: readonly Change[] = [
  {
    name: "Error.prepareStackTrace() that returns call sites",
    code: "Error.prepareStackTrace = (error, sites) => sites;",
  },
  {
    name: "Error.prepareStackTrace() that returns nothing",
    code: "Error.prepareStackTrace = () => undefined;",
  },
  {
    name: "Error.prepareStackTrace() that throws",
    code: "Error.prepareStackTrace = () => { throw new Error('no'); };",
  },
  { name: "Error.stackTraceLimit of 0", code: "Error.stackTraceLimit = 0;" },
  { name: "no Error.stackTraceLimit", code: "delete Error.stackTraceLimit;" },
  { name: "no Error.captureStackTrace()", code: "delete Error.captureStackTrace;" },
  { name: "--frozen-intrinsics", flags: ["--frozen-intrinsics"] },
  { name: "--disable-proto=throw", flags: ["--disable-proto=throw"] },
  {
    name: "--disallow-code-generation-from-strings",
    flags: ["--disallow-code-generation-from-strings"],
  },
  { name: "--enable-source-maps", flags: ["--enable-source-maps"] },
  { name: "process.emitWarning() of its own", code: "process.emitWarning = () => {};" },
  {
    name: "a method on Object.prototype",
    code: "Object.prototype.clone = function () { return this; };",
  },
  {
    name: "a method on Array.prototype",
    code: "Array.prototype.last = function () { return this.at(-1); };",
  },
  {
    name: "Symbol.dispose of its own",
    code: "try { Symbol.dispose = Symbol('dispose'); Symbol.asyncDispose = Symbol('asyncDispose'); } catch {}",
  },
];

for (const { name, code = "", flags = [] } of CHANGES) {
  test(
    `ports work in a program with ${name}`,
    leakFree(async () => {
      const {
        stdout,
        stderr,
        code: status,
      } = await runScript(
        `import { writeSync } from "node:fs";
        import { findSerialPort, listSerialPorts, openSerialPort, platformCapabilities, PortNotFoundError } from "anyserial";
        import { createVirtualPort } from "anyserial/pty";
        import { openSerialPortSync } from "anyserial/sync";
        ${code}
        const text = (bytes) => new TextDecoder().decode(bytes);
        const bytes = (text) => new TextEncoder().encode(text);
        const done = [];
        const device = await createVirtualPort();
        const port = await openSerialPort(device.path, { baudRate: 115200, unsupportedPolicy: "warn", lowLatency: true });
        const waiting = port.receive();
        await device.send(bytes("async"));
        done.push(text(await waiting));
        const stop = new AbortController();
        const stopped = port.receive({ signal: stop.signal }).catch((reason) => reason);
        stop.abort("aborted");
        done.push(await stopped);
        await port.configure({ baudRate: 9600 });
        await port.drain();
        const hungUp = port.receive().catch((error) => error.name);
        await device.close();
        done.push(await hungUp);
        await port.close();
        const other = await createVirtualPort();
        const blocking = openSerialPortSync(other.path);
        other.trySend(bytes("sync"));
        done.push(text(blocking.receive({ timeoutMs: 5000 })));
        blocking.close();
        await other.close();
        await listSerialPorts();
        await findSerialPort({ vid: 1 });
        await platformCapabilities();
        done.push(await openSerialPort("/dev/there-is-no-such-port").catch((error) => error instanceof PortNotFoundError));
        writeSync(1, JSON.stringify(done));`,
        { flags: [...flags, "--no-warnings"] },
      );

      equal(status, 0, stderr);
      deepEqual(JSON.parse(stdout), ["async", "aborted", "SerialDisconnectedError", "sync", true]);
    }),
  );
}
