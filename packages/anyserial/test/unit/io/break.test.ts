import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { SerialDisconnectedError, SerialPort, UnsupportedFeatureError } from "anyserial";
import { holdBreak } from "../../../dist/io/break.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

const FOR_EVER_MS = 60_000;

function breaksOf(port: FakeBackendPort): string[] {
  return port.calls.filter((call) => call.startsWith("break") || call === "close");
}

test("holdBreak() asserts the break and takes it back", async () => {
  const { port, core } = openFakePort();

  await holdBreak(core, 1, undefined);

  deepEqual(breaksOf(port), ["break on", "break off"]);
});

test("holdBreak() takes the break back when it is aborted, and rejects with the reason", async () => {
  const { port, core } = openFakePort();
  const controller = new AbortController();
  const reason = new Error("enough");
  const holding = holdBreak(core, FOR_EVER_MS, controller.signal);

  controller.abort(reason);

  await rejects(holding, (error) => error === reason);
  deepEqual(breaksOf(port), ["break on", "break off"]);
});

test("holdBreak() asserts nothing when the signal was aborted before", async () => {
  const { port, core } = openFakePort();

  await rejects(holdBreak(core, 1, AbortSignal.abort("no")), (reason) => reason === "no");
  deepEqual(port.calls, []);
});

test("holdBreak() takes the break back once, before a close", async () => {
  const { port, core } = openFakePort();
  const holding = holdBreak(core, FOR_EVER_MS, undefined);

  const closing = core.close();

  await rejects(holding, { name: "SerialClosedError", operation: "sendBreak" });
  await closing;
  deepEqual(breaksOf(port), ["break on", "break off", "close"]);
});

test("holdBreak() rejects with the disconnect when the device goes away", async () => {
  const { port, core } = openFakePort();
  const holding = holdBreak(core, FOR_EVER_MS, undefined);

  port.onFailed?.(new SerialDisconnectedError("unplugged", { code: "EIO" }));

  await rejects(holding, { name: "SerialDisconnectedError", code: "EIO" });
});

test("holdBreak() fails where the driver has no break, and takes nothing back", async () => {
  const { port, core } = openFakePort();
  port.failures.set("break on", new UnsupportedFeatureError("no break", { code: "ENOTTY" }));

  await rejects(holdBreak(core, 1, undefined), { name: "UnsupportedFeatureError" });
  deepEqual(breaksOf(port), ["break on"]);
});

test("holdBreak() ends the port when the device is gone at the end of the break", async () => {
  const { port, core } = openFakePort();
  const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });
  port.failures.set("break off", gone);

  await holdBreak(core, 1, undefined);

  equal(await core.closed, gone);
});

test("holdBreak() leaves the break to another call that still holds it", async () => {
  const { port, core } = openFakePort();
  const controller = new AbortController();
  const longer = holdBreak(core, FOR_EVER_MS, controller.signal);

  await holdBreak(core, 1, undefined);
  deepEqual(breaksOf(port), ["break on", "break on"]);
  controller.abort(new Error("enough"));
  await rejects(longer);

  deepEqual(breaksOf(port), ["break on", "break on", "break off"]);
});

test("SerialPort.setBreak() holds the break until it is cleared, once", async () => {
  const { port, core } = openFakePort();
  const serial = new SerialPort(core as never);

  await serial.setBreak(true);
  await serial.setBreak(true);
  deepEqual(breaksOf(port), ["break on"]);
  await serial.setBreak(false);
  await serial.setBreak(false);

  deepEqual(breaksOf(port), ["break on", "break off"]);
});

test("SerialPort.setBreak() leaves the break to a sendBreak() that still holds it", async () => {
  const { port, core } = openFakePort();
  const serial = new SerialPort(core as never);
  await serial.setBreak(true);
  const controller = new AbortController();
  const sending = serial.sendBreak({ durationMs: 60_000, signal: controller.signal });
  await new Promise(setImmediate);

  await serial.setBreak(false);
  deepEqual(breaksOf(port), ["break on", "break on"]);
  controller.abort("enough");
  await rejects(sending, (reason) => reason === "enough");

  deepEqual(breaksOf(port), ["break on", "break on", "break off"]);
});

test("SerialPort.setBreak() is cleared before the port closes", async () => {
  const { port, core } = openFakePort();
  const serial = new SerialPort(core as never);
  await serial.setBreak(true);

  await serial.close();

  deepEqual(breaksOf(port), ["break on", "break off", "close"]);
  await rejects(serial.setBreak(true), { name: "SerialClosedError" });
});

test("SerialPort.setBreak() refuses anything but a boolean", async () => {
  const { port, core } = openFakePort();

  await rejects(new SerialPort(core as never).setBreak("on" as never), {
    code: "ERR_INVALID_ARG_VALUE",
  });
  deepEqual(port.calls, []);
});
