// A recording on a real disk: it rotates, keeps what is no recording, and survives a full disk.

import assert from "node:assert/strict";
import { once } from "node:events";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TapPoint } from "@anyserial/hub";
import { Recorder, readCapture } from "@anyserial/hub/capture";
import { testFolder } from "../helpers/service-fixtures.ts";
import { smallDisk } from "../helpers/small-disk.ts";

const POINT: TapPoint = { network: "n", member: "m", direction: "in", timestampNs: 1n };

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
  const { recorder } = await open(file, { maxSize: 400, keep: 3 });

  for (let n = 0; n < 20; n++) recorder.tap(POINT, Buffer.from(`message ${n}`));
  await recorder.close();

  assert.deepEqual(readdirSync(folder).sort(), [
    "plant.1.pcapng",
    "plant.2.pcapng",
    "plant.pcapng",
  ]);
  const kept: string[] = [];
  for (const name of ["plant.2.pcapng", "plant.1.pcapng", "plant.pcapng"]) {
    assert.ok(statSync(join(folder, name)).size <= 400, name);
    kept.push(...(await textsOf(join(folder, name))));
  }
  const all = Array.from({ length: 20 }, (_, n) => `message ${n}`);
  assert.deepEqual(kept, all.slice(-kept.length));
  assert.ok(kept.length >= 6);
});

test("Recorder keeps the recording of the run before", async (t) => {
  const file = join(testFolder(t), "plant.pcapng");
  for (const text of ["first run", "second run"]) {
    const { recorder } = await open(file);
    recorder.tap(POINT, Buffer.from(text));
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
  test(`Recorder leaves ${what} alone that is at its path`, async (t) => {
    const folder = testFolder(t);
    make(join(folder, "plant.pcapng"), folder);
    const before = readdirSync(folder);

    await assert.rejects(open(join(folder, "plant.pcapng")), { code: "EEXIST" });

    assert.deepEqual(readdirSync(folder), before);
  });
}

test("Recorder tells once that the disk is full; what it wrote can be read", async (t) => {
  const folder = smallDisk(t);
  if (folder === undefined) return;
  const file = join(folder, "plant.pcapng");
  const { recorder, errors, failed } = await open(file);
  const hasFailed = once(failed, "failed");

  recorder.tap(POINT, Buffer.alloc(1000, "a"));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  for (let n = 0; n < 200; n++) recorder.tap(POINT, Buffer.alloc(1000, "b"));
  await hasFailed;
  recorder.tap(POINT, Buffer.from("ignored"));
  await recorder.close();

  assert.deepEqual(
    errors.map(({ code }) => code),
    ["ENOSPC"],
  );
  for (const text of await textsOf(file)) assert.equal(text.length, 1000);
  assert.equal(readFileSync(file).length % 4, 0);
});
