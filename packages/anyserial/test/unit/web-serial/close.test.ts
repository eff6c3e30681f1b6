import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { SerialClosedError, SerialDisconnectedError } from "anyserial";
import { createSerial } from "anyserial/web-serial";
import {
  gate,
  openRecorded,
  RecordingSystem,
  recordedPort,
  there,
} from "../../helpers/recording-serial.ts";

test("SerialPort.close() cancels reading, aborts writing, and closes the port last", async () => {
  const { port, system } = await openRecorded();
  ok(port.readable);
  ok(port.writable);
  await tasks(3);

  await port.close();

  equal(system.calls.length, 3);
  ok(system.calls.includes("discard input"));
  ok(system.calls.includes("discard output"));
  equal(system.calls[2], "close");
});

test("SerialPort.close() only closes a port whose streams were not used", async () => {
  const { port, system } = await openRecorded();

  await port.close();

  deepEqual(system.calls, ["close"]);
});

test("SerialPort.close() is refused with TypeError while a stream is locked, and may be called again", async () => {
  const { port, system } = await openRecorded();
  const reader = there(port.readable).getReader();
  await rejects(port.close(), TypeError);
  reader.releaseLock();
  const writer = there(port.writable).getWriter();
  await rejects(port.close(), TypeError);
  writer.releaseLock();
  equal(system.calls.includes("close"), false);

  await port.close();

  equal(system.calls.at(-1), "close");
  await port.open({ baudRate: 9600 });
});

test("SerialPort.close() is refused while the port is not open", async () => {
  const { port, system } = await recordedPort();
  await rejects(port.close(), { name: "InvalidStateError" });
  await port.open({ baudRate: 9600 });
  const letGo = gate(system, "close");
  const closing = port.close();
  await until("it closes", () => system.calls.includes("close"));

  await rejects(port.close(), { name: "InvalidStateError" });
  await rejects(port.open({ baudRate: 9600 }), { name: "InvalidStateError" });
  await rejects(port.setSignals({ break: true }), { name: "InvalidStateError" });
  equal(port.readable, null);
  letGo();
  await closing;

  await rejects(port.close(), { name: "InvalidStateError" });
});

test("SerialPort.close() works after a reader was canceled and let go, as programs do it", async () => {
  const { port, system } = await openRecorded();
  const reader = there(port.readable).getReader();
  const reading = (async () => {
    try {
      while (!(await reader.read()).done);
    } finally {
      reader.releaseLock();
    }
    await port.close();
  })();
  await tasks(3);

  void reader.cancel();
  await reading;

  deepEqual(system.calls, ["discard input", "close"]);
});

test("SerialPort.close() works after both streams failed for good", async () => {
  const { port, system } = await openRecorded();
  const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
  system.failures.set("send 1", gone);
  for (const name of ["discard input", "discard output"]) system.failures.set(name, gone);
  await rejects(there(port.writable).getWriter().write(Uint8Array.of(1)));
  ok(port.readable, "still to be canceled");

  await port.close();

  equal(system.calls.at(-1), "close");
});

test("SerialPort.forget() closes the port, fails its streams, and is for good", async () => {
  const system = new RecordingSystem();
  const serial = createSerial({ service: system, choose: {} });
  const port = await serial.requestPort();
  await port.open({ baudRate: 9600 });
  const read = there(port.readable).getReader().read();
  await until("it reads", () => system.isReading);

  await port.forget();
  system.failRead(new SerialClosedError("closed", { code: "ERR_SERIAL_CLOSED" }));

  await rejects(read, { name: "NetworkError", message: "The device has been lost." });
  equal(port.readable, null);
  equal(port.writable, null);
  deepEqual(system.calls, ["open", "close"]);
  deepEqual(await serial.getPorts(), []);
  await rejects(port.open({ baudRate: 9600 }), { name: "NetworkError" });
  await rejects(port.close(), { name: "InvalidStateError" });
  await rejects(port.setSignals({ break: true }), { name: "InvalidStateError" });
  await rejects(port.setSignals(), { name: "InvalidStateError" });
  await rejects(port.getSignals(), { name: "InvalidStateError" });
  await port.forget();
});

test("SerialPort.forget() during an open lets the port be closed at once", async () => {
  const { port, system } = await recordedPort();
  const letGo = gate(system, "open");
  const opening = rejects(port.open({ baudRate: 9600 }), { name: "NetworkError" });
  await port.forget();

  letGo();
  await opening;

  deepEqual(system.calls, ["open", "close"]);
});

test("SerialPort.forget() gives way to another object for the same device", async () => {
  const system = new RecordingSystem();
  const serial = createSerial({ service: system, choose: {} });
  const first = await serial.requestPort();
  await first.forget();

  const second = await serial.requestPort();

  ok(second !== first);
  await second.open({ baudRate: 9600 });
});

test("SerialPort.forget() leaves a port that was granted by an option", async () => {
  const system = new RecordingSystem();
  const serial = createSerial({ service: system, grant: { vid: 0x303a } });
  const [port] = await serial.getPorts();

  await port?.forget();

  equal((await serial.getPorts())[0], port);
});

test("SerialPort.close() aborts writing although reading is locked, and the other way round", async () => {
  const first = await openRecorded();
  const written = there(first.port.writable);
  const reader = there(first.port.readable).getReader();
  await rejects(first.port.close(), TypeError);
  await until("it is discarded", () => first.port.writable !== written);
  deepEqual(first.system.calls, ["discard output"]);
  reader.releaseLock();
  await first.port.close();

  const second = await openRecorded();
  const read = there(second.port.readable);
  const writer = there(second.port.writable).getWriter();
  await rejects(second.port.close(), TypeError);
  await until("it is discarded", () => second.port.readable !== read);
  deepEqual(second.system.calls, ["discard input"]);
  writer.releaseLock();
  await second.port.close();
});

test("SerialPort.close() leaves each stream in place until it is over, and makes no other", async () => {
  const { port, system } = await openRecorded();
  const [readable, writable] = [there(port.readable), there(port.writable)];
  const letInputGo = gate(system, "discard input");
  const letOutputGo = gate(system, "discard output");
  await tasks(3);
  const closing = port.close();
  await until("both are under way", () => system.calls.length === 2);
  equal(port.readable, readable);
  equal(port.writable, writable);

  letInputGo();
  await until("the input is over", () => port.readable === null);
  equal(port.writable, writable);
  equal(system.calls.includes("close"), false);
  letOutputGo();
  await closing;

  equal(port.writable, null);
  equal(system.calls.at(-1), "close");
});

test("SerialPort.close() waits for a cancel and an abort that are under way", async () => {
  const { port, system } = await openRecorded();
  const reader = there(port.readable).getReader();
  const writer = there(port.writable).getWriter();
  const letInputGo = gate(system, "discard input");
  const letOutputGo = gate(system, "discard output");
  await tasks(3);
  void reader.cancel();
  void writer.abort().catch(() => undefined);
  await until("both are under way", () => system.calls.length === 2);
  reader.releaseLock();
  writer.releaseLock();
  const closing = port.close();
  await tasks(5);
  equal(system.calls.includes("close"), false);

  letOutputGo();
  await tasks(5);
  equal(system.calls.includes("close"), false);
  letInputGo();
  await closing;

  equal(system.calls.at(-1), "close");
});
