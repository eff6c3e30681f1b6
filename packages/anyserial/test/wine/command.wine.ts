// The command on Windows: its working parts, and one sentence for the others.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { layCable } from "./cable.ts";
import {
  addSerialName,
  type RegisteredDevice,
  registerDevice,
  removeSerialName,
} from "./registry.ts";

const COMMAND = process.env["ANYSERIAL_WINE_COMMAND"] ?? "";
const FT232R: RegisteredDevice = {
  id: "FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000",
  portName: "COM212",
  friendlyName: "USB Serial Port (COM212)",
  manufacturer: "FTDI",
  service: "FTSER2K",
  hasInterface: false,
  latencyTimer: 16,
};

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
async function command(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
    child.stdin?.end();
  });
}

test("list names ports with what is known of them", async (t) => {
  await registerDevice(t, FT232R);

  const { code, stdout } = await command("list", "--json");

  const { ports } = JSON.parse(stdout) as { ports: { path: string; serialNumber: string }[] };
  assert.equal(code, 0);
  assert.equal(ports.find(({ path }) => path === "COM212")?.serialNumber, "A50285BI");
});

test("send hands its bytes to the port", async () => {
  const cable = await layCable();
  const [a = "", b = ""] = cable.names;
  try {
    await using port = await openSerialPort(b);

    const { code, stderr } = await command("send", a, "AT", "--eol", "crlf");

    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(Buffer.from(await port.receive()).toString(), "AT\r\n");
  } finally {
    await cable.close();
  }
});

test("receive ends with the status of a timeout, and of a missing port", async () => {
  const cable = await layCable();
  try {
    const silent = await command("receive", cable.names[0] ?? "", "--timeout", "200ms");
    const missing = await command("receive", "COM255");

    assert.equal(silent.code, 124);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /^anyserial: Cannot open port "COM255": no such port/);
  } finally {
    await cable.close();
  }
});

test("doctor finds nothing wrong with a port that opens", async () => {
  const cable = await layCable();
  try {
    const { code, stdout } = await command("doctor", `\\\\.\\${cable.names[0]}`, "--baud", "9600");

    assert.equal(code, 0, stdout);
    assert.match(stdout, /windows-busy +No other program/);
    assert.match(stdout, /windows-baud +The driver takes 9600 baud/);
    assert.doesNotMatch(stdout, /permission|rs485|sysfs|\/dev\//);
  } finally {
    await cable.close();
  }
});

test("doctor reports a name that no driver answers for, with FTDI's timer", async (t) => {
  await registerDevice(t, FT232R);

  const { code, stdout } = await command("doctor", "COM212");

  assert.equal(code, 1);
  assert.match(stdout, /PROBLEM +not-found +COM212 is in the list of ports and cannot be opened/);
  assert.match(stdout, /warning +windows-latency .* up to 16 ms/);
  assert.match(stdout, /note +windows-com10/);
});

test("list --watch prints a port that comes", async (t) => {
  const child = spawn(process.execPath, [COMMAND, "list", "--watch", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  t.after(async () => {
    child.kill();
    await exited;
    await removeSerialName("\\Device\\Test9");
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await until("the first ports are printed", () => output.includes("\n"));

  await addSerialName("\\Device\\Test9", "COM219");

  await until("the new port is printed", () => output.includes("COM219"));
});

for (const args of [
  ["demo", "--once"],
  ["hub", "demo"],
]) {
  test(`${args.join(" ")} says that there are no ptys`, async () => {
    const { code, stderr } = await command(...args);

    assert.equal(code, 8);
    assert.match(stderr, /^anyserial: Cannot .*no ptys/);
    assert.equal(stderr.trim().split("\n").length, 1);
  });
}

test("hub refuses an emulated port by the name of its member", async (t) => {
  const file = configuration(t, "meter: { port: ./meter }");

  const { code, stderr } = await command("hub", file);

  assert.equal(code, 8);
  assert.match(stderr, /^anyserial: Cannot make member "meter" of network "plant"/);
});

test("hub joins a COM port and a TCP peer, records, and is asked over its pipe", async (t) => {
  const cable = await layCable();
  const [a = "", b = ""] = cable.names;
  const file = configuration(
    t,
    [
      'gateway: { tcp: { listen: "127.0.0.1:0" } }',
      `instrument: { serial: ${a}, baudRate: 9600 }`,
    ].join("\n      "),
    "capture: { file: plant.pcapng }",
  );
  const child = spawn(process.execPath, [COMMAND, "hub", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await until("the port is open", () => output.includes("plant/instrument: opened"));
    const { code, stdout } = await command("hub", "status", file, "--json");
    assert.equal(code, 0);
    const address = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(stdout);
    const peer = connect(Number(address?.[1]), "127.0.0.1");
    await once(peer, "connect");
    await using port = await openSerialPort(b, { baudRate: 9600 });
    peer.write("to the port");
    const there = await port.reader.receiveExactly("to the port".length);
    await port.send(Buffer.from("and back"));
    let back = "";
    for await (const chunk of peer) {
      back += String(chunk);
      if (back.length >= "and back".length) break;
    }
    peer.destroy();

    const stopped = await command("hub", "stop", file);

    assert.equal(Buffer.from(there).toString(), "to the port");
    assert.equal(back, "and back");
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.deepEqual(await exited, [0, null]);
    assert.ok(statSync(join(file, "../plant.pcapng")).size > 200);
    assert.match(readFileSync(join(file, "../plant.pcapng"), "latin1"), /to the port/);
  } finally {
    child.kill();
    await exited;
    await cable.close();
  }
});

function configuration(t: TestContext, members: string, more: string = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-wine-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "plant.yaml");
  const text = `networks:\n  plant:\n    topology: bus\n    framing: raw\n    members:\n      ${members}\n${more}\n`;
  writeFileSync(file, text);
  return file;
}
