// The Win32 rows of the doctor, on facts as a Windows machine would give them.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { SerialDevice } from "anyserial/internal";
import { diagnose } from "../../../dist/doctor/checks.js";
import type { Facts } from "../../../dist/doctor/facts.js";
import type { Finding } from "../../../dist/doctor/finding.js";
import { FT232R, HEALTHY, LOOK } from "../../helpers/doctor-facts.ts";

const DEVICE: SerialDevice = {
  id: "FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000",
  path: "COM3",
  description: "USB Serial Port (COM3)",
  vid: 0x0403,
  pid: 0x6001,
  driver: "FTSER2K",
  present: true,
  problem: 0,
  latencyTimerMs: 16,
};
const STRANDED: SerialDevice = {
  ...DEVICE,
  id: "USB\\VID_10C4&PID_EA60\\0001",
  path: undefined,
  description: "CP2102N USB to UART Bridge Controller",
  problem: 28,
  latencyTimerMs: undefined,
};
const COM3 = { ...FT232R, path: "COM3", name: "COM3", location: undefined, driver: "FTSER2K" };
const NO_PORT = { name: "PortNotFoundError", code: "ENOENT", message: "no such port (2)" };

/** A port that opens, on Windows. */
function windows(path: string | undefined, facts: Partial<Facts> = {}): Facts {
  return {
    ...HEALTHY,
    path,
    system: { ...HEALTHY.system, platform: "win32", hasSysfs: false },
    node: undefined,
    ports: [COM3],
    info: COM3,
    inspections:
      path === undefined ? [] : [{ ...LOOK, path, lineErrors: undefined, lowLatency: undefined }],
    adapter: undefined,
    devices: [DEVICE],
    ...facts,
  };
}

/** One that does not. */
function failing(path: string, failure: Facts["failure"], facts: Partial<Facts> = {}): Facts {
  return windows(path, { inspections: [], failure, info: undefined, ...facts });
}

interface Row {
  readonly what: string;
  readonly facts: Facts;
  readonly id: Finding["id"];
  readonly severity: Finding["severity"];
  readonly says: RegExp;
  readonly seen?: RegExp;
  readonly fix?: string;
}

const ROWS: readonly Row[] = [
  {
    what: "a COM port that is held",
    facts: failing("\\\\.\\COM3", {
      name: "PortBusyError",
      code: "EBUSY",
      message: "access denied (ERROR_ACCESS_DENIED, 5)",
    }),
    id: "windows-busy",
    severity: "problem",
    says: /Another program has \\\\\.\\COM3 open/,
    seen: /ERROR_ACCESS_DENIED/,
    fix: "handle.exe COM3",
  },
  {
    what: "a COM port that no program holds",
    facts: windows("COM3"),
    id: "windows-busy",
    severity: "ok",
    says: /No other program has COM3 open/,
  },
  {
    what: "a COM port with two digits",
    facts: windows("COM12"),
    id: "windows-com10",
    severity: "note",
    says: /COM12 alone/,
  },
  {
    what: "FTDI's timer as the registry has it",
    facts: windows("com3"),
    id: "windows-latency",
    severity: "warning",
    says: /up to 16 ms/,
    seen: /LatencyTimer is 16 in the registry/,
  },
  {
    what: "FTDI's timer with another value",
    facts: windows("COM3", { devices: [{ ...DEVICE, latencyTimerMs: 1 }] }),
    id: "windows-latency",
    severity: "ok",
    says: /at once/,
  },
  {
    what: "FTDI's timer where the registry has no value",
    facts: windows("COM3", { devices: [] }),
    id: "windows-latency",
    severity: "note",
    says: /16 ms unless/,
  },
  {
    what: "a rate that a driver refuses",
    facts: windows("COM3", {
      rate: {
        asked: 500_000,
        taken: undefined,
        failure: { name: "UnsupportedConfigurationError", code: "EINVAL", message: "87" },
      },
    }),
    id: "windows-baud",
    severity: "problem",
    says: /refuses 500000/,
    seen: /87/,
  },
  {
    what: "a rate that a driver changes",
    facts: windows("COM3", { rate: { asked: 500_000, taken: 38_400, failure: undefined } }),
    id: "windows-baud",
    severity: "problem",
    says: /sets 38400 baud instead of 500000/,
  },
  {
    what: "a rate that a driver takes",
    facts: windows("COM3", { rate: { asked: 9600, taken: 9600, failure: undefined } }),
    id: "windows-baud",
    severity: "ok",
    says: /takes 9600/,
  },
  {
    what: "a name that no device has",
    facts: failing("COM4", NO_PORT),
    id: "not-found",
    severity: "problem",
    says: /There is no COM4; did you mean COM3\?/,
    seen: /ports that exist: COM3/,
    fix: "npx anyserial monitor COM3",
  },
  {
    what: "a name that a device has that is not plugged in",
    facts: failing("COM3", NO_PORT, { ports: [], devices: [{ ...DEVICE, present: false }] }),
    id: "not-found",
    severity: "problem",
    says: /USB Serial Port \(COM3\), which is not plugged in/,
    seen: /had the name COM3 and is not plugged in/,
  },
  {
    what: "a name of a device that is disabled",
    facts: failing("COM3", NO_PORT, { ports: [], devices: [{ ...DEVICE, problem: 22 }] }),
    id: "not-found",
    severity: "problem",
    says: /it is disabled \(Code 22\)/,
    fix: "devmgmt.msc",
  },
  {
    what: "another adapter that has no driver",
    facts: failing("COM9", NO_PORT, { ports: [], devices: [STRANDED] }),
    id: "not-found",
    severity: "problem",
    says: /There is no COM9/,
    seen: /CP2102N .* no driver is installed for it \(Code 28\)/,
    fix: "devmgmt.msc",
  },
  {
    what: "a name that is listed and that no driver answers for",
    facts: failing("com3", NO_PORT),
    id: "not-found",
    severity: "problem",
    says: /com3 is in the list of ports and cannot be opened/,
  },
  {
    what: "a path of another system",
    facts: failing("/dev/ttyUSB0", NO_PORT, { ports: [] }),
    id: "not-found",
    severity: "problem",
    says: /on Windows they are COM1/,
  },
  {
    what: "an adapter without a driver, when no port is asked about",
    facts: windows(undefined, { devices: [STRANDED] }),
    id: "not-found",
    severity: "warning",
    says: /CP2102N .* is no port: no driver is installed for it \(Code 28\)/,
    fix: "devmgmt.msc",
  },
  {
    what: "a device with a problem that has no words",
    facts: windows(undefined, { devices: [{ ...STRANDED, problem: 99 }] }),
    id: "not-found",
    severity: "warning",
    says: /it does not work \(Code 99\)/,
  },
  {
    what: "a machine without ports",
    facts: windows(undefined, { ports: [], devices: [] }),
    id: "discovery-empty",
    severity: "note",
    says: /finds no serial port/,
    seen: /SetupAPI/,
    fix: "devmgmt.msc",
  },
];

for (const { what, facts, id, severity, says, seen, fix } of ROWS) {
  test(`${id} speaks of ${what}`, () => {
    const finding = diagnose(facts).find((one) => one.id === id);

    equal(finding?.severity, severity);
    match(finding?.summary ?? "", says);
    if (seen !== undefined) match(finding?.evidence.join("\n") ?? "", seen);
    if (fix !== undefined) equal(finding?.fix[0]?.command, fix);
  });
}

test("the doctor says nothing of Linux about a port of Windows", () => {
  const findings = diagnose(
    windows("COM3", { rate: { asked: 9600, taken: 1, failure: undefined } }),
  );

  const ids = findings.map(({ id }) => id);
  for (const id of ["permission", "busy", "rs485", "custom-baud", "discovery-empty", "not-found"]) {
    equal(ids.includes(id as Finding["id"]), false, id);
  }
});

test("the doctor finds nothing on a machine of Windows where all is well", () => {
  deepEqual(diagnose(windows(undefined)), []);
});

for (const [platform, command] of [
  ["freebsd", "sudo pw groupmod dialer -m ada"],
  ["dragonfly", "sudo pw groupmod dialer -m ada"],
  ["openbsd", "doas usermod -G dialer ada"],
  ["netbsd", "sudo usermod -G dialer ada"],
] as const) {
  test(`permission joins the group by the means of ${platform}`, () => {
    const node = { ...HEALTHY.node, kind: "device", gid: 117, group: undefined } as const;
    const system = { ...HEALTHY.system, platform };

    const found = diagnose({ ...HEALTHY, node: node as Facts["node"], system });

    equal(found.find(({ id }) => id === "permission")?.fix[0]?.command, command);
    equal(
      found.some(({ id }) => id === "rs485"),
      false,
    );
  });

  test(`discovery-empty knows where ${platform} has its ports`, () => {
    const system = { ...HEALTHY.system, platform };

    const found = diagnose({ ...HEALTHY, path: undefined, ports: [], system });

    const finding = found.find(({ id }) => id === "discovery-empty");
    equal(finding?.severity, "note");
    equal(/sysfs|\/sys/.test(JSON.stringify(finding)), false);
  });
}
