// windows-*: the Win32 counterparts, decided on the same facts.

import { hintFor } from "anyserial";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

const DIALOG =
  "Device Manager, the port, Properties, Port Settings, Advanced: Latency Timer (msec) to 1";

/** Another program has the COM port: there is no sharing on Windows. */
export function checkWindowsBusy({ path, system, failure }: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined) return [];
  if (failure?.name !== "PortBusyError") return [];
  return [
    {
      id: "windows-busy",
      severity: "problem",
      summary: `Another program has ${path} open`,
      evidence: [failure.message],
      hint: hintFor("PortBusyError", "EBUSY", { path }),
      fix: [
        {
          command: `handle.exe ${path}`,
          note: "Sysinternals; or Resource Monitor, CPU, Associated Handles",
        },
      ],
    },
  ];
}

/** COM10 and above need the prefix of the device namespace in other programs. */
export function checkWindowsCom10({ path, system }: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined || !/^COM\d{2,}$/i.test(path)) return [];
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
export function checkWindowsLatency({ path, system, info }: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined || info?.vid !== 0x0403) return [];
  return [
    {
      id: "windows-latency",
      severity: "note",
      summary: "FTDI's driver keeps received bytes back for 16 ms unless its dialog says otherwise",
      evidence: ["the adapter is from FTDI (0403)"],
      hint: DIALOG,
      fix: [],
    },
  ];
}

/** A driver that refuses a rate answers with ERROR_INVALID_PARAMETER. */
export function checkWindowsBaud({ path, system, rate }: Facts): readonly Finding[] {
  if (system.platform !== "win32" || path === undefined || rate === undefined) return [];
  if (rate.failure === undefined) return [];
  return [
    {
      id: "windows-baud",
      severity: "problem",
      summary: `The driver refuses ${rate.asked} baud`,
      evidence: [rate.failure.message],
      hint: hintFor("UnsupportedConfigurationError", "EINVAL", { path }),
      fix: [],
    },
  ];
}
