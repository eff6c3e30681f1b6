import { deepEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import { UnsupportedFeatureError } from "anyserial";
import { openRecorded, recordedPort } from "../../helpers/recording-serial.ts";

test("SerialPort.setSignals() sets DTR, then RTS, then the break condition", async () => {
  const { port, system } = await openRecorded();

  await port.setSignals({ break: true, requestToSend: false, dataTerminalReady: true });

  deepEqual(system.calls, ['lines {"dtr":true}', 'lines {"rts":false}', "break true"]);
});

test("SerialPort.setSignals() leaves a signal that is missing or undefined", async () => {
  const { port, system } = await openRecorded();

  await port.setSignals({ dataTerminalReady: undefined, requestToSend: true });

  deepEqual(system.calls, ['lines {"rts":true}']);
});

test("SerialPort.setSignals() takes any value for a boolean", async () => {
  const { port, system } = await openRecorded();

  await port.setSignals({ dataTerminalReady: 0 as never, requestToSend: "on" as never });

  deepEqual(system.calls, ['lines {"dtr":false}', 'lines {"rts":true}']);
});

test("SerialPort.setSignals() looks at its state before it looks at the signals", async () => {
  const { port } = await recordedPort();

  await rejects(port.setSignals({}), { name: "InvalidStateError" });
  await rejects(port.setSignals(5 as never), TypeError);
  await port.open({ baudRate: 9600 });
  await rejects(port.setSignals({}), TypeError);
  await rejects(port.setSignals(), TypeError);

  await rejects(port.setSignals({ break: undefined }), TypeError);
});

test("SerialPort.setSignals() rejects with NetworkError, and sets nothing after the signal that failed", async () => {
  const { port, system } = await openRecorded();
  const cause = new UnsupportedFeatureError("no such line", { code: "ENOTTY" });
  system.failures.set('lines {"dtr":true}', cause);

  await rejects(port.setSignals({ dataTerminalReady: true, requestToSend: true }), {
    name: "NetworkError",
    cause,
  });

  deepEqual(system.calls, ['lines {"dtr":true}']);
});

test("SerialPort.getSignals() names the input lines, in the order of the dictionary", async () => {
  const { port } = await openRecorded();

  const signals = await port.getSignals();

  deepEqual(Object.entries(signals), [
    ["dataCarrierDetect", false],
    ["clearToSend", true],
    ["ringIndicator", true],
    ["dataSetReady", false],
  ]);
});

test("SerialPort.getSignals() rejects while the port is not open, and when the system refuses", async () => {
  const { port, system } = await recordedPort();
  await rejects(port.getSignals(), { name: "InvalidStateError" });

  await port.open({ baudRate: 9600 });
  system.failures.set("lines", new UnsupportedFeatureError("no lines", { code: "ENOTTY" }));

  await rejects(port.getSignals(), { name: "NetworkError" });
});
