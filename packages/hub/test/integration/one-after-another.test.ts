// Real programs that open a port of the hub again and again, with the settings that they choose by
// themselves. Run by root and by an ordinary user.

import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { findPython, missing } from "@anyserial/test-support/programs";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import type { SerialPort } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

const pySerial = findPython("serial");
const noPySerial = pySerial === undefined && "no python3 with the serial module";
/** A Modbus RTU request for one register of slave 1, and an answer, with their CRCs. */
const REQUEST = "010300000001840a";
const ANSWER = Buffer.from("010302002a399b", "hex");

async function answerOnce(port: SerialPort): Promise<void> {
  const request = await port.reader.receiveExactly(8);
  equal(Buffer.from(request).toString("hex"), REQUEST);
  await port.send(ANSWER);
}

async function outputOf(program: Program): Promise<string> {
  await until("it has ended", () => program.process.exitCode !== null);
  return program.output;
}

test("mbpoll asks with even parity, its default, and so do the ones after it", {
  skip: missing("mbpoll", ["-V"]),
}, async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const b = await bench.open("b");

  for (let round = 1; round <= 3; round++) {
    const args = ["-m", "rtu", "-a", "1", "-r", "1", "-c", "1", "-1", bench.path("a")];
    await using mbpoll = new Program("mbpoll", args);
    await answerOnce(b);
    match(await outputOf(mbpoll), /\[1\]:\s+42/, `round ${round}`);
  }
});

test("pySerial with even parity opens a port again at once after each answer", {
  skip: noPySerial,
}, async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const b = await bench.open("b");
  const code = `
import serial, sys
for round in range(100):
    with serial.Serial(sys.argv[1], 19200, parity="E", timeout=10) as port:
        port.write(bytes.fromhex("${REQUEST}"))
        assert len(port.read(${ANSWER.length})) == ${ANSWER.length}
print("done")
`;
  await using python = new Program(pySerial ?? "", ["-c", code, bench.path("a")]);

  for (let round = 0; round < 100; round++) await answerOnce(b);

  equal(await outputOf(python), "done\n");
});

test("bytes of programs that came and went 300 times arrive in order", {
  skip: noPySerial,
}, async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const b = await bench.open("b");
  const code = `
import serial, sys
for round in range(300):
    port = serial.Serial(sys.argv[1], 9600)
    port.write(b"line %03d\\n" % round)
    port.close()
`;
  await using _python = new Program(pySerial ?? "", ["-c", code, bench.path("a")]);
  const expected = Array.from({ length: 300 }, (_, at) => `line ${String(at).padStart(3, "0")}\n`);

  equal(await receiveText(b, 300 * 9), expected.join(""));

  equal(bench.member("b").dropped.bytes, 0);
});
