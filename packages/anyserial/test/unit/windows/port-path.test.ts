import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { devicePath, portName } from "../../../dist/windows/port-path.js";

/** [as the caller writes it, name, path for CreateFileW] */
const ROWS = [
  ["COM1", "COM1", "\\\\.\\COM1"],
  ["com9", "COM9", "\\\\.\\COM9"],
  ["COM10", "COM10", "\\\\.\\COM10"],
  ["com256", "COM256", "\\\\.\\COM256"],
  ["COM3:", "COM3", "\\\\.\\COM3"],
  ["\\\\.\\COM12", "COM12", "\\\\.\\COM12"],
  ["\\\\.\\com4", "COM4", "\\\\.\\COM4"],
  ["\\\\?\\COM12", "COM12", "\\\\.\\COM12"],
  ["//./COM12", "COM12", "\\\\.\\COM12"],
  ["CNCA0", "CNCA0", "\\\\.\\CNCA0"],
  ["C:\\COM10", "C:\\COM10", "C:\\COM10"],
  ["./COM10", "./COM10", "./COM10"],
  [
    "\\\\?\\usb#vid_2341&pid_0043#1#{86e0d1e0-8089-11d0-9ce4-08003e301f73}",
    "usb#vid_2341&pid_0043#1#{86e0d1e0-8089-11d0-9ce4-08003e301f73}",
    "\\\\.\\usb#vid_2341&pid_0043#1#{86e0d1e0-8089-11d0-9ce4-08003e301f73}",
  ],
] as const;

for (const [path, name, device] of ROWS) {
  test(`portName() and devicePath() spell ${path}`, () => {
    deepEqual([portName(path), devicePath(path)], [name, device]);
  });
}
