import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { type PortWritable, SerialDisconnectedError, SerialError } from "anyserial";
import { bytes, gate, openRecorded, recordedPort, there } from "../../helpers/recording-serial.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
const never = new Promise<void>(() => undefined);

test("SerialPort.writable is null while the port is not open, and the same stream while it is", async () => {
  const { port } = await recordedPort();
  equal(port.writable, null);

  await port.open({ baudRate: 9600 });
  equal(there(port.writable), port.writable);
  await port.close();

  equal(port.writable, null);
});

test("SerialPort.writable sends chunk after chunk, of any kind of buffer", async () => {
  const { port, system } = await openRecorded();
  const writer = there(port.writable).getWriter();

  await writer.write(bytes("abc"));
  await writer.write(bytes("de").buffer as never);
  await writer.write(new DataView(bytes("fghi").buffer, 1, 2) as never);
  await writer.write(new Uint8Array(0));

  deepEqual(system.calls, ["send 3", "send 2", "send 2", "send 0"]);
  deepEqual(Buffer.concat(system.sent).toString(), "abcdegh");
});

test("SerialPort.writable sends a copy: the chunk is the caller's again once it is being written", async () => {
  const { port, system } = await openRecorded();
  const letGo = gate(system, "send 3");
  const chunk = bytes("abc");
  const writing = there(port.writable).getWriter().write(chunk);
  await tasks(3);

  chunk.fill(0);
  letGo();
  await writing;

  deepEqual(system.sent, [bytes("abc")]);
});

test("SerialPort.writable has room for bufferSize bytes", async () => {
  const { port, system } = await openRecorded(8);
  system.gates.set("send 3", never);
  const writer = there(port.writable).getWriter();
  equal(writer.desiredSize, 8);

  writer.write(bytes("abc")).catch(() => undefined);
  equal(writer.desiredSize, 5);
  writer.write(bytes("defghijk")).catch(() => undefined);

  equal(writer.desiredSize, -3);
});

test("SerialPort.writable refuses a chunk that is no BufferSource, and another stream takes its place", async () => {
  for (const chunk of ["text", null, undefined, 5, {}, new Uint8Array(new SharedArrayBuffer(4))]) {
    const { port, system } = await openRecorded();
    const stream = there(port.writable);

    await rejects(stream.getWriter().write(chunk as never), TypeError);

    deepEqual(system.calls, []);
    notEqual(port.writable, stream);
    await port.close();
  }
});

test("SerialPort.writable fails with UnknownError when the system does, and another stream takes its place", async () => {
  const { port, system } = await openRecorded();
  system.failures.set("send 1", new SerialError("Cannot write: EIO", { code: "EIO" }));
  const stream = there(port.writable);

  await rejects(stream.getWriter().write(bytes("a")), { name: "UnknownError" });

  notEqual(port.writable, stream);
  await there(port.writable).getWriter().write(bytes("ab"));
});

test("SerialPort.writable fails with NetworkError when the device is lost, and is null from then on", async () => {
  const { port, system } = await openRecorded();
  system.failures.set("send 1", gone);

  await rejects(there(port.writable).getWriter().write(bytes("a")), {
    name: "NetworkError",
    message: "The device has been lost.",
    cause: gone,
  });

  equal(port.writable, null);
  ok(port.readable, "only writing has failed");
});

test("SerialPort.writable waits for the line when it is closed", async () => {
  const { port, system } = await openRecorded();
  const stream = there(port.writable);
  const writer = stream.getWriter();
  void writer.write(bytes("abc"));

  await writer.close();

  deepEqual(system.calls, ["send 3", "drain"]);
  notEqual(port.writable, stream);
});

test("SerialPort.writable rejects its close when the device is lost meanwhile", async () => {
  const { port, system } = await openRecorded();
  system.failures.set("drain", gone);

  await rejects(there(port.writable).close(), { name: "NetworkError" });

  equal(port.writable, null);
  await port.close();
});

test("SerialPort.writable stops a write that waits when it is aborted, then discards", async () => {
  const { port, system } = await openRecorded();
  system.gates.set("send 3", never);
  const stream = there(port.writable);
  const writer = stream.getWriter();
  const reason = new Error("enough");
  const writing = rejects(writer.write(bytes("abc")), (error) => error === reason);
  const waiting = rejects(writer.write(bytes("def")), (error) => error === reason);
  await tasks(3);

  await writer.abort(reason);

  await writing;
  await waiting;
  deepEqual(system.calls, ["send 3", "discard output"]);
  notEqual(port.writable, stream);
  ok(port.writable);
});

test("SerialPort.writable rejects a close that waits when it is aborted", async () => {
  const { port, system } = await openRecorded();
  system.gates.set("drain", never);
  const writer = there(port.writable).getWriter();
  const reason = new Error("enough");
  const closing = rejects(writer.close(), (error) => error === reason);
  await tasks(3);

  await Promise.allSettled([writer.abort(reason)]);

  await closing;
  writer.releaseLock();
  await port.close();
});

test("SerialPort.writable is another stream once the system has discarded, or drained, and not before", async () => {
  const ends = {
    "discard output": (stream: PortWritable) => stream.abort(),
    drain: (stream: PortWritable) => stream.close(),
  };
  for (const [call, end] of Object.entries(ends)) {
    const { port, system } = await openRecorded();
    const letGo = gate(system, call);
    const stream = there(port.writable);
    const ended = end(stream);
    await until(call, () => system.calls.includes(call));
    equal(port.writable, stream);

    letGo();
    await ended;

    notEqual(there(port.writable), stream);
  }
});

test("SerialPort.writable is there again when the port is opened after a lost device", async () => {
  const { port, system } = await openRecorded();
  system.failures.set("send 1", gone);
  await rejects(there(port.writable).getWriter().write(bytes("a")), { name: "NetworkError" });
  equal(port.writable, null);
  await port.close();

  await port.open({ baudRate: 9600 });

  ok(port.writable);
});
