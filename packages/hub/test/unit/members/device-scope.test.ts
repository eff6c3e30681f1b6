// Whose error it is.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import {
  addDevice,
  claimDeviceError,
  leaveDevice,
  removeDevice,
  runDevice,
} from "../../../dist/members/device-scope.js";

function device(url: string): { url: string; report(error: unknown): void; reported: unknown[] } {
  const reported: unknown[] = [];
  return { url, reported, report: (error) => reported.push(error) };
}

test("claimDeviceError() does not claim errors of other code", () => {
  equal(claimDeviceError(new Error("another program's")), false);
  equal(claimDeviceError("no error at all"), false);
});

test("claimDeviceError() reports to the device whose code is running", async () => {
  const [one, other] = [device("file:///one.mjs"), device("file:///other.mjs")];
  const error = new Error("mine");

  const isClaimed = await runDevice(one, async () => {
    await runDevice(other, async () => null);
    return claimDeviceError(error);
  });

  equal(isClaimed, true);
  deepEqual([one.reported, other.reported], [[error], []]);
});

test("claimDeviceError() does not claim errors of the hub when a device calls it", () => {
  const one = device("file:///one.mjs");

  const isClaimed = runDevice(one, () => leaveDevice(() => claimDeviceError(new Error("ours"))));

  equal(isClaimed, false);
});

test("claimDeviceError() finds a running device by the stack", () => {
  const one = device("file:///folder/one.mjs?changed=1");
  const error = new Error("mine");
  error.stack = "Error: mine\n    at file:///folder/one.mjs?changed=1:3:5";
  addDevice(one);

  equal(claimDeviceError(error), true);
  removeDevice(one);
  equal(claimDeviceError(error), false);
});
