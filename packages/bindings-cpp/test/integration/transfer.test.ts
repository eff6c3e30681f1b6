// Rows of the contract of a binding: read(), write(), drain(), flush(), close(), and the end of a device.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { LinuxBinding } from "@anyserial/bindings-cpp";
import { until } from "@anyserial/test-support/until";
import { inspectSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openOnPty } from "../helpers/ports.ts";

const NOT_OPEN = { name: "Error", message: "Port is not open" };
const CANCELED = { message: "Canceled", canceled: true };

test("read() resolves with the buffer and one byte or more, at the offset", async (t) => {
  const { device, port } = await openOnPty(t);
  const given = Buffer.alloc(10, ".");
  const reading = port.read(given, 2, 5);

  await device.send(Buffer.from("abcdefgh"));
  const { buffer, bytesRead } = await reading;

  equal(buffer, given);
  equal(bytesRead, 5);
  equal(given.toString(), "..abcde...");
});

test("read() rejects as canceled when the port is closed", async (t) => {
  const { port } = await openOnPty(t);
  const reading = rejects(port.read(Buffer.alloc(1), 0, 1), CANCELED);

  await port.close();

  await reading;
  await rejects(port.read(Buffer.alloc(1), 0, 1), NOT_OPEN);
});

test("read() rejects without canceled when the device goes away, and does not spin", async (t) => {
  const { device, port } = await openOnPty(t);
  const reading = port.read(Buffer.alloc(1), 0, 1).catch((reason) => reason);

  await device.close();
  const error = await reading;

  match(error.message, /EIO: i\/o error, read/);
  deepEqual([error.canceled, port.isOpen], [false, true]);
  await port.close();
  equal(port.isOpen, false);
});

test("read() checks its arguments with the words of node-serialport", async (t) => {
  const { port } = await openOnPty(t);
  const read = port.read.bind(port) as (...args: unknown[]) => Promise<unknown>;

  await rejects(read("x", 0, 1), { name: "TypeError", message: '"buffer" is not a Buffer' });
  await rejects(read(Buffer.alloc(1), Number.NaN, 1), {
    message: '"offset" is not an integer got "NaN"',
  });
  await rejects(read(Buffer.alloc(1), 0, "1"), {
    message: '"length" is not an integer got "string"',
  });
  await rejects(read(Buffer.alloc(1), 0, 2), { message: "buffer is too small" });
});

test("write() resolves when the system has every byte, also of more than its buffer holds", async (t) => {
  const { device, port } = await openOnPty(t);
  const sent = Buffer.alloc(100_000, "0123456789");
  const received: Uint8Array[] = [];
  const writing = port.write(sent);

  for (let count = 0; count < sent.length; ) {
    const chunk = await device.receive();
    received.push(chunk);
    count += chunk.length;
  }
  await writing;

  ok(Buffer.concat(received).equals(sent));
});

test("write() keeps the order of calls that do not wait for each other", async (t) => {
  const { device, port } = await openOnPty(t);

  await Promise.all(["one ", "two ", "three"].map((text) => port.write(Buffer.from(text))));

  let received = "";
  while (received.length < 13) received += Buffer.from(await device.receive()).toString();
  equal(received, "one two three");
});

test("write() of nothing resolves", async (t) => {
  const { port } = await openOnPty(t);

  equal(await port.write(Buffer.alloc(0)), undefined);
});

test("write() rejects as canceled when the port is closed, and after that because it is not open", async (t) => {
  const { port } = await openOnPty(t);
  const writing = rejects(port.write(Buffer.alloc(1_000_000)), CANCELED);

  await port.close();

  await writing;
  await rejects(port.write(Buffer.from("x")), NOT_OPEN);
});

test("write() rejects without canceled when the device is gone", async (t) => {
  const { device, port } = await openOnPty(t);

  await device.close();
  const error = await until("the write fails", () =>
    port.write(Buffer.from("x")).then(
      () => undefined,
      (reason) => reason,
    ),
  );

  deepEqual([error.canceled, /, write/.test(error.message)], [false, true]);
});

test("drain() waits for a running write first", async (t) => {
  const { device, port } = await openOnPty(t);
  const order: string[] = [];
  const writing = port.write(Buffer.alloc(50_000)).then(() => order.push("write"));
  const draining = port.drain().then(() => order.push("drain"));

  for (let count = 0; count < 50_000; ) count += (await device.receive()).length;
  await Promise.all([writing, draining]);

  deepEqual(order, ["write", "drain"]);
});

test("flush() discards received bytes", async (t) => {
  const { device, port } = await openOnPty(t, { lock: false });
  await device.send(Buffer.from("old"));
  await until(
    "they are there",
    async () => (await inspectSerialPort(device.path)).inputWaiting === 3,
  );

  await port.flush();
  await device.send(Buffer.from("new"));

  const { buffer, bytesRead } = await port.read(Buffer.alloc(10), 0, 10);
  equal(buffer.toString("latin1", 0, bytesRead), "new");
});

test("close() rejects when it is called again, and so does every other call", async (t) => {
  const { port } = await openOnPty(t);
  await port.close();

  await rejects(port.close(), NOT_OPEN);
  await rejects(port.drain(), NOT_OPEN);
  await rejects(port.flush(), NOT_OPEN);
  await rejects(port.get(), NOT_OPEN);
  await rejects(port.set({}), NOT_OPEN);
  await rejects(port.getBaudRate(), NOT_OPEN);
  await rejects(port.update({ baudRate: 9600 }), NOT_OPEN);
});

test("open() after the device came back works on the same path", async () => {
  await using device = await createVirtualPort();
  const options = { path: device.path, baudRate: 9600 };
  const first = await LinuxBinding.open(options);
  await first.close();

  const second = await LinuxBinding.open(options);
  await second.write(Buffer.from("again"));

  equal(Buffer.from(await device.receive()).toString(), "again");
  await second.close();
});
