import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { PortBusyError } from "anyserial";
import { gate, recordedPort } from "../../helpers/recording-serial.ts";

const NAMES = ["baudRate", "bufferSize", "dataBits", "flowControl", "parity", "stopBits"];

test("SerialPort.open() reads the members of its options in alphabetical order, once", async () => {
  const { port } = await recordedPort();
  const read: string[] = [];
  const options = new Proxy({ baudRate: 9600 } as Record<string, unknown>, {
    get: (target, name) => {
      read.push(String(name));
      return target[String(name)];
    },
  });

  await port.open(options as never);

  deepEqual(read, NAMES);
});

test("SerialPort.open() converts its options before it looks at its state", async () => {
  const { port } = await recordedPort();
  await port.open({ baudRate: 9600 });

  await rejects(port.open({} as never), TypeError);
  await rejects(port.open({ baudRate: 9600, parity: "mark" as never }), TypeError);
  await rejects(port.open({ baudRate: 9600, dataBits: 256 as never }), TypeError);
});

test("SerialPort.open() looks at its state before it looks at the ranges", async () => {
  const { port } = await recordedPort();
  await port.open({ baudRate: 9600 });

  await rejects(port.open({ baudRate: 9600, dataBits: 9 as never }), { name: "InvalidStateError" });
});

test("SerialPort.open() refuses options out of range, and asks the system for nothing", async () => {
  const { port, system } = await recordedPort();
  const wrong: object[] = [
    { baudRate: 0 },
    { baudRate: -1 },
    { baudRate: 2 ** 32 },
    { baudRate: Number.NaN },
    { baudRate: "fast" },
    { baudRate: 9600n },
    { baudRate: 9600, dataBits: 6 },
    { baudRate: 9600, stopBits: 0 },
    { baudRate: 9600, stopBits: 3 },
    { baudRate: 9600, bufferSize: 0 },
    { baudRate: 9600, bufferSize: 16 * 1024 * 1024 + 1 },
    { baudRate: 9600, flowControl: "software" },
  ];

  for (const options of wrong) {
    await rejects(port.open(options as never), TypeError, JSON.stringify(Object.keys(options)));
  }
  await rejects(port.open(5 as never), TypeError);
  await rejects(port.open(undefined as never), TypeError);

  deepEqual(system.calls, []);
  await port.open({ baudRate: 9600 });
});

test("SerialPort.open() passes on the settings, or their defaults", async () => {
  const { port, system } = await recordedPort();
  const always = { lineErrors: "mark", exclusive: true, unsupportedPolicy: "ignore" };

  await port.open({ baudRate: "9600" as never });
  deepEqual(system.config, {
    ...always,
    baudRate: 9600,
    dataBits: 8,
    stopBits: 1,
    parity: "none",
    flowControl: { rtsCts: false },
  });
  await port.close();
  await port.open({
    baudRate: 1200.9,
    dataBits: 7,
    stopBits: 2,
    parity: "odd",
    flowControl: "hardware",
  });

  deepEqual(system.config, {
    ...always,
    baudRate: 1200,
    dataBits: 7,
    stopBits: 2,
    parity: "odd",
    flowControl: { rtsCts: true },
  });
});

test("SerialPort.open() rejects with NetworkError and the cause, and may be called again", async () => {
  const { port, system } = await recordedPort();
  const busy = new PortBusyError("Cannot open port: it is held", { code: "EBUSY" });
  system.failures.set("open", busy);

  await rejects(port.open({ baudRate: 9600 }), (error: DOMException) => {
    ok(error instanceof DOMException);
    equal(error.name, "NetworkError");
    equal((error as { cause?: unknown }).cause, busy);
    return true;
  });

  equal(port.readable, null);
  system.failures.clear();
  await port.open({ baudRate: 9600 });
  ok(port.readable);
});

test("SerialPort.open() is refused while another one waits", async () => {
  const { port, system } = await recordedPort();
  const letGo = gate(system, "open");
  const opening = port.open({ baudRate: 9600 });

  await rejects(port.open({ baudRate: 9600 }), { name: "InvalidStateError" });
  equal(port.readable, null);
  letGo();

  await opening;
});

test("SerialPort.open() closes a port whose driver takes another setting, with its name", async () => {
  const { port, system } = await recordedPort();
  system.inForce = { parity: "none", dataBits: 8 };

  await rejects(port.open({ baudRate: 9600, parity: "even", dataBits: 7 }), {
    name: "NetworkError",
    message: /refuses dataBits, parity$/,
  });

  deepEqual(system.calls, ["open", "close"]);
});

test("SerialPort.open() looks at data bits, then stop bits, then the size of the buffer", async () => {
  const { port } = await recordedPort();
  const wrong = { baudRate: 9600, dataBits: 9, stopBits: 3, bufferSize: 0 } as never;

  await rejects(port.open(wrong), /dataBits/);
  await rejects(port.open({ ...(wrong as object), dataBits: 7 } as never), /stopBits/);
  await rejects(
    port.open({ ...(wrong as object), dataBits: 7, stopBits: 1 } as never),
    /bufferSize is 0/,
  );
});

test("SerialPort.open() lets no other call through before it is done", async () => {
  const { port, system } = await recordedPort();
  const letGo = gate(system, "open");
  const opening = port.open({ baudRate: 9600 });

  await rejects(port.close(), { name: "InvalidStateError" });
  await rejects(port.getSignals(), { name: "InvalidStateError" });
  await rejects(port.setSignals({ break: true }), { name: "InvalidStateError" });
  equal(port.writable, null);
  letGo();
  await opening;

  ok(port.writable);
});

test("SerialPort.open() sizes the streams anew each time", async () => {
  const { port } = await recordedPort();
  for (const bufferSize of [8, 16]) {
    await port.open({ baudRate: 9600, bufferSize });
    const writer = port.writable?.getWriter();
    equal(writer?.desiredSize, bufferSize);
    writer?.releaseLock();
    await port.close();
  }
});
