// not-found: nothing at the path, a link to nothing, or something that is no serial port.

import { hintFor } from "anyserial/internal";
import type { Facts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";
import { nearestPath } from "../nearest.ts";
import { quote } from "../shell.ts";
import { checkNotFoundOnWindows } from "./windows-not-found.ts";

/** Drivers as the kernel log names them. */
const DRIVER = /\b(ftdi_sio|cp210x|ch341|pl2303|cdc_acm)\b/;

const LIST_USB: Fix = {
  command: "system_profiler SPUSBDataType",
  note: "does the bus see the adapter? Then it has no driver, or one to be allowed in System Settings",
};

/** Checks the file at the path. */
export function checkNotFound(facts: Facts): readonly Finding[] {
  if (facts.system.platform === "win32") return checkNotFoundOnWindows(facts);
  const { path, node, ports, danglingLinks } = facts;
  if (path === undefined || node === undefined || node.kind === "device") return [];
  const paths = [...new Set([...ports.map((port) => port.path), ...facts.siblings])];
  const nearest = nearestPath(path, paths);
  const evidence = [
    ...(node.kind === "dangling-link"
      ? [`${path} is a link to ${node.target}, which is missing`]
      : []),
    ...(node.kind === "other" ? [`${path} exists and is no terminal device`] : []),
    ...(node.kind === "missing" ? [`there is nothing at ${path}`] : []),
    paths.length === 0
      ? "there is no visible serial port"
      : `ports that exist: ${paths.join(", ")}`,
    ...danglingLinks.filter((link) => link !== path).map((link) => `${link} leads nowhere`),
    ...facts.unboundAdapters.map(
      ({ vid, pid, driver }) => `USB ${vid}:${pid} is plugged in and has no driver (${driver})`,
    ),
    ...(facts.kernelLog ?? []).slice(-3).map((line) => `kernel: ${line}`),
  ];
  return [
    {
      id: "not-found",
      severity: "problem",
      summary: summaryOf(node.kind, path, nearest),
      evidence,
      hint: hintFor("PortNotFoundError", node.kind === "other" ? "ENOTTY" : "ENOENT", { path }),
      fix: fixes(facts, nearest),
    },
  ];
}

function summaryOf(kind: string, path: string, nearest: string | undefined): string {
  const what =
    kind === "dangling-link"
      ? `${path} is a link whose device is gone`
      : kind === "other"
        ? `${path} is not a serial port`
        : `There is no ${path}`;
  return nearest === undefined ? what : `${what}; did you mean ${nearest}?`;
}

function fixes(facts: Facts, nearest: string | undefined): Fix[] {
  const fix: Fix[] = [];
  if (nearest !== undefined) fix.push({ command: `npx anyserial monitor ${quote(nearest)}` });
  for (const { driver } of facts.unboundAdapters) fix.push(loadDriver(driver));
  if (facts.system.platform === "darwin") fix.push(LIST_USB);
  if (facts.ports.length === 0 && facts.system.platform === "linux") {
    fix.push({ command: "lsusb", note: "does the bus see the adapter at all?" });
    const named = (facts.kernelLog ?? []).map((line) => DRIVER.exec(line)?.[1]).find(Boolean);
    if (named !== undefined) fix.push(loadDriver(named));
  }
  return fix;
}

function loadDriver(driver: string): Fix {
  return { command: `sudo modprobe ${driver}`, run: ["sudo", "modprobe", driver] };
}
