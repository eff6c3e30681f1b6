// A recording of a hub is replayed into a running one.

import { deepEqual, equal, match } from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { readCapture } from "@anyserial/hub/capture";
import { openSerialPort } from "anyserial";
import { HubHome, TWO_PORTS } from "../helpers/hub-process.ts";

test("hub replay sends a recording again", async (t) => {
  const home = new HubHome(t, `${TWO_PORTS}capture: { file: plant.pcapng }\n`);
  const hub = await home.start();
  await using meter = await openSerialPort(home.path("meter"));
  await using logger = await openSerialPort(home.path("logger"));
  await hub.stdout.until(/plant\/logger: opened/);
  const reader = logger.reader;
  for (const text of ["one\n", "two\n"]) await meter.send(Buffer.from(text));
  await reader.receiveUntil("two\n");

  home.write(TWO_PORTS); // ends the recording
  equal((await home.call(["reload", home.file])).code, 0);
  const replayed = await home.call([
    "replay",
    "plant.pcapng",
    "--speed",
    "max",
    "--config",
    home.file,
  ]);

  match(replayed.text, /^2 messages sent, 8 B\n/);
  deepEqual(Buffer.from(await reader.receiveUntil("two\n")).toString(), "one\ntwo\n");
  const seen: string[] = [];
  for await (const { source, event, bytes, comment } of readCapture(home.path("plant.pcapng"))) {
    seen.push(`${source} ${event} ${comment ?? JSON.stringify(Buffer.from(bytes).toString())}`);
  }
  deepEqual(
    seen.filter((line) => !line.includes("settings")),
    [
      "plant/meter status member-open",
      "plant/logger status member-open",
      'plant/meter received "one\\n"',
      'plant/logger transmitted "one\\n"',
      'plant/meter received "two\\n"',
      'plant/logger transmitted "two\\n"',
    ],
  );
});

test("hub does not start when it cannot record", async (t) => {
  const home = new HubHome(t, `${TWO_PORTS}capture: { file: plant.pcapng }\n`);
  mkdirSync(home.path("plant.pcapng"));

  const { code, told } = await home.call([home.file]);

  equal(code, 2);
  match(told, /the file at the path is no capture/);
});
