// The facts that the doctor reads of a system, on trees of the test's own.

import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { gatherAdapter, isIgnoredByModemManager } from "../../../dist/doctor/gather/adapter.js";
import { gatherDanglingLinks, gatherNode } from "../../../dist/doctor/gather/node.js";
import {
  gatherProcesses,
  holdersOf,
  makerOf,
  modemManagerOf,
  openPortsOf,
} from "../../../dist/doctor/gather/processes.js";
import { gatherUnboundAdapters } from "../../../dist/doctor/gather/usb.js";
import { FT232R } from "../../helpers/doctor-facts.ts";

/** A process that has descriptors open. */
function makeProcess(proc: string, pid: number, fds: Record<string, string>): void {
  mkdirSync(join(proc, String(pid), "fd"), { recursive: true });
  for (const [fd, target] of Object.entries(fds)) {
    symlinkSync(target, join(proc, String(pid), "fd", fd));
  }
  writeFileSync(join(proc, String(pid), "comm"), "minicom\n");
  writeFileSync(join(proc, String(pid), "cmdline"), "minicom\0-D\0/dev/ttyUSB0\0");
}

test("gatherProcesses() distinguishes ports from the terminals of standard streams", async (t) => {
  const proc = temporaryFolder(t);
  makeProcess(proc, 41, { "0": "/dev/pts/1", "5": "/dev/ttyUSB0", "6": "/etc/hosts" });

  const [process] = await gatherProcesses(proc);

  equal(process?.command, "minicom -D /dev/ttyUSB0");
  deepEqual([...(process?.devices ?? [])], ["/dev/ttyUSB0"]);
  deepEqual([...(process?.terminals ?? [])], ["/dev/pts/1"]);
});

test("holdersOf() names who has the device open, in order of pid", async (t) => {
  const proc = temporaryFolder(t);
  makeProcess(proc, 90, { "5": "/dev/ttyUSB9" });
  makeProcess(proc, 41, { "5": "/dev/ttyUSB9" });
  makeProcess(proc, 42, { "5": "/dev/ttyUSB8" });

  const holders = await holdersOf("/dev/ttyUSB9", await gatherProcesses(proc), proc);

  deepEqual(
    holders.map(({ pid, hasLock }) => ({ pid, hasLock })),
    [
      { pid: 41, hasLock: false },
      { pid: 90, hasLock: false },
    ],
  );
});

test("holdersOf() sees an flock in the kernel's table", async (t) => {
  const proc = temporaryFolder(t);
  const device = join(proc, "device");
  writeFileSync(device, "");
  makeProcess(proc, 41, { "0": device });
  const { ino } = statSync(device);
  writeFileSync(join(proc, "locks"), `1: FLOCK  ADVISORY  WRITE 41 00:05:${ino} 0 EOF\n`);
  const processes = [
    {
      pid: 41,
      name: "x",
      command: "x",
      uid: 0,
      devices: new Set([device]),
      ptys: new Set<number>(),
      terminals: new Set(""),
    },
  ];

  const [holder] = await holdersOf(device, processes, proc);

  equal(holder?.hasLock, true);
});

test("makerOf() names who has the controller of a pty open", async (t) => {
  const proc = temporaryFolder(t);
  makeProcess(proc, 41, { "5": "/dev/ptmx", "6": "/dev/pts/ptmx" });
  mkdirSync(join(proc, "41/fdinfo"));
  writeFileSync(join(proc, "41/fdinfo/5"), "pos:\t0\nflags:\t02100002\ntty-index:\t7\n");
  const processes = await gatherProcesses(proc);

  const maker = { pid: 41, name: "minicom", command: "minicom -D /dev/ttyUSB0" };
  deepEqual(makerOf("/dev/pts/7", processes), maker);
  equal(makerOf("/dev/pts/8", processes), undefined);
  equal(makerOf("/dev/ttyUSB7", processes), undefined);
  equal(makerOf(undefined, processes), undefined);
});

test("openPortsOf() asks for the ports of one user only", async (t) => {
  const proc = temporaryFolder(t);
  makeProcess(proc, 41, { "5": "/dev/ttyUSB0" });
  const processes = await gatherProcesses(proc);
  const uid = processes[0]?.uid ?? -1;

  const own = await openPortsOf(uid, processes, async () => 7);
  const others = await openPortsOf(uid + 1, processes, async () => 7);

  deepEqual(own, [{ path: "/dev/ttyUSB0", pid: 41, name: "minicom", unreadBytes: 7 }]);
  deepEqual(others, []);
});

test("modemManagerOf() finds the daemon by its name", () => {
  const base = {
    command: "",
    uid: 0,
    devices: new Set(""),
    ptys: new Set<number>(),
    terminals: new Set(""),
  };

  equal(modemManagerOf([{ ...base, pid: 1, name: "init" }], false), undefined);
  deepEqual(modemManagerOf([{ ...base, pid: 7, name: "ModemManager" }], false), {
    pid: 7,
    ignoresDevice: false,
  });
});

test("gatherAdapter() finds the FTDI timer, and power management of the USB device above", async (t) => {
  const sysfs = temporaryFolder(t);
  const usb = join(sysfs, "devices/usb1/1-1");
  const port = join(usb, "1-1:1.0/ttyUSB0");
  mkdirSync(join(usb, "power"), { recursive: true });
  mkdirSync(port, { recursive: true });
  mkdirSync(join(sysfs, "class/tty/ttyUSB0"), { recursive: true });
  symlinkSync(port, join(sysfs, "class/tty/ttyUSB0/device"));
  writeFileSync(join(port, "latency_timer"), "16\n");
  writeFileSync(join(usb, "idVendor"), "0403\n");
  writeFileSync(join(usb, "power/control"), "auto\n");

  const adapter = await gatherAdapter("/dev/ttyUSB0", FT232R, sysfs);

  equal(adapter.latencyTimerMs, 16);
  equal(adapter.powerControl, "auto");
  equal(adapter.driver, "ftdi_sio");
});

test("gatherAdapter() knows nothing of a port without sysfs", async (t) => {
  const adapter = await gatherAdapter("/dev/ttyUSB0", undefined, temporaryFolder(t));

  equal(adapter.latencyTimerMs, undefined);
  equal(adapter.powerControl, undefined);
});

test("isIgnoredByModemManager() reads the rules for the vendor of the device", async (t) => {
  const rules = temporaryFolder(t);

  equal(await isIgnoredByModemManager(FT232R, [rules]), false);
  writeFileSync(join(rules, "99.rules"), 'ATTRS{idVendor}=="0403", ENV{ID_MM_DEVICE_IGNORE}="1"\n');
  equal(await isIgnoredByModemManager(FT232R, [rules]), true);
  equal(await isIgnoredByModemManager(undefined, [rules]), undefined);
});

test("gatherNode() distinguishes a missing path, a dangling link and a file", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  symlinkSync("gone", join(folder, "link"));

  equal((await gatherNode(join(folder, "missing"))).kind, "missing");
  equal((await gatherNode(join(folder, "link"))).kind, "dangling-link");
  equal((await gatherNode(join(folder, "link"))).target, "gone");
  equal((await gatherNode(join(folder, "file"))).kind, "other");
  equal((await gatherNode("/dev/null")).kind, "device");
});

test("gatherDanglingLinks() lists links of udev that lead nowhere", async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, "by-id"));
  symlinkSync("/dev/null", join(root, "by-id/good"));
  symlinkSync("../../ttyUSB77", join(root, "by-id/bad"));

  deepEqual(await gatherDanglingLinks(root), [join(root, "by-id/bad")]);
});

test("gatherUnboundAdapters() finds an adapter whose interfaces no driver has taken", async (t) => {
  const sysfs = temporaryFolder(t);
  const root = join(sysfs, "bus/usb/devices");
  for (const [name, vid] of [
    ["1-1", "10c4"],
    ["1-2", "0403"],
    ["1-3", "046d"],
  ] as const) {
    mkdirSync(join(root, name), { recursive: true });
    mkdirSync(join(root, `${name}:1.0`));
    writeFileSync(join(root, name, "idVendor"), `${vid}\n`);
    writeFileSync(join(root, name, "idProduct"), "ea60\n");
  }
  symlinkSync("../../drivers/ftdi_sio", join(root, "1-2:1.0/driver"));

  deepEqual(await gatherUnboundAdapters(sysfs), [{ vid: "10c4", pid: "ea60", driver: "cp210x" }]);
});
