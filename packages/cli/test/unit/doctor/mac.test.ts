// The doctor on a Mac: no group, no /proc, no sysfs.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../dist/doctor/checks.js";
import type { Facts } from "../../../dist/doctor/facts.js";
import type { CheckId, Finding } from "../../../dist/doctor/finding.js";
import { HEALTHY, MISSING } from "../../helpers/doctor-facts.ts";

const PATH = "/dev/cu.usbserial-1";
const system: Facts["system"] = {
  ...HEALTHY.system,
  platform: "darwin",
  distribution: undefined,
  hasSysfs: false,
};

function find(
  changes: Partial<Facts>,
  id: CheckId,
  base: Partial<Facts> = {},
): Finding | undefined {
  return diagnose({ ...HEALTHY, ...base, system, path: PATH, ...changes }).find(
    (one) => one.id === id,
  );
}

function commandsOf(finding: Finding | undefined): string[] {
  return finding?.fix.map(({ command }) => command) ?? [];
}

test("the doctor does not claim to see who has a port open", () => {
  const finding = find({}, "busy");

  equal(finding?.severity, "note");
  deepEqual(commandsOf(finding), [`sudo lsof ${PATH} /dev/tty.usbserial-1`]);
});

test("the doctor asks lsof about both nodes of a busy port", () => {
  const failure = { name: "PortBusyError", code: "EBUSY", message: "busy" };
  const path = "/dev/tty.usbserial-1";

  const finding = find({ failure, path }, "busy");

  equal(finding?.severity, "problem");
  deepEqual(commandsOf(finding), [`sudo lsof ${path} ${PATH}`]);
});

test("the doctor suggests no group on macOS", () => {
  const failure = { name: "PortPermissionError", code: "EACCES", message: "denied" };

  const finding = find({ failure }, "permission");

  equal(finding?.severity, "problem");
  match(finding?.hint ?? "", /com\.apple\.security\.device\.serial/);
  ok(commandsOf(finding).every((command) => !command.includes("usermod")));
});

test("the doctor checks the bus when a port is missing, and at no kernel module", () => {
  const finding = find({ ports: [] }, "not-found", MISSING);

  deepEqual(commandsOf(finding), ["system_profiler SPUSBDataType"]);
});

test("the doctor blames no sysfs for an empty list", () => {
  const finding = find({ ports: [], path: undefined }, "discovery-empty");

  equal(finding?.severity, "note");
  ok(finding?.evidence.every((line) => !line.includes("/sys")));
  equal(find({}, "discovery-empty"), undefined);
});
