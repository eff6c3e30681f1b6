// Behaviour of readable that the web platform's own tests check in browsers, over the fake serial service.

import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { type PortReadable, SerialDisconnectedError, SerialError } from "anyserial";
import { counting, openFake } from "../../helpers/fake-serial.ts";
import { bytes, there } from "../../helpers/recording-serial.ts";

/** Reads from a stream, into memory of the reader for a BYOB reader. */
function reading(
  stream: PortReadable,
  mode: "byob" | undefined,
): () => Promise<{ readonly value?: Uint8Array | undefined }> {
  if (mode === undefined) {
    const reader = stream.getReader();
    return () => reader.read();
  }
  const reader = stream.getReader({ mode });
  return () => reader.read(new Uint8Array(16));
}

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

test("SerialPort.readable is a ReadableStream, ends with close(), and gives no more bytes", async (context) => {
  const { port, fake } = await openFake(context);
  const stream = there(port.readable);
  ok(stream instanceof ReadableStream);
  await fake.device.send(bytes("unread"));
  await tasks(3);

  await port.close();

  equal(port.readable, null);
  deepEqual(await stream.getReader().read(), { done: true, value: undefined });
});

test("SerialPort.readable gives bytes in order, fewer and more than bufferSize", async (context) => {
  const { port, fake } = await openFake(context, 64);
  const reader = there(port.readable).getReader();
  ok(reader instanceof ReadableStreamDefaultReader);
  const data = counting(1024);
  await fake.device.send(data.subarray(0, 8));
  deepEqual((await reader.read()).value, data.slice(0, 8));

  const sending = fake.device.send(data.subarray(8));
  const parts: Uint8Array[] = [];
  for (let count = 8; count < data.length; ) {
    const { value } = await reader.read();
    ok(value && value.length <= 64);
    parts.push(value);
    count += value.length;
  }
  await sending;

  deepEqual(new Uint8Array(Buffer.concat(parts)), data.slice(8));
  reader.releaseLock();
  await port.close();
});

test("SerialPort.readable fills the same memory again and again for a BYOB reader", async (context) => {
  for (const [bufferSize, length] of [
    [1024, 512],
    [64, 1024],
  ] as const) {
    const { port, fake } = await openFake(context, bufferSize);
    const reader = there(port.readable).getReader({ mode: "byob" });
    ok(reader instanceof ReadableStreamBYOBReader);
    const data = counting(1024);
    const sending = fake.device.send(data);
    const parts: Uint8Array[] = [];
    let buffer = new ArrayBuffer(length);

    for (let count = 0; count < data.length; count += length) {
      for (let offset = 0; offset < length; ) {
        const { value } = await reader.read(new Uint8Array(buffer, offset));
        ok(value);
        buffer = value.buffer as ArrayBuffer;
        offset += value.length;
      }
      equal(buffer.byteLength, length);
      parts.push(new Uint8Array(buffer).slice());
    }
    await sending;

    deepEqual(new Uint8Array(Buffer.concat(parts)), data);
    reader.releaseLock();
    await port.close();
  }
});

test("SerialPort.readable is done for a BYOB read that waits when it is canceled", async (context) => {
  const { port } = await openFake(context);
  const reader = there(port.readable).getReader({ mode: "byob" });
  const read = reader.read(new Uint8Array(4));
  await tasks(3);

  await reader.cancel();

  equal((await read).done, true);
  reader.releaseLock();
  await port.close();
});

const FAULTS = [
  ["parity", "ParityError"],
  ["framing", "FramingError"],
  ["break", "BreakError"],
] as const;

test("SerialPort.readable gives the bytes before an error of the line, and another stream those after it", async (context) => {
  for (const [error, name] of FAULTS) {
    const { port, fake } = await openFake(context);
    const stream = there(port.readable);
    const reader = stream.getReader();
    await fake.device.send(bytes("before"));
    fake.injectError(error, 7);
    await fake.device.send(bytes("after"));

    deepEqual((await reader.read()).value, bytes("before"), name);
    await rejects(reader.read(), (failure: DOMException) => {
      equal(failure.constructor, DOMException);
      equal(failure.name, name);
      return true;
    });

    notEqual(port.readable, stream);
    const next = there(port.readable).getReader();
    deepEqual((await next.read()).value, bytes("after"), name);
    next.releaseLock();
    await port.close();
    equal(port.readable, null);
  }
});

test("SerialPort.readable fails when characters were lost, and no other byte is", async (context) => {
  const { port, fake } = await openFake(context);
  const first = there(port.readable).getReader();
  await fake.device.send(bytes("before"));
  deepEqual((await first.read()).value, bytes("before"));
  fake.injectError("overrun");
  await fake.device.send(bytes("after")); // a driver shows lost characters with the next ones

  let rest: Uint8Array = bytes("");
  const readAll = async (): Promise<void> => {
    for (;;) rest = (await first.read()).value ?? bytes("nothing");
  };
  await rejects(readAll(), { name: "BufferOverrunError" });

  deepEqual(rest, bytes("after"));
  const next = there(port.readable).getReader();
  await fake.device.send(bytes("next"));
  deepEqual((await next.read()).value, bytes("next"));
  next.releaseLock();
  await port.close();
});

test("SerialPort.readable gives the bytes that came before the device was lost", async (context) => {
  for (const mode of [undefined, "byob"] as const) {
    const { port, fake } = await openFake(context);
    const stream = there(port.readable);
    await fake.device.send(bytes("before"));
    await tasks(5);
    fake.unplug();
    await tasks(5);

    const read = reading(stream, mode);
    deepEqual((await read()).value, bytes("before"));
    await rejects(read(), { name: "NetworkError" });

    equal(port.readable, null);
    await port.close();
  }
});

test("SerialPort.readable gives the bytes that came before the system failed", async (context) => {
  const { port, fake } = await openFake(context);
  const stream = there(port.readable);
  await fake.device.send(bytes("before"));
  await tasks(5);
  fake.fail("read", new SerialError("Cannot read: EIO", { code: "EIO" }));
  await tasks(5);
  const reader = stream.getReader();

  deepEqual((await reader.read()).value, bytes("before"));
  await rejects(reader.read(), { name: "UnknownError" });

  notEqual(there(port.readable), stream);
  await port.close();
});

test("SerialPort.readable fails at once when the device is lost and nothing is left to read", async (context) => {
  const { port, fake } = await openFake(context);
  const reader = there(port.readable).getReader();
  const closed = rejects(reader.closed, { name: "NetworkError" });
  await tasks(3);

  fake.fail("read", gone);

  await closed;
  equal(port.readable, null);
  await port.close();
});

test("SerialPort.readable can be canceled while it is being read, and the port closed meanwhile", async (context) => {
  const { port } = await openFake(context);
  const reader = there(port.readable).getReader();
  const closed = (async () => {
    deepEqual(await reader.read(), { done: true, value: undefined });
    reader.releaseLock();
    await port.close();
  })();
  await tasks(3);

  await reader.cancel();

  await closed;
  equal(port.readable, null);
});

test("SerialPort.readable discards bytes that wait when it is canceled, few and many", async (context) => {
  for (const length of [8, 1024]) {
    const { port, fake } = await openFake(context, 64);
    const stream = there(port.readable);
    await fake.device.send(counting(length));
    await tasks(5);

    await stream.cancel();

    const reader = there(port.readable).getReader();
    await fake.device.send(bytes("new"));
    deepEqual((await reader.read()).value, bytes("new"));
    reader.releaseLock();
    await port.close();
  }
});

test("SerialPort.readable ends a long chain of transforms, and lets the port be closed", async (context) => {
  const { port, fake } = await openFake(context);
  const decoder = new TextDecoderStream();
  const piped = there(port.readable).pipeTo(decoder.writable as never);
  const reader = decoder.readable
    .pipeThrough(new TransformStream())
    .pipeThrough(new TransformStream())
    .getReader();
  await fake.device.send(bytes("Hello"));

  equal((await reader.read()).value, "Hello");
  await reader.cancel("enough");
  await piped.catch((reason: unknown) => equal(reason, "enough"));

  await port.close();
});
