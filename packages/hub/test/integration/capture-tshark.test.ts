// Wireshark's own decoder reads a recording.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { Recorder } from "@anyserial/hub/capture";
import { testFolder } from "../helpers/service-fixtures.ts";

const hasTshark = spawnSync("tshark", ["--version"], { stdio: "ignore" }).status === 0;
const skip = hasTshark ? false : "tshark is not installed";
const NANOSECONDS = 1_700_000_000_123_456_789n;

test("tshark decodes a recording", { skip }, async (t) => {
  const file = join(testFolder(t), "plant.pcapng");
  const failures: Error[] = [];
  const recorder = new Recorder({ file }, { onError: (error) => failures.push(error) });
  await recorder.open();
  const point = { network: "plant", timestampNs: NANOSECONDS } as const;

  recorder.onTraffic({ ...point, member: "meter", direction: "in" }, Buffer.from("MEAS?\n"));
  recorder.onTraffic({ ...point, member: "logger", direction: "out" }, Buffer.from("MEAS?\n"));
  recorder.onTraffic({ ...point, member: "slow", direction: "drop" }, Buffer.from("MEAS?\n"));
  recorder.onEvent({
    type: "member-close",
    time: 1_700_000_001_000,
    network: "plant",
    member: "slow",
  });
  await recorder.close();

  const fields = [
    "frame.interface_name",
    "rtacser.eventtype",
    "frame.packet_flags_direction",
    "data.data",
    "frame.comment",
    "rtacser.cts",
    "_ws.malformed",
  ];
  const args = [
    "-r",
    file,
    "-t",
    "e",
    "-T",
    "fields",
    "-E",
    "separator=|",
    ...fields.flatMap((field) => ["-e", field]),
  ];
  const lines = execFileSync("tshark", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  assert.deepEqual(lines.trimEnd().split("\n"), [
    "plant/meter|0x02|0x00000001|4d4541533f0a||0|",
    "plant/logger|0x01|0x00000002|4d4541533f0a||0|",
    "plant/slow|0x0a|0x00000002|4d4541533f0a||0|",
    "plant/slow|0x00|||member-close|0|",
  ]);
  assert.deepEqual(failures, []);
});

test("tshark reads the time to the nanosecond", { skip }, async (t) => {
  const file = join(testFolder(t), "plant.pcapng");
  const recorder = new Recorder({ file }, { onError: () => undefined });
  await recorder.open();

  const point = {
    network: "plant",
    member: "meter",
    direction: "in",
    timestampNs: NANOSECONDS,
  } as const;
  recorder.onTraffic(point, Buffer.from("x"));
  await recorder.close();

  const args = ["-r", file, "-T", "fields", "-e", "frame.time_epoch", "-e", "rtacser.timestamp"];
  const text = execFileSync("tshark", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  assert.equal(text, "1700000000.123456789\t1700000000.123456000\n");
});

test("tshark decodes the lines of a member, from their change on", { skip }, async (t) => {
  const file = join(testFolder(t), "lines.pcapng");
  const recorder = new Recorder({ file }, { onError: (error) => assert.fail(error) });
  await recorder.open();
  const point = { network: "plant", member: "far", timestampNs: NANOSECONDS } as const;
  const off = { dtr: false, rts: false, cts: false, dsr: false, dcd: false, ri: false };

  recorder.onLines({ ...point, lines: { ...off, cts: true, ri: true, break: false } });
  recorder.onTraffic({ ...point, direction: "in" }, Buffer.from("A"));
  recorder.onLines({ ...point, lines: { ...off, dtr: true, rts: true, break: true } });
  recorder.onLines({ ...point, lines: { ...off, dsr: true, dcd: true, break: false } });
  await recorder.close();

  const names = ["cts", "dcd", "dsr", "rts", "dtr", "ring"].map((name) => `rtacser.${name}`);
  const fields = ["rtacser.eventtype", ...names, "frame.comment"].flatMap((field) => ["-e", field]);
  const args = ["-r", file, "-T", "fields", "-E", "separator=|", ...fields];
  const lines = execFileSync("tshark", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  assert.deepEqual(lines.trimEnd().split("\n"), [
    "0x00|1|0|0|0|0|1|CTS on, RI on",
    "0x02|1|0|0|0|0|1|",
    "0x00|0|0|0|1|1|0|DTR on, RTS on, CTS off, RI off, BREAK on",
    "0x00|0|1|1|0|0|0|DTR off, RTS off, DSR on, DCD on, BREAK off",
  ]);
});
