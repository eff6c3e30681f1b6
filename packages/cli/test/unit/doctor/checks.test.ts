// Every row of the doctor on recorded facts: facts with a finding, facts without one, and the
// advice.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../dist/doctor/checks.js";
import type { Facts } from "../../../dist/doctor/facts.js";
import type { CheckId, Finding, Severity } from "../../../dist/doctor/finding.js";
import { FT232R, HEALTHY, LOOK, MISSING } from "../../helpers/doctor-facts.ts";

interface Row {
  readonly what: string;
  readonly facts: Partial<Facts>;
  readonly id: CheckId;
  readonly severity: Severity;
  /** In the summary. */
  readonly says: RegExp;
  /** The first command. */
  readonly fix?: string;
}

const other = { pid: 4711, name: "minicom", command: "minicom -D /dev/ttyUSB0", hasLock: false };
const look = (changes: Partial<typeof LOOK>): typeof LOOK => ({ ...LOOK, ...changes });

const ROWS: readonly Row[] = [
  {
    what: "a path that does not exist, with a near neighbour",
    facts: { ...MISSING, path: "/dev/ttyUSB1" },
    id: "not-found",
    severity: "problem",
    says: /no \/dev\/ttyUSB1; did you mean \/dev\/ttyUSB0/,
    fix: "npx anyserial monitor /dev/ttyUSB0",
  },
  {
    what: "a link whose device is gone",
    facts: {
      ...MISSING,
      path: "/dev/serial/by-id/x",
      node: { ...(MISSING.node ?? fail()), kind: "dangling-link", target: "../../ttyUSB7" },
    },
    id: "not-found",
    severity: "problem",
    says: /link whose device is gone/,
  },
  {
    what: "no port at all: the driver that the kernel names",
    facts: { ...MISSING, ports: [], kernelLog: ["usb 1-1: cp210x converter now disconnected"] },
    id: "not-found",
    severity: "problem",
    says: /There is no/,
    fix: "lsusb",
  },
  {
    what: "an adapter without its driver",
    facts: {
      ...MISSING,
      path: "/dev/elsewhere",
      ports: [],
      unboundAdapters: [{ vid: "10c4", pid: "ea60", driver: "cp210x" }],
    },
    id: "not-found",
    severity: "problem",
    says: /There is no/,
    fix: "sudo modprobe cp210x",
  },
  {
    what: "a node that is no terminal",
    facts: { ...MISSING, node: { ...(MISSING.node ?? fail()), kind: "other" } },
    id: "not-found",
    severity: "problem",
    says: /not a serial port/,
  },
  {
    what: "a user who is not in the group",
    facts: { user: { name: "bob", uid: 1001, groups: [1001], memberOf: [] } },
    id: "permission",
    severity: "problem",
    says: /may not open/,
    fix: "sudo usermod -aG dialout bob",
  },
  {
    what: "a user whose session is older than the membership",
    facts: { user: { name: "bob", uid: 1001, groups: [1001], memberOf: ["dialout"] } },
    id: "permission",
    severity: "problem",
    says: /session is older/,
    fix: "newgrp dialout",
  },
  {
    what: "a container without the right",
    facts: {
      user: { name: "bob", uid: 1001, groups: [1001], memberOf: [] },
      system: { ...HEALTHY.system, isContainer: true },
    },
    id: "permission",
    severity: "problem",
    says: /may not open/,
    fix: "docker run --device /dev/ttyUSB0 …",
  },
  {
    what: "a node that gives its group no right",
    facts: {
      user: { name: "bob", uid: 1001, groups: [1001, 20], memberOf: ["dialout"] },
      node: { ...(HEALTHY.node ?? fail()), mode: 0o600 },
    },
    id: "permission",
    severity: "problem",
    says: /may not open|session is older/,
    fix: "sudo chmod g+rw /dev/ttyUSB0",
  },
  {
    what: "another program that has the port open",
    facts: { holders: [other] },
    id: "busy",
    severity: "warning",
    says: /held by minicom \(pid 4711\)/,
    fix: "kill 4711",
  },
  {
    what: "another program that holds a lock",
    facts: { holders: [{ ...other, hasLock: true }] },
    id: "busy",
    severity: "problem",
    says: /held by minicom/,
  },
  {
    what: "ModemManager as the holder",
    facts: { holders: [{ ...other, name: "ModemManager" }] },
    id: "busy",
    severity: "warning",
    says: /ModemManager/,
    fix: "sudo systemctl stop ModemManager",
  },
  {
    what: "a holder that this user cannot see",
    facts: {
      inspections: [],
      failure: { name: "PortBusyError", code: "EBUSY", message: "Cannot look: busy (EBUSY)" },
    },
    id: "busy",
    severity: "problem",
    says: /cannot see/,
    fix: "sudo fuser -v /dev/ttyUSB0",
  },
  {
    what: "ModemManager without a rule",
    facts: { modemManager: { pid: 12, ignoresDevice: false } },
    id: "modem-manager",
    severity: "warning",
    says: /ModemManager may open/,
    fix: `echo 'SUBSYSTEM=="tty", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", ENV{ID_MM_DEVICE_IGNORE}="1"' | sudo tee /etc/udev/rules.d/99-no-modemmanager.rules`,
  },
  {
    what: "ModemManager with a rule",
    facts: { modemManager: { pid: 12, ignoresDevice: true } },
    id: "modem-manager",
    severity: "ok",
    says: /a rule keeps it away/,
  },
  {
    what: "a device that went away during the look",
    facts: {
      inspections: [],
      failure: { name: "SerialDisconnectedError", code: "EIO", message: "gone (EIO)" },
    },
    id: "disconnected",
    severity: "problem",
    says: /is gone/,
  },
  {
    what: "a kernel that saw the device reset",
    facts: { kernelLog: ["usb 1-1.4: reset full-speed USB device number 7"] },
    id: "disconnected",
    severity: "warning",
    says: /kernel has seen/,
  },
  {
    what: "an adapter that may be suspended",
    facts: { adapter: { ...(HEALTHY.adapter ?? fail()), powerControl: "auto" } },
    id: "disconnected",
    severity: "note",
    says: /power management/,
    fix: "echo on | sudo tee /sys/bus/usb/devices/1-1.4/power/control",
  },
  {
    what: "a rate that the driver replaced",
    facts: { rate: { asked: 3_500_000, taken: 9600, failure: undefined } },
    id: "custom-baud",
    severity: "problem",
    says: /nearest standard rate is 3000000/,
    fix: "npx anyserial doctor /dev/ttyUSB0 --baud 3000000",
  },
  {
    what: "a rate that the driver takes",
    facts: { rate: { asked: 250_000, taken: 250_000, failure: undefined } },
    id: "custom-baud",
    severity: "ok",
    says: /takes 250000 baud/,
  },
  {
    what: "framing errors that rise",
    facts: {
      inspections: [LOOK, look({ lineErrors: { ...(LOOK.lineErrors ?? fail()), framing: 40 } })],
    },
    id: "no-data",
    severity: "problem",
    says: /rate, parity or stop bits/,
  },
  {
    what: "characters that are lost",
    facts: {
      inspections: [LOOK, look({ lineErrors: { ...(LOOK.lineErrors ?? fail()), overrun: 2 } })],
    },
    id: "no-data",
    severity: "problem",
    says: /are lost/,
  },
  {
    what: "line mode set by another program",
    facts: {
      holders: [other],
      inspections: [LOOK, look({ terminal: { ...LOOK.terminal, canonical: true } })],
    },
    id: "no-data",
    severity: "problem",
    says: /whole lines only/,
    fix: "stty -F /dev/ttyUSB0 raw -echo",
  },
  {
    what: "CTS held low under hardware flow control",
    facts: {
      inspections: [
        LOOK,
        look({
          settings: {
            ...LOOK.settings,
            flowControl: { xonXoff: false, rtsCts: true, dtrDsr: false },
          },
          modemLines: { cts: false, dsr: true, ri: false, dcd: false },
        }),
      ],
    },
    id: "no-data",
    severity: "warning",
    says: /holds CTS low/,
  },
  {
    what: "bytes that the holder does not read",
    facts: { holders: [other], inspections: [LOOK, look({ inputWaiting: 512 })] },
    id: "no-data",
    severity: "warning",
    says: /512 bytes wait/,
  },
  {
    what: "two readers",
    facts: { holders: [other, { ...other, pid: 4712, name: "screen" }] },
    id: "concurrent-readers",
    severity: "problem",
    says: /2 programs/,
    fix: "kill 4712",
  },
  {
    what: "an output queue that does not move",
    facts: { inspections: [look({ outputWaiting: 4096 }), look({ outputWaiting: 4096 })] },
    id: "send-never-waits",
    severity: "problem",
    says: /does not move/,
  },
  {
    what: "an output queue that is full",
    facts: { inspections: [look({ isWritable: false }), look({ isWritable: false })] },
    id: "send-never-waits",
    severity: "problem",
    says: /does not move/,
  },
  {
    what: "an FTDI timer at its default",
    facts: { adapter: { ...(HEALTHY.adapter ?? fail()), latencyTimerMs: 16 } },
    id: "latency",
    severity: "warning",
    says: /up to 16 ms/,
    fix: "echo 1 | sudo tee /sys/class/tty/ttyUSB0/device/latency_timer",
  },
  {
    what: "a program that does not read its port",
    facts: { openPorts: [{ path: "/dev/ttyUSB0", pid: 9, name: "node", unreadBytes: 77 }] },
    id: "unclosed",
    severity: "warning",
    says: /do not read/,
    fix: "kill 9",
  },
  {
    what: "a machine without ports",
    facts: { path: undefined, ports: [] },
    id: "discovery-empty",
    severity: "note",
    says: /no serial port/,
    fix: "npx anyserial list --backend udev",
  },
  {
    what: "a container without sysfs",
    facts: { ports: [], system: { ...HEALTHY.system, hasSysfs: false, isContainer: true } },
    id: "discovery-empty",
    severity: "warning",
    says: /no serial port/,
    fix: "docker run --device /dev/ttyUSB0 -v /sys:/sys:ro …",
  },
  {
    what: "WSL",
    facts: { path: undefined, ports: [], system: { ...HEALTHY.system, isWsl: true } },
    id: "discovery-empty",
    severity: "note",
    says: /no serial port/,
    fix: "usbipd list",
  },
];

for (const { what, facts, id, severity, says, fix } of ROWS) {
  test(`${id} speaks of ${what}`, () => {
    const finding = findingOf(id, { ...HEALTHY, ...facts });

    equal(finding?.severity, severity);
    match(finding?.summary ?? "", says);
    if (fix !== undefined) equal(finding?.fix[0]?.command, fix);
    if (severity === "problem" || severity === "warning") {
      ok((finding?.evidence.length ?? 0) > 0, "it shows what it saw");
      ok(finding?.hint !== undefined, "it says what to do");
    }
  });
}

test("diagnose() finds nothing wrong with a healthy port", () => {
  const severe = diagnose(HEALTHY).filter(({ severity }) => severity !== "ok");

  deepEqual(
    severe.map(({ id }) => id),
    ["rs485"], // a note: FTDI's driver has none
  );
});

test("diagnose() puts the most likely cause first", () => {
  const findings = diagnose({ ...HEALTHY, holders: [{ ...other, hasLock: true }] });

  equal(findings[0]?.id, "busy");
  equal(findings.at(-1)?.severity, "ok");
});

test("diagnose() never offers to run a command through a shell", () => {
  const findings = ROWS.flatMap(({ facts }) => diagnose({ ...HEALTHY, ...facts }));

  for (const { run } of findings.flatMap(({ fix }) => fix)) {
    ok(run === undefined || ["sudo", "kill"].includes(run[0] ?? ""), run?.join(" "));
  }
});

test("modem-manager is silent where the device is not on USB", () => {
  const facts = { ...HEALTHY, info: { ...FT232R, vid: undefined }, modemManager: manager() };

  equal(findingOf("modem-manager", facts), undefined);
});

test("the windows checks are silent on Linux", () => {
  const ids = diagnose(HEALTHY).map(({ id }) => id);

  ok(!ids.some((id) => id.startsWith("windows-")));
});

function findingOf(id: CheckId, facts: Facts): Finding | undefined {
  return diagnose(facts).find((finding) => finding.id === id);
}

function manager(): NonNullable<Facts["modemManager"]> {
  return { pid: 12, ignoresDevice: false };
}

function fail(): never {
  throw new Error("the recorded facts lack it");
}
