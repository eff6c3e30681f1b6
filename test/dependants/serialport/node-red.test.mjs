// node-red-node-serialport inside a real Node-RED: flows that read, write and ask over emulated ports.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createVirtualPort } from "anyserial/pty";
import { makeDevice, receivedBy } from "../helpers/device.mjs";
import { startNodeRed } from "../helpers/node-red.mjs";

const TAB = { id: "tab", type: "tab", label: "test" };
/** The place of a node on the tab; one without a place is taken for a configuration. */
const PLACE = { z: "tab", x: 100, y: 100 };

/** The configuration of a port: one message a line, as its editor has it at first. */
function portNode(serialport, settings = {}) {
  const framing = { newline: "\\n", addchar: "", bin: "false", out: "char", waitfor: "" };
  const lines = { dtr: "none", rts: "none", cts: "none", dsr: "none" };
  const format = { serialbaud: "115200", databits: "8", parity: "none", stopbits: "1" };
  const own = { id: "port", type: "serial-port", serialport, responsetimeout: "10000" };
  return { ...own, ...format, ...lines, ...framing, ...settings };
}

/** Reads lines, and writes each in capitals to the same port. */
function capitals(path, settings) {
  const func = "msg.payload = msg.payload.toUpperCase(); return msg;";
  return [
    TAB,
    portNode(path, settings),
    { id: "in", type: "serial in", ...PLACE, serial: "port", wires: [["capitals"]] },
    { id: "capitals", type: "function", ...PLACE, func, outputs: 1, wires: [["out"]] },
    { id: "out", type: "serial out", ...PLACE, serial: "port", wires: [] },
  ];
}

/** Asks the device for whatever a request of HTTP names. */
function question(path) {
  const func = "msg.payload = msg.req.query.ask; return msg;";
  return [
    TAB,
    portNode(path, { addchar: "\\n" }),
    { id: "get", type: "http in", ...PLACE, url: "/ask", method: "get", wires: [["take"]] },
    { id: "take", type: "function", ...PLACE, func, outputs: 1, wires: [["ask"]] },
    { id: "ask", type: "serial request", ...PLACE, serial: "port", wires: [["answer"]] },
    { id: "answer", type: "http response", ...PLACE, wires: [] },
  ];
}

/** Answers each line with its length. */
function measure(bytes) {
  const end = bytes.indexOf("\n");
  return end === -1 ? undefined : { taken: end + 1, send: `${end} bytes\n` };
}

test("Node-RED reads a message from a port and writes one", async (t) => {
  const device = await makeDevice(t);
  const nodeRed = await startNodeRed(t, capitals(device.path));
  await nodeRed.has(/115200 baud 8N1/);

  await device.port.send(Buffer.from("good morning\n"));
  const received = await receivedBy(device, (bytes) => bytes.includes("\n"));

  equal(received.toString(), "GOOD MORNING\n");
});

test("Node-RED asks a device and gets the answer", async (t) => {
  const device = await makeDevice(t, measure);
  const nodeRed = await startNodeRed(t, question(device.path));
  await nodeRed.has(/115200 baud 8N1/);

  const answer = await fetch(new URL("ask?ask=weight", nodeRed.address));

  equal(await answer.text(), "6 bytes\n");
  equal(device.received.toString(), "weight\n");
});

test("Node-RED sets the lines of a port that has none", async (t) => {
  const device = await makeDevice(t);
  const lines = { dtr: "high", rts: "low" };
  const nodeRed = await startNodeRed(t, capitals(device.path, lines));
  await nodeRed.has(/115200 baud 8N1/);

  await device.port.send(Buffer.from("still there\n"));
  const received = await receivedBy(device, (bytes) => bytes.includes("\n"));

  equal(received.toString(), "STILL THERE\n");
});

test("Node-RED opens its port again after an unplug", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-link-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const link = join(folder, "port");
  const first = await createVirtualPort({ link });
  const nodeRed = await startNodeRed(t, capitals(link));
  await nodeRed.has(/115200 baud 8N1/);

  await first.close();
  await nodeRed.has(/closed unexpectedly/);
  const second = await createVirtualPort({ link });
  t.after(() => second.close());
  await nodeRed.has(/115200 baud 8N1(?:.|\n)*115200 baud 8N1/);
  await second.send(Buffer.from("again\n"));

  equal(Buffer.from(await second.receive()).toString(), "AGAIN\n");
});

test("Node-RED lists ports for its editor, and names a missing one", async (t) => {
  const missing = join(tmpdir(), "anyserial-no-such-port");
  const nodeRed = await startNodeRed(t, capitals(missing));

  const [line] = await nodeRed.has(/serial port .*anyserial-no-such-port.*/i);
  const listed = await (await fetch(new URL("serialports", nodeRed.address))).json();

  match(line, /No such file or directory, cannot open/);
  ok(Array.isArray(listed));
  deepEqual(
    listed.filter((path) => typeof path !== "string"),
    [],
  );
});
