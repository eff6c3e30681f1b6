// Behaviour of writable that the web platform's own tests check in browsers, over the fake serial service.

import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { SerialDisconnectedError } from "anyserial";
import { counting, openFake, received } from "../../helpers/fake-serial.ts";
import { bytes, there } from "../../helpers/recording-serial.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
/** A driver that holds fewer bytes than a test writes. */
const SMALL = { bufferBytes: 64 };

test("SerialPort.writable is a WritableStream, and refuses a write after close() with InvalidStateError", async (context) => {
  const { port } = await openFake(context);
  const stream = there(port.writable);
  ok(stream instanceof WritableStream);

  await port.close();

  equal(port.writable, null);
  await rejects(stream.getWriter().write(bytes("late")), { name: "InvalidStateError" });
});

test("SerialPort.writable sends bytes whose writer was let go, fewer and more than bufferSize", async (context) => {
  for (const length of [8, 1024]) {
    const { port, fake } = await openFake(context, 64, SMALL);
    const writer = there(port.writable).getWriter();
    const written = writer.write(counting(length));
    writer.releaseLock();

    deepEqual(await received(fake, length), counting(length));

    await written;
    await port.close();
    equal(port.writable, null);
  }
});

test("SerialPort.writable is another stream after an error of the system, which sends", async (context) => {
  const { port, fake } = await openFake(context);
  const stream = there(port.writable);
  fake.fail("write");
  await rejects(stream.getWriter().write(bytes("lost")), { name: "UnknownError" });

  notEqual(there(port.writable), stream);
  await there(port.writable).getWriter().write(bytes("next"));

  deepEqual(await received(fake, 4), bytes("next"));
});

test("SerialPort.writable is null after a write to a device that is gone", async (context) => {
  const { port, fake } = await openFake(context);
  const writer = there(port.writable).getWriter();
  fake.unplug();

  await rejects(writer.write(bytes("a")), { name: "NetworkError" });

  equal(port.writable, null);
  await port.close();
});

test("SerialPort.writable discards bytes that the line has not taken when it is aborted", async (context) => {
  const { port, fake } = await openFake(context, 1024, SMALL);
  const stream = there(port.writable);
  const writer = stream.getWriter();
  const refused = rejects(writer.write(counting(1024)));
  await tasks(5);
  await writer.abort();
  await refused;
  const kept = await fake.device.receive();
  ok(kept.length < 1024, `${kept.length} bytes`);

  notEqual(there(port.writable), stream);
  await there(port.writable).getWriter().write(bytes("next"));

  deepEqual(await received(fake, 4), bytes("next"));
});

test("SerialPort.writable can be aborted while it writes, and the port closed meanwhile", async (context) => {
  const { port } = await openFake(context, 64, SMALL);
  const writer = there(port.writable).getWriter();
  const closed = (async () => {
    await rejects(writer.write(counting(1024)), (reason) => reason === "enough");
    writer.releaseLock();
    await port.close();
  })();
  await tasks(3);

  await writer.abort("enough");

  await closed;
  equal(port.writable, null);
});

test("SerialPort.writable rejects a write and the close behind it when it is aborted", async (context) => {
  const { port } = await openFake(context, 64, SMALL);
  const writer = there(port.writable).getWriter();
  await tasks(1);
  const isReason = (reason: unknown): boolean => reason === "enough";
  const written = rejects(writer.write(counting(1024)), isReason);
  const closed = rejects(writer.close(), isReason);

  await writer.abort("enough");

  await written;
  await closed;
  await port.close();
});

test("SerialPort.writable rejects an abort with NetworkError when its write meets a lost device", async (context) => {
  const { port, fake } = await openFake(context, 64, SMALL);
  const writer = there(port.writable).getWriter();
  await tasks(1);
  fake.fail("write", gone);
  const written = rejects(writer.write(counting(1024)), (reason) => reason === "enough");

  await rejects(writer.abort("enough"), { name: "NetworkError" });

  await written;
  equal(port.writable, null);
  await port.close();
});

test("SerialPort.close() is done although the write that it aborts meets a lost device", async (context) => {
  const { port, fake } = await openFake(context);
  const writer = there(port.writable).getWriter();
  await tasks(1);
  fake.fail("write", gone);
  const written = rejects(writer.write(bytes("a")), { name: "InvalidStateError" });
  writer.releaseLock();

  await port.close();

  await written;
  equal(port.writable, null);
  await port.open({ baudRate: 9600 });
});

test("SerialPort.writable is null after an abort on a device that is gone", async (context) => {
  const { port, fake } = await openFake(context);
  const stream = there(port.writable);
  fake.unplug();

  await stream.abort("enough");

  equal(port.writable, null);
  await port.close();
});

test("SerialPort.writable waits in its close until the device has every byte", async (context) => {
  const { port, fake } = await openFake(context, 64, SMALL);
  const writer = there(port.writable).getWriter();
  void writer.write(counting(1024));
  let isClosed = false;
  const closed = writer.close().then(() => {
    isClosed = true;
  });
  await received(fake, 512);
  equal(isClosed, false);

  deepEqual(await received(fake, 512), counting(512));

  await closed;
  await port.close();
});

test("SerialPort.writable takes a detached buffer for an empty one", async (context) => {
  const { port, fake } = await openFake(context);
  const writer = there(port.writable).getWriter();
  for (const view of [new Uint8Array(64), new DataView(new ArrayBuffer(64))]) {
    structuredClone(view.buffer, { transfer: [view.buffer] });

    await writer.write(view as never);
    await writer.write(view.buffer as never);
  }

  await writer.write(bytes("next"));
  deepEqual(await received(fake, 4), bytes("next"));
});

test("SerialPort.writable sends a buffer that is detached while it is being written", async (context) => {
  const { port, fake } = await openFake(context, 64, SMALL);
  const writer = there(port.writable).getWriter();
  const data = counting(1024);
  const written = writer.write(data);
  await received(fake, 512);

  structuredClone(data.buffer, { transfer: [data.buffer] });

  deepEqual(await received(fake, 512), counting(512));
  await written;
});

test("SerialPort.writable replaces a stream whose chunk cannot be measured", async (context) => {
  const { port } = await openFake(context);
  const stream = there(port.writable);
  const chunk = {
    get byteLength(): number {
      throw new Error("no length");
    },
  };

  await rejects(stream.getWriter().write(chunk as never), TypeError);

  notEqual(there(port.writable), stream);
});

test("SerialPort.writable ends with a chain of transforms that is piped to it", async (context) => {
  const { port, fake } = await openFake(context);
  const chain = new TransformStream();
  const piped = chain.readable
    .pipeThrough(new TextEncoderStream() as never)
    .pipeThrough(new TransformStream())
    .pipeTo(there(port.writable) as never);
  const writer = chain.writable.getWriter();
  const written = writer.write("Hello world!");

  deepEqual(await received(fake, 12), bytes("Hello world!"));

  await written;
  await writer.close();
  await piped;
  await port.close();
  equal(port.writable, null);
});
