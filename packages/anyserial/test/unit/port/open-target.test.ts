import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { createPortInfo } from "../../../dist/model/port-info.js";
import { isPathTarget, targetOf } from "../../../dist/port/open-target.js";

const INFO = createPortInfo({ path: "/dev/ttyUSB0", vid: 0x0403, hardwareId: "USB VID:PID=0403" });

test("targetOf() takes a record of discovery, and a copy of it, for the port itself", () => {
  deepEqual(targetOf(INFO), { path: "/dev/ttyUSB0", info: INFO });
  deepEqual(targetOf({ ...INFO }), { path: "/dev/ttyUSB0", info: INFO });
  deepEqual(targetOf(structuredClone(INFO)), { path: "/dev/ttyUSB0", info: INFO });
});

test("targetOf() takes path, name and hardwareId together for a filter, and keeps its other properties", () => {
  const filter = { path: "/dev/ttyUSB0", name: "ttyUSB0", hardwareId: "x", serialNumber: "A1" };

  const target = targetOf(filter);

  equal(isPathTarget(target), false);
  deepEqual(target, filter);
});

test("targetOf() takes all properties with a regular expression among them for a filter", () => {
  equal(isPathTarget(targetOf({ ...INFO, description: /FTDI/ })), false);
});

test("targetOf() refuses a record of discovery that has settings in it", () => {
  throws(() => targetOf({ ...INFO, baudRate: 9600 } as never), {
    hint: "settings are the second argument: openSerialPort(path, { baudRate })",
  });
});

test("targetOf() takes a filter of a path alone for the path", () => {
  deepEqual(targetOf({ path: "/dev/ttyUSB0", vid: undefined }), {
    path: "/dev/ttyUSB0",
    info: undefined,
  });
});
