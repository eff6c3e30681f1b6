// Recordings that a page starts, and the files that it is shown.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import type { Hub, TrafficListener } from "@anyserial/hub";
import { readCapture } from "@anyserial/hub/capture";
import { Captures } from "../../../dist/service/captures.js";
import { testFolder } from "../../helpers/service-fixtures.ts";

function setUp(t: TestContext, configured?: string) {
  const folder = testFolder(t);
  const listeners = new Set<TrafficListener>();
  const on = (name: string, listener: TrafficListener) => {
    if (name === "traffic") listeners.add(listener);
    const end = (): void => void listeners.delete(listener);
    return Object.assign(end, { [Symbol.dispose]: end });
  };
  const captures = new Captures({
    hub: { on } as unknown as Hub, // all that a recording uses
    folder: () => folder,
    configured: () => (configured === undefined ? undefined : join(folder, configured)),
    onError: (error) => {
      throw error;
    },
  });
  t.after(() => captures.stop());
  const say = (words: string): void => {
    const point = { network: "net", member: "a", direction: "in", timestampNs: 1n } as const;
    for (const listener of listeners) listener(point, Buffer.from(words));
  };
  const put = (name: string, ageSeconds: number): void => {
    writeFileSync(join(folder, name), name);
    const seconds = 1_700_000_000 - ageSeconds;
    utimesSync(join(folder, name), seconds, seconds);
  };
  return { captures, folder, listeners, say, put };
}

test("Captures records traffic between start() and stop()", async (t) => {
  const { captures, folder, listeners, say } = setUp(t);

  await captures.start();
  const { file = "" } = captures.status ?? {};
  say("one");
  await captures.stop();
  say("two");

  match(file, /anyserial-\d{8}-\d{6}\.pcapng$/);
  deepEqual(readdirSync(folder), [file.slice(folder.length + 1)]);
  const said = [];
  for await (const { bytes } of readCapture(file)) said.push(Buffer.from(bytes).toString());
  deepEqual(said, ["one"]);
  deepEqual([captures.status, listeners.size], [undefined, 0]);
});

for (const name of ["run 4", "Prüfstand_2-b", "測試", "x".repeat(40)]) {
  test(`Captures.start() adds the name ${name.slice(0, 12)} to the file, and lists it`, async (t) => {
    const { captures } = setUp(t);

    await captures.start(name);

    const [entry] = await captures.list();
    match(entry?.name ?? "", new RegExp(`^anyserial-\\d{8}-\\d{6}-${name}\\.pcapng$`, "u"));
    equal((await captures.open(entry?.name ?? ""))?.destroy().destroyed, true);
  });
}

for (const name of [
  "",
  " x",
  ".",
  "..",
  "../x",
  "/etc/x",
  "a/b",
  "a\\b",
  "a.1",
  "-x",
  "a:b",
  "a\0b",
  "a\nb",
  "a\u202eb",
  "a\u200bb",
  "<b>",
  "%2e%2e",
  "x".repeat(41),
  "\ud800",
]) {
  test(`Captures.start() refuses the name ${JSON.stringify(name)}`, async (t) => {
    const { captures, folder } = setUp(t);

    await rejects(captures.start(name), { code: "ERR_INVALID_ARG_VALUE", operation: "request" });

    deepEqual([captures.status, readdirSync(folder)], [undefined, []]);
  });
}

test("Captures.start() refuses a second recording, and the first one goes on", async (t) => {
  const { captures, listeners } = setUp(t);
  await captures.start();

  await rejects(captures.start(), { code: "ERR_INVALID_ARG_VALUE" });

  equal(captures.status?.recording, true);
  equal(listeners.size, 1);
});

test("Captures.list() has its own files and those of the configured recording, the newest first", async (t) => {
  const { captures, put } = setUp(t, "my plant.pcapng");
  put("anyserial-20260101-000000.pcapng", 30);
  put("anyserial-20260101-000000.1.pcapng", 20);
  put("anyserial-20260101-000000-run 4.1.pcapng", 25);
  put("my plant.pcapng", 0);
  put("my plant.1.pcapng", 10);
  for (const other of [
    "secret.pem",
    "anyserial-x.pcapng",
    "anyserial-20260101-000000-a.b.pcapng",
    "my plant.x.pcapng",
    "plant.pcapng",
  ]) {
    put(other, 5);
  }

  deepEqual(
    (await captures.list()).map(({ name, bytes }) => [name, bytes]),
    [
      ["my plant.pcapng", 15],
      ["my plant.1.pcapng", 17],
      ["anyserial-20260101-000000.1.pcapng", 34],
      ["anyserial-20260101-000000-run 4.1.pcapng", 40],
      ["anyserial-20260101-000000.pcapng", 32],
    ],
  );
});

test("Captures.open() opens a listed file, and nothing else", async (t) => {
  const { captures, put } = setUp(t, "plant.pcapng");
  put("plant.pcapng", 0);
  put("secret.pem", 0);

  const file = await captures.open("plant.pcapng");

  equal(file && (await text(file)), "plant.pcapng");
  for (const name of ["secret.pem", "../plant.pcapng", "", "plant.2.pcapng"]) {
    equal(await captures.open(name), undefined);
  }
});

test("Captures opens no link and no FIFO, and lists none", async (t) => {
  const { captures, folder, put } = setUp(t);
  put("secret.pem", 0);
  symlinkSync(join(folder, "secret.pem"), join(folder, "anyserial-20260101-000001.pcapng"));
  if (existsSync("/usr/bin/mkfifo")) {
    execFileSync("mkfifo", [join(folder, "anyserial-20260101-000002.pcapng")]);
  }

  deepEqual(await captures.list(), []);
  equal(await captures.open("anyserial-20260101-000001.pcapng"), undefined);
  equal(await captures.open("anyserial-20260101-000002.pcapng"), undefined);
});
