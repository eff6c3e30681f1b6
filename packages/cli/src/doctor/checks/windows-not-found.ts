// not-found on Windows: a name that no device has, one that belongs to a device that is not plugged in or
// does not work, and, without a path, devices that do not work.

import { hintFor, type SerialDevice } from "anyserial/internal";
import type { Facts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";
import { nearestPath } from "../nearest.ts";
import { brokenDevices, devicesNamed, deviceText, nameOf, problemText } from "./windows-device.ts";

const DEVICE_MANAGER: Fix = {
  command: "devmgmt.msc",
  note: "Ports (COM & LPT), and devices with a yellow sign: see their Properties",
};
/** No driver, or one that does not load. */
const DRIVER_PROBLEMS: ReadonlySet<number> = new Set([3, 18, 19, 28, 31, 37, 39, 48, 52]);

/** Checks for a device with the name in Windows. */
export function checkNotFoundOnWindows(facts: Facts): readonly Finding[] {
  const { path, failure, devices } = facts;
  if (path === undefined) return brokenDevices(devices).map(broken);
  if (failure?.name !== "PortNotFoundError") return [];
  const named = devicesNamed(devices, path);
  const fault = brokenDevices(named)[0];
  const unplugged = named.find(({ present }) => !present);
  const paths = facts.ports.map((port) => port.path);
  const isListed = paths.some((one) => nameOf(one) === nameOf(path));
  const nearest = isListed ? undefined : nearestPath(path, paths);
  return [
    {
      id: "not-found",
      severity: "problem",
      summary: summaryOf(path, { fault, unplugged, nearest, isListed }),
      evidence: evidenceOf(facts, named),
      hint: hintOf(facts, fault),
      fix: [
        ...(nearest === undefined ? [] : [{ command: `npx anyserial monitor ${nearest}` }]),
        ...(brokenDevices(devices).length > 0 ? [DEVICE_MANAGER] : []),
      ],
    },
  ];
}

interface Reasons {
  readonly fault: SerialDevice | undefined;
  readonly unplugged: SerialDevice | undefined;
  readonly nearest: string | undefined;
  readonly isListed: boolean;
}

function summaryOf(path: string, { fault, unplugged, nearest, isListed }: Reasons): string {
  if (fault !== undefined) return `${path} is ${deviceText(fault)}: ${problemText(fault)}`;
  if (unplugged !== undefined)
    return `${path} is ${deviceText(unplugged)}, which is not plugged in`;
  if (isListed)
    return `${path} is in the list of ports and cannot be opened: its driver has no device`;
  if (path.includes("/dev/"))
    return `${path} is no name of a port: on Windows they are COM1, COM2, …`;
  const what = `There is no ${nameOf(path)}`;
  return nearest === undefined ? what : `${what}; did you mean ${nearest}?`;
}

function evidenceOf({ ports, devices, failure }: Facts, named: readonly SerialDevice[]): string[] {
  const known = new Set(named);
  const others = brokenDevices(devices).filter((device) => !known.has(device));
  return [
    ...(failure === undefined ? [] : [failure.message]),
    ports.length === 0
      ? "there is no visible serial port"
      : `ports that exist: ${ports.map((port) => port.path).join(", ")}`,
    ...named.map((device) => `${device.id}: ${stateText(device)}`),
    ...others.map((device) => `${deviceText(device)} is plugged in: ${problemText(device)}`),
  ];
}

function stateText(device: SerialDevice): string {
  if (!device.present) return `had the name ${device.path} and is not plugged in`;
  return device.problem === 0 ? "plugged in" : problemText(device);
}

function hintOf({ path, failure }: Facts, fault: SerialDevice | undefined): string | undefined {
  if (fault?.problem === 22) return "enable the device in the Device Manager";
  if (fault !== undefined) return DRIVER_HINT;
  return failure?.hint ?? hintFor("PortNotFoundError", "ENOENT", { path });
}

const DRIVER_HINT =
  "install the driver of the chip's maker (FTDI, Silicon Labs, WCH, Prolific), then plug the adapter in again";

function broken(device: SerialDevice): Finding {
  return {
    id: "not-found",
    severity: "warning",
    summary: `${deviceText(device)} is plugged in and is no port: ${problemText(device)}`,
    evidence: [device.id],
    hint: DRIVER_PROBLEMS.has(device.problem) ? DRIVER_HINT : undefined,
    fix: [DEVICE_MANAGER],
  };
}
