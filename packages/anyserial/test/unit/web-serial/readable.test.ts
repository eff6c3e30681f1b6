import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask, tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { SerialDisconnectedError, SerialError } from "anyserial";
import { bytes, gate, openRecorded, recordedPort, there } from "../../helpers/recording-serial.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

test("SerialPort.readable is null while the port is not open", async () => {
  const { port } = await recordedPort();
  equal(port.readable, null);

  await port.open({ baudRate: 9600 });
  ok(port.readable);
  await port.close();

  equal(port.readable, null);
});

test("SerialPort.readable is the same stream each time", async () => {
  const { port } = await openRecorded();

  equal(port.readable, port.readable);
});

test("SerialPort.readable reads nothing before it is asked for", async () => {
  const { port, system } = await openRecorded();
  await tasks(3);
  equal(system.isReading, false);

  ok(port.readable);
  await tasks(3);

  equal(system.isReading, true);
});

test("SerialPort.readable reads ahead up to bufferSize, and no further", async () => {
  const { port, system } = await openRecorded(8);
  const stream = there(port.readable);
  system.give("abc", "def", "ghijk", "lm");
  await until("the buffer is full", () => !system.isReading);
  await tasks(5);
  const reader = stream.getReader();

  deepEqual((await reader.read()).value, bytes("abc"));
  deepEqual((await reader.read()).value, bytes("def"));
  deepEqual((await reader.read()).value, bytes("gh"));
  const rest = [(await reader.read()).value, (await reader.read()).value];

  deepEqual(Buffer.concat(rest.map((part) => part ?? bytes(""))).toString(), "ijklm");
});

test("SerialPort.readable gives no chunk that is longer than bufferSize", async () => {
  const { port, system } = await openRecorded(4);
  const reader = there(port.readable).getReader();
  system.give("abcdefghij");

  deepEqual((await reader.read()).value, bytes("abcd"));
  deepEqual((await reader.read()).value, bytes("efgh"));
  deepEqual((await reader.read()).value, bytes("ij"));
});

test("SerialPort.readable fills the memory of a BYOB reader, beyond bufferSize too", async () => {
  const { port, system } = await openRecorded(4);
  const reader = there(port.readable).getReader({ mode: "byob" });
  const read = reader.read(new Uint8Array(16));
  system.give("abcdefghij");
  deepEqual((await read).value, bytes("abcdefghij"));
  await nextTask();
  system.give("cd");
  await tasks(3);

  const { value } = await reader.read(new Uint8Array(new ArrayBuffer(8), 2, 5));

  deepEqual(value, bytes("cd"));
  equal(value?.buffer.byteLength, 8);
  equal(value?.byteOffset, 2);
});

test("SerialPort.readable keeps bytes that come after a reader let go, for the next one", async () => {
  for (const mode of [undefined, "byob"] as const) {
    const { port, system } = await openRecorded();
    const stream = there(port.readable);
    const read =
      mode === "byob"
        ? ((reader) => ({ reader, result: reader.read(new Uint8Array(4)) }))(
            stream.getReader({ mode }),
          )
        : ((reader) => ({ reader, result: reader.read() }))(stream.getReader());
    const refused = rejects(read.result, TypeError);
    read.reader.releaseLock();
    await refused;

    system.give("late");

    deepEqual((await stream.getReader().read()).value, bytes("late"));
  }
});

const FAULTS = [
  [{ kind: "break" }, "BreakError"],
  [{ kind: "framing", byte: 65 }, "FramingError"],
  [{ kind: "parity", byte: 65 }, "ParityError"],
  [{ kind: "overrun", count: 3 }, "BufferOverrunError"],
] as const;

test("SerialPort.readable fails with the error of the line, and another stream goes on", async () => {
  for (const [event, name] of FAULTS) {
    const { port, system } = await openRecorded();
    const stream = there(port.readable);
    const reader = stream.getReader();
    system.give(event, "next");

    await rejects(reader.read(), (error: unknown) => {
      ok(error instanceof DOMException);
      equal(error.name, name);
      return true;
    });

    notEqual(port.readable, stream);
    deepEqual((await there(port.readable).getReader().read()).value, bytes("next"));
  }
});

test("SerialPort.readable fails after the bytes that came before the error", async () => {
  const { port, system } = await openRecorded();
  const stream = there(port.readable);
  system.give("before", { kind: "break" }, "after");
  await tasks(10);
  const reader = stream.getReader();

  deepEqual((await reader.read()).value, bytes("before"));
  await rejects(reader.read(), { name: "BreakError" });

  deepEqual((await there(port.readable).getReader().read()).value, bytes("after"));
});

test("SerialPort.readable fails with UnknownError when the system does, and another stream goes on", async () => {
  const { port, system } = await openRecorded();
  const read = there(port.readable).getReader().read();
  await until("it reads", () => system.isReading);
  system.failRead(new SerialError("Cannot read: input/output error (EIO)", { code: "EIO" }));

  await rejects(read, { name: "UnknownError", message: /EIO/ });

  system.give("next");
  deepEqual((await there(port.readable).getReader().read()).value, bytes("next"));
});

test("SerialPort.readable fails with NetworkError when the device is lost, and is null from then on", async () => {
  const { port, system } = await openRecorded();
  const read = there(port.readable).getReader().read();
  await until("it reads", () => system.isReading);
  system.failRead(gone);

  await rejects(read, { name: "NetworkError", message: "The device has been lost.", cause: gone });

  equal(port.readable, null);
  ok(port.writable, "only reading has failed");
  await port.close();
  await port.open({ baudRate: 9600 });
  ok(port.readable, "an open port can be read again");
});

test("SerialPort.readable discards the input when it is canceled, and another stream takes its place", async () => {
  const { port, system } = await openRecorded();
  const stream = there(port.readable);
  const reader = stream.getReader();
  const read = reader.read();

  await reader.cancel("enough");

  deepEqual(await read, { done: true, value: undefined });
  deepEqual(system.calls, ["discard input"]);
  equal(system.isReading, false);
  notEqual(port.readable, stream);
  system.give("next");
  deepEqual((await there(port.readable).getReader().read()).value, bytes("next"));
});

test("SerialPort.readable drops the bytes that it read ahead when it is canceled", async () => {
  const { port, system } = await openRecorded(2);
  const stream = there(port.readable);
  system.give("old bytes");
  await tasks(5);

  await stream.cancel();

  system.give("new");
  deepEqual((await there(port.readable).getReader().read()).value, bytes("ne"));
});

test("SerialPort.readable waits for the system to discard, before a cancel is done", async () => {
  const { port, system } = await openRecorded();
  const letGo = gate(system, "discard input");
  const stream = there(port.readable);
  let isDone = false;
  const canceled = stream.cancel().then(() => {
    isDone = true;
  });
  await tasks(5);

  equal(isDone, false);
  equal(port.readable, stream);
  letGo();
  await canceled;

  notEqual(port.readable, stream);
});
