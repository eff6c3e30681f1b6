// The text of findings, and the fields that a report leaves out.

import { doesNotMatch, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../dist/doctor/checks.js";
import { findingsText, reportText } from "../../../dist/doctor/print.js";
import { FT232R, HEALTHY, MISSING } from "../../helpers/doctor-facts.ts";

const WRONG = { ...HEALTHY, ...MISSING, path: "/dev/ttyUSB1" };

test("findingsText() shows evidence, advice and the command of what is wrong", () => {
  const text = findingsText(diagnose(WRONG));

  match(text, /^PROBLEM {2}not-found/);
  match(text, /seen: there is nothing at \/dev\/ttyUSB1/);
  match(text, /\$ npx anyserial monitor \/dev\/ttyUSB0/);
});

test("findingsText() escapes control characters in a device's strings", () => {
  const hostile = "/dev/tty\u001b[2J";

  ok(!findingsText(diagnose({ ...WRONG, path: hostile })).includes("\u001b"));
});

test("reportText() masks serial numbers unless they are requested", () => {
  const findings = diagnose(HEALTHY);

  doesNotMatch(reportText(HEALTHY, findings, { isUnmasked: false }), /A50285BI/);
  match(reportText(HEALTHY, findings, { isUnmasked: true }), /A50285BI/);
});

test("reportText() masks the serial number of a port that is not the one asked about", () => {
  const facts = { ...WRONG, ports: [FT232R], kernelLog: ["usb 1-1: SerialNumber: A50285BI"] };

  doesNotMatch(reportText(facts, diagnose(facts), { isUnmasked: false }), /A50285BI/);
});

test("reportText() is one block with platform, driver and findings", () => {
  const text = reportText(HEALTHY, diagnose(HEALTHY), { isUnmasked: false });

  match(text, /^```\nsystem: {3}linux 6\.12\.1 x64 \(debian\)\n/);
  match(text, /driver: {3}ftdi_sio/);
  match(text, /```\n$/);
});
