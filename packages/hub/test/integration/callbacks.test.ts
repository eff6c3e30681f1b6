// Code around a hub that throws: listeners, taps and devices. The hub and everybody else go on.

import { deepEqual, equal, match } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

const HUB = import.meta.resolve("@anyserial/hub");

/**
 * A program around a hub whose callbacks throw; it prints the bytes that arrived, and the uncaught
 * errors.
 */
const PROGRAM = `
  import { closeSync, openSync, readSync, writeSync } from "node:fs";
  import { createHub } from ${JSON.stringify(HUB)};
  const [folder] = process.argv.slice(1);
  const told = { uncaught: [], events: [], tapped: 0, text: "" };
  process.on("uncaughtException", ({ message }) => told.uncaught.push(message));
  const fail = (what) => () => {
    throw new Error(what);
  };
  const members = { a: { port: folder + "/a" }, b: { port: folder + "/b" } };
  const hub = await createHub({ networks: { net: { members } } }, { onEvent: fail("first") });
  hub.on("event", fail("second"));
  hub.on("event", ({ type }) => told.events.push(type));
  hub.on("traffic", fail("tap"));
  const [a, b] = ["a", "b"].map((name) => openSync(members[name].port, 0o2 | 0o400 | 0o4000));
  while (told.events.length < 2) await new Promise(setImmediate);
  writeSync(a, "hello");
  const bytes = Buffer.alloc(100);
  while (told.text === "") {
    await new Promise(setImmediate);
    try {
      told.text = bytes.toString("latin1", 0, readSync(b, bytes));
    } catch {}
  }
  closeSync(a);
  closeSync(b);
  await hub.close();
  await new Promise(setImmediate);
  console.log(JSON.stringify(told));
`;

test("listeners that throw delay no other callback, and are reported as uncaught", async () => {
  await using bench = BenchHub.prepare();
  const args = ["--input-type=module", "-e", PROGRAM, bench.folder];
  await using program = new Program(process.execPath, args);

  const output = await until(
    "it is through",
    () => program.output.endsWith("\n") && program.output,
  );

  const { uncaught, events, text } = JSON.parse(output) as {
    uncaught: string[];
    events: string[];
    text: string;
  };
  equal(text, "hello");
  deepEqual(events.slice(0, 2), ["member-open", "member-open"]);
  deepEqual(new Set(uncaught), new Set(["first", "second", "tap"]));
});

/** Mistakes of a device in calls of the hub. */
const MISTAKES = {
  "throws in onStart()": `onStart() { throw new Error("wrong"); }`,
  "rejects in onStart()": `async onStart() { throw new Error("wrong"); }`,
  "throws no error": `onStart() { throw "wrong"; }`,
  "throws in onMessage()": `onMessage() { throw new Error("wrong"); }`,
  "rejects in onMessage()": `async onMessage() { throw new Error("wrong"); }`,
  "throws in an accessor": `get onMessage() { throw new Error("wrong"); }`,
  "answers with a number": "onMessage: () => 42",
  "answers with an object": "onMessage: () => ({ length: 5, wrong: true })",
  "sends nothing at all": "onStart: ({ send }) => send(undefined)",
};

for (const [what, code] of Object.entries(MISTAKES)) {
  test(`a device that ${what} fails alone`, async () => {
    await using bench = BenchHub.prepare();
    writeFileSync(
      bench.path("keep.mjs"),
      `import { defineDevice } from ${JSON.stringify(HUB)};
       const device = defineDevice({});
       export const wrong = Object.defineProperties(device, Object.getOwnPropertyDescriptors({ ${code} }));`,
    );
    const { net } = bench.config(["a", "b"]).networks;
    const members = { ...net?.members, wrong: { device: "keep.mjs" } };
    await bench.run({ networks: { net: { members } } });
    const [a, b] = [await bench.open("a"), await bench.open("b")];

    await a.send(Buffer.from("hello"));

    equal(await receiveText(b, 5), "hello");
    const { error } = await bench.event("member-error", "wrong");
    match(error.message, /wrong|42|length|undefined/);
  });
}
