// A recording on a real disk: it rotates, keeps other files, and survives a full disk.

import assert from "node:assert/strict";
import { once } from "node:events";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TrafficPoint } from "@anyserial/hub";
import { Recorder, readCapture } from "@anyserial/hub/capture";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { testFolder } from "../helpers/service-fixtures.ts";
import { smallDisk } from "../helpers/small-disk.ts";

/** The least that a configuration allows. */
const MAX_SIZE = 65_536;
const POINT: TrafficPoint = { network: "n", member: "m", direction: "in", timestampNs: 1n };

async function open(file: string, limits: { maxSize?: number; keep?: number } = {}) {
  const errors: NodeJS.ErrnoException[] = [];
  const failed = new EventTarget();
  const onError = (error: Error): void => {
    errors.push(error);
    failed.dispatchEvent(new Event("failed"));
  };
  const recorder = new Recorder({ file, ...limits }, { onError });
  await recorder.open();
  return { recorder, errors, failed };
}

async function textsOf(file: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { bytes } of readCapture(file)) texts.push(Buffer.from(bytes).toString());
  return texts;
}

test("Recorder begins a new file when one is full, and keeps so many", async (t) => {
  const folder = testFolder(t);
  const file = join(folder, "plant.pcapng");
  const { recorder } = await open(file, { maxSize: MAX_SIZE, keep: 3 });
  const all = Array.from({ length: 20 }, (_, n) => `message ${n}`.padEnd(20_000));

  for (const text of all) recorder.onTraffic(POINT, Buffer.from(text));
  await recorder.close();

  assert.deepEqual(readdirSync(folder).sort(), [
    "plant.1.pcapng",
    "plant.2.pcapng",
    "plant.pcapng",
  ]);
  const kept: string[] = [];
  for (const name of ["plant.2.pcapng", "plant.1.pcapng", "plant.pcapng"]) {
    assert.ok(statSync(join(folder, name)).size <= MAX_SIZE, name);
    kept.push(...(await textsOf(join(folder, name))));
  }
  assert.deepEqual(kept, all.slice(-kept.length));
  assert.ok(kept.length >= 6);
});

test("Recorder keeps the recording of the run before", async (t) => {
  const file = join(testFolder(t), "plant.pcapng");
  for (const text of ["first run", "second run"]) {
    const { recorder } = await open(file);
    recorder.onTraffic(POINT, Buffer.from(text));
    await recorder.close();
  }

  assert.deepEqual(await textsOf(file), ["second run"]);
  assert.deepEqual(await textsOf(file.replace(".pcapng", ".1.pcapng")), ["first run"]);
});

test("Recorder makes files that only this user can read", async (t) => {
  const file = join(testFolder(t), "plant.pcapng");
  const { recorder } = await open(file);
  await recorder.close();

  assert.equal(statSync(file).mode & 0o777, 0o600);
});

const OTHERS: readonly (readonly [what: string, make: (path: string, folder: string) => void])[] = [
  ["a text", (path) => writeFileSync(path, "my thesis")],
  ["a folder", (path) => mkdirSync(path)],
  [
    "a link",
    (path, folder) => {
      writeFileSync(join(folder, "target"), "my thesis");
      symlinkSync(join(folder, "target"), path);
    },
  ],
];

for (const [what, make] of OTHERS) {
  test(`Recorder leaves ${what} alone at its path`, async (t) => {
    const folder = testFolder(t);
    make(join(folder, "plant.pcapng"), folder);
    const before = readdirSync(folder);

    await assert.rejects(open(join(folder, "plant.pcapng")), { code: "EEXIST" });

    assert.deepEqual(readdirSync(folder), before);
  });
}

test("Recorder reports once that the disk is full; the records before can be read", async (t) => {
  const folder = smallDisk(t);
  if (folder === undefined) return;
  const file = join(folder, "plant.pcapng");
  const { recorder, errors, failed } = await open(file);
  const hasFailed = once(failed, "failed");

  recorder.onTraffic(POINT, Buffer.alloc(1000, "a"));
  await tasks(2);
  for (let n = 0; n < 200; n++) recorder.onTraffic(POINT, Buffer.alloc(1000, "b"));
  await hasFailed;
  recorder.onTraffic(POINT, Buffer.from("ignored"));
  await recorder.close();

  assert.deepEqual(
    errors.map(({ code }) => code),
    ["ENOSPC"],
  );
  for (const text of await textsOf(file)) assert.equal(text.length, 1000);
  assert.equal(readFileSync(file).length % 4, 0);
});

test("Recorder refuses limits that the configuration refuses, by field", () => {
  const onError = (): void => undefined;
  for (const [name, value] of [
    ["keep", Number.NaN],
    ["keep", Number.POSITIVE_INFINITY],
    ["keep", 0],
    ["maxSize", Number.NaN],
    ["maxSize", 1],
    ["maxSize", 1e308],
  ] as const) {
    assert.throws(() => new Recorder({ file: "x", [name]: value }, { onError }), {
      name: "ConfigurationError",
      message: new RegExp(`capture.${name}: `),
    });
  }
});

for (const [what, move] of [
  ["removes", (file: string) => rmSync(file)],
  ["renames", (file: string) => renameSync(file, `${file}.old`)],
] as const) {
  test(`Recorder continues in a new file when another program ${what} the current one`, async (t) => {
    const file = join(testFolder(t), "plant.pcapng");
    let timesMoved = 0;
    const onError = (error: Error): void => assert.fail(error);
    const recorder = new Recorder({ file }, { onError, onMoved: () => timesMoved++ });
    await recorder.open();
    recorder.onTraffic(POINT, Buffer.from("before"));
    await until("it is written", () => readFileSync(file).includes("before"));

    move(file);
    await until("it is noticed", () => {
      recorder.onTraffic(POINT, Buffer.from("."));
      return timesMoved > 0;
    });
    recorder.onTraffic({ ...POINT, member: "other" }, Buffer.from("after"));
    await recorder.close();

    assert.equal(timesMoved, 1);
    assert.equal((await textsOf(file)).at(-1), "after");
  });
}
