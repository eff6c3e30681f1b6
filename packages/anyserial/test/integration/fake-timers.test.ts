// Timers that a test runner has replaced: a port works while they stand still, and afterwards.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { leakFree } from "../helpers/leak-free.ts";
import { runScript } from "../helpers/run-script.ts";

/** Uses every call that waits, between a port and an emulated one; prints what became of each. */
const USE = `
  const text = (bytes) => new TextDecoder().decode(bytes);
  async function use(openSerialPort, createVirtualPort) {
    const device = await createVirtualPort();
    const port = await openSerialPort(device.path);
    const done = [];
    const waiting = port.receive();
    await device.send(Buffer.from("one"));
    done.push(text(await waiting));
    for (let round = 0; round < 100; round++) {
      await port.send(Buffer.from("x"));
      await device.receive();
    }
    done.push("burst");
    const many = device.send(Buffer.alloc(100_000)); // more than the kernel takes at once
    for (let left = 100_000; left > 0; ) left -= (await port.receive()).length;
    await many;
    done.push("block");
    await port.drain();
    done.push("drain");
    const stop = new AbortController();
    const stopped = port.receive({ signal: stop.signal }).catch((reason) => reason);
    stop.abort("aborted");
    done.push(await stopped);
    await port.close();
    await device.close();
    done.push("closed");
    return done;
  }`;

const ALL = ["one", "burst", "block", "drain", "aborted", "closed"];

const LOAD = `
  const { openSerialPort } = await import("anyserial");
  const { createVirtualPort } = await import("anyserial/pty");`;

/** Puts timers that never fire in place of the globals, of node:timers, and of the clock. */
const STOP_CLOCK = `
  import timers from "node:timers";
  import timersPromises from "node:timers/promises";
  import { syncBuiltinESMExports } from "node:module";
  function stopClock() {
    const names = ["setTimeout", "setImmediate", "setInterval"];
    const real = [];
    const put = (object, name, value) => {
      real.push([object, name, object[name]]);
      object[name] = value;
    };
    for (const name of names) {
      for (const object of [globalThis, timers]) put(object, name, () => ({ unref() {}, ref() {} }));
      put(timersPromises, name, () => new Promise(() => {}));
    }
    put(globalThis, "queueMicrotask", () => {});
    put(globalThis, "performance", { now: () => 0 });
    put(process, "nextTick", process.nextTick); // Node's own streams wait for it
    syncBuiltinESMExports();
    return () => {
      for (const [object, name, value] of real) object[name] = value;
      syncBuiltinESMExports();
    };
  }`;

const MOCK = `
  import { mock } from "node:test";
  function stopClock() {
    mock.timers.enable();
    return () => mock.timers.reset();
  }`;

const RUNNERS = [
  ["node:test", MOCK],
  ["any runner", STOP_CLOCK],
] as const;

async function run(source: string): Promise<unknown> {
  const { stdout, stderr, code } = await runScript(source, { flags: ["--no-warnings"] });
  equal(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const [runner, stopClock] of RUNNERS) {
  test(
    `a port works while ${runner} fakes the timers, and afterwards`,
    leakFree(async () => {
      const faked = await run(
        `${stopClock}${USE}${LOAD}
        const start = stopClock();
        const during = await use(openSerialPort, createVirtualPort);
        start();
        const after = await use(openSerialPort, createVirtualPort);
        console.log(JSON.stringify({ during, after }));`,
      );

      deepEqual(faked, { during: ALL, after: ALL });
    }),
  );

  test(
    `a port works that waited while ${runner} faked the timers`,
    leakFree(async () => {
      const received = await run(
        `${stopClock}${USE}${LOAD}
        const device = await createVirtualPort();
        const port = await openSerialPort(device.path);
        const start = stopClock();
        const waiting = port.receive();
        await device.send(Buffer.from("during"));
        start();
        const texts = [text(await waiting)];
        const next = port.receive();
        await device.send(Buffer.from("after"));
        texts.push(text(await next));
        await port.close();
        await device.close();
        console.log(JSON.stringify(texts));`,
      );

      deepEqual(received, ["during", "after"]);
    }),
  );

  test(
    `a port works that is loaded after ${runner} has faked the timers`,
    leakFree(async () => {
      const faked = await run(
        `${stopClock}${USE}
        const start = stopClock();
        ${LOAD}
        const during = await use(openSerialPort, createVirtualPort);
        start();
        const after = await use(openSerialPort, createVirtualPort);
        console.log(JSON.stringify({ during, after }));`,
      );

      deepEqual(faked, { during: ALL, after: ALL });
    }),
  );
}

test(
  "in-memory ports, blocking ports and sessions work while the timers are faked",
  leakFree(async () => {
    const done = await run(
      `${STOP_CLOCK}${LOAD}
      const { FaultPlan, serialPortPair } = await import("anyserial/testing");
      const { openSerialPortSync } = await import("anyserial/sync");
      const { serialSessions } = await import("anyserial");
      stopClock();
      const done = [];
      const { a, b } = await serialPortPair({ a: { faults: new FaultPlan({ latencyMs: 1 }) } });
      const waiting = b.receive();
      await a.send(Buffer.from("x"));
      done.push((await waiting).length);
      await a.drainExact();
      await a.sendBreak({ durationMs: 1 });
      await a.close();
      await b.close();
      const device = await createVirtualPort();
      const port = openSerialPortSync(device.path);
      try {
        port.receive({ timeoutMs: 1 });
      } catch (error) {
        done.push(error.name);
      }
      port.close();
      for await (const session of serialSessions(device.path)) {
        done.push(session.path === device.path);
        break;
      }
      await device.close();
      console.log(JSON.stringify(done));`,
    );

    deepEqual(done, [1, "TimeoutError", true]);
  }),
);
