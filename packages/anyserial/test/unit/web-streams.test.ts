import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import type { ReadableStream, WritableStream } from "node:stream/web";
import { test } from "node:test";
import { SerialDisconnectedError, SerialPort } from "anyserial";
import { createReadable, createWritable, type StreamSlot } from "#internal/web-streams.js";
import { type FakeBackendPort, openFakePort } from "../helpers/fake-backend-port.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(): { port: SerialPort; backend: FakeBackendPort } {
  const { port: backend, core } = openFakePort();
  return { port: new SerialPort(core), backend };
}

test("SerialPort.readable reads nothing before it is asked to", async () => {
  const { port, backend } = setUp();

  port.readable.getReader();
  await settled();

  deepEqual(backend.calls, []);
});

test("SerialPort.readable reads once for each read", async () => {
  const { port, backend } = setUp();
  const reader = port.readable.getReader();
  backend.give(1, 2);

  deepEqual((await reader.read()).value, Uint8Array.of(1, 2));
  await settled();

  deepEqual(backend.calls, ["read"]);
});

test("SerialPort.readable gives chunks whose buffer is nobody else's", async () => {
  const { port, backend } = setUp();
  const reader = port.readable.getReader();
  backend.give(1, 2);

  equal((await reader.read()).value?.buffer.byteLength, 2);
});

test("SerialPort.readable receives into the memory of a BYOB reader", async () => {
  const { port, backend } = setUp();
  const reader = port.readable.getReader({ mode: "byob" });
  backend.give(1, 2, 3);

  const { value } = await reader.read(new Uint8Array(2));

  deepEqual(value, Uint8Array.of(1, 2));
  deepEqual(backend.input, [3]);
});

test("SerialPort.readable is one stream until it ends", () => {
  const { port } = setUp();

  equal(port.readable, port.readable);
  equal(port.writable, port.writable);
});

test("SerialPort.readable loses no byte when it is canceled, and a new one goes on", async () => {
  const { port, backend } = setUp();
  const first = port.readable;
  const reader = first.getReader();
  const reading = reader.read();
  await settled();

  await reader.cancel("enough");
  equal((await reading).done, true);
  backend.give(5);

  notEqual(port.readable, first);
  deepEqual((await port.readable.getReader().read()).value, Uint8Array.of(5));
  equal(port.isOpen, true);
});

test("SerialPort.readable ends after close()", async () => {
  const { port } = setUp();
  const reader = port.readable.getReader();
  const reading = reader.read();
  await settled();

  await port.close();

  deepEqual(await reading, { done: true, value: undefined });
});

test("SerialPort.readable ends a BYOB read after close()", async () => {
  const { port } = setUp();
  const reader = port.readable.getReader({ mode: "byob" });
  const reading = reader.read(new Uint8Array(4));
  await settled();

  await port.close();

  equal((await reading).done, true);
});

test("SerialPort.readable fails after a disconnect", async () => {
  const { port, backend } = setUp();
  const reading = port.readable.getReader().read();
  await settled();

  backend.breakOff(gone);

  await rejects(reading, (error) => error === gone);
});

test("SerialPort.readable breaks when somebody else receives, and the port stays open", async () => {
  const { port, backend } = setUp();
  const mine = port.receive();
  const first = port.readable;

  await rejects(first.getReader().read(), { name: "SerialBusyError" });
  backend.give(1);
  await mine;

  equal(port.isOpen, true);
  notEqual(port.readable, first);
});

test("SerialPort.writable sends each chunk whole, before the next", async () => {
  const { port, backend } = setUp();
  backend.mostPerWrite = 2;
  const writer = port.writable.getWriter();

  await Promise.all([writer.write(Uint8Array.of(1, 2, 3)), writer.write(Uint8Array.of(4))]);

  deepEqual(backend.written, [1, 2, 3, 4]);
});

test("SerialPort.writable holds back while there is no room", async () => {
  const { port, backend } = setUp();
  backend.room = 0;
  const writer = port.writable.getWriter();
  const writing = writer.write(Uint8Array.of(1));
  await settled();
  equal(writer.desiredSize, 0);
  backend.makeRoom(1);
  await writing;

  equal(writer.desiredSize, 1);
});

test("SerialPort.writable drains when it is closed, and the port stays open", async () => {
  const { port, backend } = setUp();
  const first = port.writable;
  const writer = first.getWriter();
  await writer.write(Uint8Array.of(1));

  await writer.close();

  equal(backend.calls.at(-1), "drain");
  equal(port.isOpen, true);
  notEqual(port.writable, first);
});

test("SerialPort.writable ends a waiting write when it is aborted", async () => {
  const { port, backend } = setUp();
  backend.room = 0;
  const first = port.writable;
  const writer = first.getWriter();
  const writing = writer.write(Uint8Array.of(1));
  const failed = rejects(writing, (reason) => reason === "enough");
  await settled();

  await writer.abort("enough");
  await failed;
  backend.makeRoom(9);
  await port.send(Uint8Array.of(2));

  deepEqual(backend.written, [2]);
  notEqual(port.writable, first);
});

test("SerialPort.writable fails after a disconnect", async () => {
  const { port, backend } = setUp();
  backend.failures.set("write", gone);
  const writer = port.writable.getWriter();
  writer.closed.catch(() => undefined);

  await rejects(writer.write(Uint8Array.of(1)), { name: "SerialDisconnectedError", code: "EIO" });
});

test("createReadable() and createWritable() keep the stream of a slot", () => {
  const { port } = setUp();
  const readable: StreamSlot<ReadableStream<Uint8Array>> = {};
  const writable: StreamSlot<WritableStream<Uint8Array>> = {};

  equal(createReadable(port, readable), readable.stream);
  equal(createWritable(port, writable), writable.stream);
});
