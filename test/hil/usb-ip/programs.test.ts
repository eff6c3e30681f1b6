// Programs that ask for lines that a pty does not have, on an emulated FT232R.

import { deepEqual, equal, ok } from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { until } from "@anyserial/test-support/until";
import { listSerialPorts, openSerialPort } from "anyserial";
import { createVirtualAdapter, serveAdapters } from "anyserial/adapter";
import { missing, pathOf, programEnvironment } from "../helpers/debian-programs.ts";

const run = promisify(execFile);
const env = programEnvironment();
const hasPython = spawnSync("python3", ["-c", "import serial"], { env }).status === 0;

const PYTHON = `
import json, sys, serial
port = serial.Serial(sys.argv[1], 9600, parity="E", rtscts=True, dsrdtr=True, timeout=10)
port.dtr = False
seen = dict(cts=port.cts, dsr=port.dsr, ri=port.ri, cd=port.cd)
port.write(b"question")
port.send_break(0.05)
seen["answer"] = port.read(6).decode()
print(json.dumps(seen))
`;

test("python3-serial reads the lines, sets DTR, and is answered, with rtscts and dsrdtr", {
  skip: hasPython ? false : "python3-serial could not be fetched",
}, async () => {
  await using adapter = await createVirtualAdapter({ chip: "ft232r" });
  await adapter.setModemLines({ cts: true, dsr: true, ri: false, dcd: true });
  const lines: { readonly dtr: boolean; readonly break: boolean }[] = [];
  const changes = adapter.changes();
  const watching = (async () => {
    for await (const change of changes) if (change.kind === "lines") lines.push(change.lines);
  })();
  const program = run("python3", ["-c", PYTHON, adapter.path], { env });
  const question: number[] = [];
  while (question.length < 8) question.push(...(await adapter.receive()));
  await adapter.send(Buffer.from("answer"));
  const { stdout } = await program;

  deepEqual(JSON.parse(stdout), { cts: true, dsr: true, ri: false, cd: true, answer: "answer" });
  equal(Buffer.from(question).toString(), "question");
  deepEqual([adapter.settings().baudRate, adapter.settings().parity], [9600, "even"]);
  ok(lines.some(({ dtr }) => !dtr) && lines.some((each) => each.break));
  await adapter.close();
  await watching;
});

test("the usbip program plugs a served adapter in, and pulls it out", {
  skip: missing("usbip"),
}, async () => {
  const served = await serveAdapters({
    listen: "127.0.0.1:0",
    adapters: [{ chip: "cp2102n", serialNumber: "REMOTE" }],
  });
  await using _ = served;
  const [adapter] = served.adapters;
  ok(adapter !== undefined);
  const tcp = ["--tcp-port", String(served.address.port)];
  await run(pathOf("usbip"), [...tcp, "attach", "-r", "127.0.0.1", "-b", "1-1"], { env });
  const found = await until("the adapter is there", async () =>
    (await listSerialPorts()).find(({ serialNumber }) => serialNumber === "REMOTE"),
  );
  await using port = await openSerialPort(found.path, { baudRate: 57_600 });
  await port.send(Buffer.from("far"));
  const bytes: number[] = [];
  while (bytes.length < 3) bytes.push(...(await adapter.receive()));

  equal(Buffer.from(bytes).toString(), "far");
  const { baudRate } = adapter.settings();
  ok(Math.abs(baudRate - 57_600) < 600, String(baudRate)); // as the chip's divisor has it
  await adapter.unplug();
  await until("it is unplugged", () => !adapter.isPlugged);
});
