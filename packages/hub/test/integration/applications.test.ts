// Real programs as applications; skipped, visibly, where they are not installed.

import { equal, match, ok } from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { findPython, missing } from "@anyserial/test-support/programs";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

const pySerial = findPython("serial");

test("pySerial talks on a hub", {
  skip: pySerial === undefined && "no python3 with the serial module",
}, async () => {
  await using bench = await BenchHub.start(["a", "b"], { framing: "line" });
  const a = await bench.open("a");
  const code = `
import serial, sys
port = serial.Serial(sys.argv[1], 19200)
print("open", flush=True)
for line in iter(port.readline, b"end\\n"):
    port.write(line.upper())
    port.flush()
`;
  await using python = new Program(pySerial ?? "", ["-c", code, bench.path("b")]);
  await bench.event("member-open", "b");
  await until("it is set up", () => python.output.includes("open")); // it discards bytes received before

  for (let round = 0; round < 100; round++) {
    await a.send(Buffer.from(`line ${round}\n`));
    equal(await receiveText(a, 6 + String(round).length), `LINE ${round}\n`);
  }
  await a.send(Buffer.from("end\n"));
  await bench.event("member-close", "b");

  equal(bench.told("settings", "b").at(-1)?.settings.baudRate, 19_200);
  equal(bench.member("b").dropped.bytes, 0);
  ok(python.pid > 0);
});

test("socat carries a megabyte through a hub", { skip: missing("socat", ["-V"]) }, async () => {
  await using bench = await BenchHub.start(["a", "b"], { overflow: "backpressure" });
  const b = await bench.open("b");
  await using socat = new Program("socat", ["-u", "STDIN", `${bench.path("a")},rawer`]);
  await bench.event("member-open", "a");
  const text = "0123456789abcde\n".repeat(65_536);

  socat.say(text);

  equal(await receiveText(b, text.length), text);
});

test("picocom shows what comes from a hub", { skip: missing("picocom", ["--help"]) }, async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const a = await bench.open("a");
  // picocom wants a terminal of its own: a pty from script(1).
  const args = ["-qfc", `picocom --noreset -b 9600 ${bench.path("b")}`, "/dev/null"];
  await using picocom = new Program("script", args);
  await bench.event("member-open", "b");
  await until("it is ready", () => picocom.output.includes("Terminal ready"));
  equal(bench.member("b").settings?.baudRate, 9600);

  await a.send(Buffer.from("hello picocom\r\n"));

  await until("it shows it", () => picocom.output.includes("hello picocom"));
  picocom.say("typed");
  equal(await receiveText(a, 5), "typed");
});

const hasSerialPort = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve("serialport");
    return true;
  } catch {
    return false;
  }
})();

test("node-serialport talks on a hub", {
  skip: !hasSerialPort && "serialport is not installed",
}, async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const a = await bench.open("a");
  const code = `
      const { SerialPort } = require("serialport");
      const port = new SerialPort({ path: process.argv[1], baudRate: 57600, lock: false });
      port.on("data", (data) => port.write(data.toString().toUpperCase()));
      port.on("open", () => console.log("open"));
    `;
  const args = ["-e", code, bench.path("b")];
  await using node = new Program(process.execPath, args);
  await until("it is open", () => node.output.includes("open"));

  await a.send(Buffer.from("hello"));

  match(await receiveText(a, 5), /^HELLO$/);
});
