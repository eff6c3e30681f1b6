// windows-*: the Win32 counterparts, decided on the same facts.

import { hintFor } from "anyserial/internal";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { devicesNamed, nameOf } from "./windows-device.ts";

const DIALOG =
  "Device Manager, the port, Properties, Port Settings, Advanced: Latency Timer (msec) to 1, then plug it in again";
const FTDI = 0x0403;
const TOLERANCE = 0.03;

/** Another program has the COM port: there is no sharing on Windows. */
export function checkWindowsBusy({
  path,
  system,
  failure,
  inspections,
}: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined) return [];
  if (inspections.length > 0) {
    const summary = `No other program has ${path} open`;
    return [{ id: "windows-busy", severity: "ok", summary, evidence: [], fix: [] }];
  }
  if (failure?.name !== "PortBusyError") return [];
  return [
    {
      id: "windows-busy",
      severity: "problem",
      summary: `Another program has ${path} open`,
      evidence: [failure.message],
      hint: failure.hint ?? hintFor("PortBusyError", "EBUSY", { path }),
      fix: [
        {
          command: `handle.exe ${nameOf(path)}`,
          note: "Sysinternals, as administrator; or Resource Monitor, CPU, Associated Handles",
        },
        {
          command: "reg query HKLM\\HARDWARE\\DEVICEMAP\\SERIALCOMM",
          note: `the name left of ${nameOf(path)} is the kernel's name: use it where ${nameOf(path)} is not found`,
        },
      ],
    },
  ];
}

/** COM10 and above need the prefix of the device namespace in other programs. */
export function checkWindowsCom10({ path, system }: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined || !/^COM\d{2,}:?$/i.test(path)) return [];
  return [
    {
      id: "windows-com10",
      severity: "note",
      summary: `${path} alone names a file in other programs; anyserial adds the prefix itself`,
      evidence: [`${path} has two or more digits`],
      hint: `write \\\\.\\${path} where another program is given the path`,
      fix: [],
    },
  ];
}

/** The timer of FTDI's driver is set in a dialog only. */
export function checkWindowsLatency(facts: Facts): readonly Finding[] {
  const { path, system, info, devices } = facts;
  if (system.platform !== "win32" || path === undefined || info?.vid !== FTDI) return [];
  const timerMs = devicesNamed(devices, path).find(({ present }) => present)?.latencyTimerMs;
  const evidence = [
    "the adapter is from FTDI (0403)",
    ...(timerMs === undefined ? [] : [`LatencyTimer is ${timerMs} in the registry`]),
  ];
  if (timerMs !== undefined && timerMs <= 1) {
    const summary = "Received bytes are delivered at once";
    return [{ id: "windows-latency", severity: "ok", summary, evidence, fix: [] }];
  }
  return [
    {
      id: "windows-latency",
      severity: timerMs === undefined ? "note" : "warning",
      summary:
        timerMs === undefined
          ? "FTDI's driver holds received bytes back for 16 ms unless its dialog says otherwise"
          : `FTDI's driver holds received bytes back for up to ${timerMs} ms`,
      evidence,
      hint: DIALOG,
      fix: [],
    },
  ];
}

/** A driver that refuses a rate answers with ERROR_INVALID_PARAMETER. */
export function checkWindowsBaud({ path, system, rate }: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined || rate === undefined) return [];
  const { asked, taken, failure } = rate;
  const isTaken = taken !== undefined && Math.abs(taken - asked) / asked <= TOLERANCE;
  if (isTaken) {
    const evidence = [`the driver reports ${taken} baud; it may produce another rate on the line`];
    const summary = `The driver takes ${asked} baud`;
    return [{ id: "windows-baud", severity: "ok", summary, evidence, fix: [] }];
  }
  return [
    {
      id: "windows-baud",
      severity: "problem",
      summary:
        taken === undefined
          ? `The driver refuses ${asked} baud`
          : `The driver sets ${taken} baud instead of ${asked}`,
      evidence: failure === undefined ? [`the driver took ${taken} baud`] : [failure.message],
      hint: failure?.hint ?? hintFor("UnsupportedConfigurationError", "EINVAL", { path }),
      fix: [],
    },
  ];
}
