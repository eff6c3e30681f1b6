import { deepEqual, equal, rejects } from "node:assert/strict";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { test } from "node:test";
import { SerialDisconnectedError, SerialPort } from "anyserial";
import { type FakeBackendPort, openFakePort } from "../helpers/fake-backend-port.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(): { port: SerialPort; backend: FakeBackendPort } {
  const { port: backend, core } = openFakePort();
  return { port: new SerialPort(core), backend };
}

test("SerialPort.toDuplex() reads nothing before it is asked to", async () => {
  const { port, backend } = setUp();

  port.toDuplex();
  await settled();

  deepEqual(backend.calls, []);
});

test("SerialPort.toDuplex() gives what is received", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();
  backend.give(1, 2);

  const [chunk] = (await once(stream, "data")) as [Buffer];

  deepEqual([...chunk], [1, 2]);
  stream.destroy();
  await once(stream, "close");
});

test("SerialPort.toDuplex() sends what is written, in order", async () => {
  const { port, backend } = setUp();
  backend.mostPerWrite = 2;
  const stream = port.toDuplex();

  stream.write(Buffer.of(1, 2, 3));
  await new Promise<void>((resolve) => stream.write(Buffer.of(4), () => resolve()));

  deepEqual(backend.written, [1, 2, 3, 4]);
  stream.destroy();
  await once(stream, "close");
});

test("SerialPort.toDuplex() drains when the writing side ends, and still reads", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();

  stream.end(Buffer.of(1));
  await once(stream, "finish");

  equal(backend.calls.at(-1), "drain");
  equal(port.isOpen, true);
  stream.destroy();
  await once(stream, "close");
});

test("SerialPort.toDuplex() closes the port when it is destroyed", async () => {
  const { port } = setUp();
  const stream = port.toDuplex();
  stream.resume(); // a receive waits

  stream.destroy();
  await once(stream, "close");

  equal(port.isOpen, false);
  equal(await port.closed, undefined);
});

test("SerialPort.toDuplex() ends when the port is closed", async () => {
  const { port } = setUp();
  const stream = port.toDuplex();
  stream.resume();
  await settled();

  await port.close();

  await once(stream, "end");
  stream.destroy();
});

test("SerialPort.toDuplex() fails when the device goes away", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();
  const ended = finished(stream);
  stream.resume();
  await settled();

  backend.breakOff(gone);

  await rejects(ended, (error) => error === gone);
});

test("SerialPort.toDuplex() fails when a write fails", async () => {
  const { port, backend } = setUp();
  const stream = port.toDuplex();
  const ended = finished(stream);
  backend.failures.set("write", gone);

  stream.write(Buffer.of(1));

  await rejects(ended, { name: "SerialDisconnectedError", code: "EIO" });
});
