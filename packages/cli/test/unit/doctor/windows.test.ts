// The Win32 rows of the doctor, on facts as a Windows machine would give them.

import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "#internal/doctor/checks.js";
import type { Facts } from "#internal/doctor/facts.js";
import { HEALTHY } from "../../helpers/doctor-facts.ts";

const ROWS = [
  {
    what: "a COM port that is held",
    facts: {
      ...windows("COM3"),
      failure: { name: "PortBusyError", code: "EACCES", message: "access denied (5)" },
    },
    id: "windows-busy",
    severity: "problem",
    says: /Another program has COM3 open/,
    fix: "handle.exe COM3",
  },
  {
    what: "a COM port with two digits",
    facts: windows("COM12"),
    id: "windows-com10",
    severity: "note",
    says: /COM12 alone/,
  },
  {
    what: "an FTDI adapter on Windows",
    facts: windows("COM3"),
    id: "windows-latency",
    severity: "note",
    says: /16 ms/,
  },
  {
    what: "a rate that a Windows driver refuses",
    facts: {
      ...windows("COM3"),
      rate: {
        asked: 500_000,
        taken: undefined,
        failure: { name: "UnsupportedConfigurationError", code: "EINVAL", message: "87" },
      },
    },
    id: "windows-baud",
    severity: "problem",
    says: /refuses 500000/,
  },
] as const;

for (const row of ROWS) {
  test(`${row.id} speaks of ${row.what}`, () => {
    const finding = diagnose({ ...HEALTHY, ...row.facts }).find(({ id }) => id === row.id);

    equal(finding?.severity, row.severity);
    match(finding?.summary ?? "", row.says);
    if ("fix" in row) equal(finding?.fix[0]?.command, row.fix);
  });
}

function windows(path: string): Partial<Facts> {
  return {
    path,
    system: { ...HEALTHY.system, platform: "win32" },
    node: undefined,
    looks: [],
  };
}
