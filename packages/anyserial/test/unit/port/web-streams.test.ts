import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { SerialDisconnectedError, SerialPort } from "anyserial";
import {
  createReadable,
  createWritable,
  type PortReadable,
  type PortWritable,
  type StreamSlot,
} from "../../../dist/port/web-streams.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

function setUp(): { port: SerialPort; backend: FakeBackendPort } {
  const { port: backend, core } = openFakePort();
  return { port: new SerialPort(core as never), backend };
}

test("SerialPort.readable reads nothing before it is asked to", async () => {
  const { port, backend } = setUp();

  port.readable.getReader();
  await nextTask();

  deepEqual(backend.calls, []);
});

test("SerialPort.readable reads once for each read", async () => {
  const { port, backend } = setUp();
  const reader = port.readable.getReader();
  backend.give(1, 2);

  deepEqual((await reader.read()).value, Uint8Array.of(1, 2));
  await nextTask();

  deepEqual(backend.calls, ["read"]);
});

test("SerialPort.readable gives chunks whose buffer is shared with no other value", async () => {
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
  await nextTask();

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
  await nextTask();

  await port.close();

  deepEqual(await reading, { done: true, value: undefined });
});

test("SerialPort.readable ends a BYOB read after close()", async () => {
  const { port } = setUp();
  const reader = port.readable.getReader({ mode: "byob" });
  const reading = reader.read(new Uint8Array(4));
  await nextTask();

  await port.close();

  equal((await reading).done, true);
});

test("SerialPort.readable fails after a disconnect", async () => {
  const { port, backend } = setUp();
  const reading = port.readable.getReader().read();
  await nextTask();

  backend.breakOff(gone);

  await rejects(reading, (error) => error === gone);
});

test("SerialPort.readable fails when another call receives, and the port stays open", async () => {
  const { port, backend } = setUp();
  const mine = port.receive();
  const first = port.readable;

  await rejects(first.getReader().read(), { name: "SerialConcurrencyError" });
  backend.give(1);
  await mine;

  equal(port.isOpen, true);
  notEqual(port.readable, first);
});

test("SerialPort.readable canceled in the moment in which bytes come leaves them to the port", async () => {
  for (const mode of ["default", "byob"] as const) {
    for (let hops = 0; hops < 12; hops++) {
      const { port, backend } = setUp();
      const reader = port.readable.getReader(
        (mode === "byob" ? { mode } : undefined) as undefined,
      ) as unknown as ReadableStreamBYOBReader;
      const reading = reader.read(new Uint8Array(4));
      await nextTask();
      backend.give(1, 2);

      for (let hop = 0; hop < hops; hop++) await undefined;
      await reader.cancel();
      const { value } = await reading;
      backend.give(3);
      const received = [...((value as Uint8Array | undefined) ?? [])];
      while (received.length < 3) received.push(...(await port.receive()));

      deepEqual(received, [1, 2, 3], `${mode}, ${hops} hops`);
    }
  }
});

test("SerialPort.readable whose reader let go while it waited leaves the bytes to the next one", async () => {
  for (const mode of ["default", "byob"] as const) {
    const { port, backend } = setUp();
    const reader = port.readable.getReader(
      (mode === "byob" ? { mode } : undefined) as undefined,
    ) as unknown as ReadableStreamBYOBReader;
    reader.read(new Uint8Array(4)).catch(() => undefined);
    await nextTask();
    reader.releaseLock();
    backend.give(1, 2);
    await nextTask();

    await port.readable.cancel();

    deepEqual([...(await port.receive())], [1, 2], mode);
  }
});

test("SerialPort.readable goes on with another reader than the one that let go", async () => {
  const { port, backend } = setUp();
  const first = port.readable.getReader();
  first.read().catch(() => undefined);
  await nextTask();
  first.releaseLock();
  backend.give(1);
  await nextTask();
  const second = port.readable.getReader();

  deepEqual((await second.read()).value, Uint8Array.of(1));
  const next = second.read();
  await nextTask();
  backend.give(2);
  deepEqual((await next).value, Uint8Array.of(2));
});

test("SerialPort.readable and writable that are unused end with the port", async () => {
  const { port } = setUp();
  const reader = port.readable.getReader();
  const writer = port.writable.getWriter();

  await port.close();

  equal(await reader.closed, undefined);
  await rejects(writer.closed, { code: "ERR_SERIAL_CLOSED" });
});

test("SerialPort.readable and writable that are unused fail when the device goes away", async () => {
  const { port, backend } = setUp();
  const reader = port.readable.getReader();
  const writer = port.writable.getWriter();

  backend.onFailed?.(gone);

  await rejects(reader.closed, (error) => error === gone);
  await rejects(writer.closed, { name: "SerialDisconnectedError", cause: gone });
});

test("SerialPort.close() ends streams once that were canceled or closed before", async () => {
  const { port } = setUp();
  await port.readable.cancel();
  await port.writable.close();
  const reader = port.readable.getReader();
  port.writable.getWriter();

  await port.close();

  equal(await reader.closed, undefined);
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
  await nextTask();
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

  equal(backend.calls.at(-1), "checkSent");
  equal(port.isOpen, true);
  notEqual(port.writable, first);
});

test("SerialPort.writable ends a waiting write when it is aborted", async () => {
  const { port, backend } = setUp();
  backend.room = 0;
  const first = port.writable;
  const writer = first.getWriter();
  const writing = writer.write(Uint8Array.of(1));
  const failed = rejects(writing, { name: "AbortError", cause: "enough", bytesWritten: 0 });
  await nextTask();

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
  const readable: StreamSlot<PortReadable> = {};
  const writable: StreamSlot<PortWritable> = {};

  equal(createReadable(port, readable), readable.stream);
  equal(createWritable(port, writable), writable.stream);
});
