// `anyserial hub` with devices whose code fails where nothing catches it: their member's failure.

import { equal } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { openSerialPort } from "anyserial";
import { HubHome, TWO_PORTS } from "../helpers/hub-process.ts";

const HUB = JSON.stringify(import.meta.resolve("@anyserial/hub"));

/** Mistakes of a device on its own. */
const MISTAKES = {
  "throws in a timer": `setTimeout(() => { throw new Error("my mistake"); }, 1)`,
  "throws in a microtask": `queueMicrotask(() => { throw new Error("my mistake"); })`,
  "leaves a rejection unhandled": `void Promise.reject(new Error("my mistake"))`,
  "throws after a promise": `void (async () => { await null; throw new Error("my mistake"); })()`,
  "has an emitter without a listener": `setImmediate(() => new EventEmitter().emit("error", new Error("my mistake")))`,
};

for (const [what, code] of Object.entries(MISTAKES)) {
  test(`hub continues when a device ${what}`, async (t) => {
    const home = new HubHome(t);
    writeFileSync(
      home.path("device.mjs"),
      `import { EventEmitter } from "node:events";
       import { defineDevice } from ${HUB};
       export const device = defineDevice({ onStart() { new EventEmitter(); ${code}; } });`,
    );
    home.write(`${TWO_PORTS}      device: { device: ./device.mjs }\n`);
    const hub = await home.start();

    await hub.stdout.until(/plant\/device: my mistake/);
    await using meter = await openSerialPort(home.path("meter"));
    await using logger = await openSerialPort(home.path("logger"));
    await hub.stdout.until(/plant\/logger: opened/);
    await meter.send(Buffer.from("still here\n"));
    const line = await logger.reader.receiveUntil("\n");

    equal(Buffer.from(line).toString(), "still here\n");
    equal(hub.process.exitCode, null);
  });
}
