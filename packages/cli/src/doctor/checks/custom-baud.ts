// custom-baud: the driver's answer to a rate.

import { hintFor } from "anyserial/internal";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { quote } from "../shell.ts";

const STANDARD = [
  300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1000000,
  1500000, 2000000, 3000000, 4000000,
];
const TOLERANCE = 0.03;

/** Checks the requested rate. */
export function checkCustomBaud({ path, rate, info, system }: Facts): readonly Finding[] {
  if (path === undefined || rate === undefined || system.platform === "win32") return [];
  const { asked, taken, failure } = rate;
  const evidence = [
    `asked for ${asked} baud`,
    taken === undefined ? (failure?.message ?? "refused") : `the driver took ${taken} baud`,
    ...(info?.driver === undefined ? [] : [`driver ${info.driver}`]),
  ];
  if (taken !== undefined && Math.abs(taken - asked) / asked <= TOLERANCE) {
    const summary = `The driver takes ${asked} baud`;
    return [{ id: "custom-baud", severity: "ok", summary, evidence, fix: [] }];
  }
  const nearest = nearestStandard(asked);
  return [
    {
      id: "custom-baud",
      severity: "problem",
      summary: `The driver does not support ${asked} baud; the nearest standard rate is ${nearest}`,
      evidence: [...evidence, ...adviceByDriver(info?.driver)],
      hint: hintFor("UnsupportedConfigurationError", "EINVAL", { path }),
      fix: [{ command: `npx anyserial doctor ${quote(path)} --baud ${nearest}` }],
    },
  ];
}

function nearestStandard(rate: number): number {
  return STANDARD.reduce((best, next) =>
    Math.abs(next - rate) < Math.abs(best - rate) ? next : best,
  );
}

function adviceByDriver(driver: string | undefined): string[] {
  switch (driver) {
    case "ch341":
    case "pl2303":
      return [`${driver} adapters, and clones of them, often refuse rates that are not standard`];
    case "ftdi_sio":
      return [
        "genuine FTDI chips divide 3 MHz: rates above it, or not near a divisor, are unavailable",
      ];
    default:
      return [];
  }
}
