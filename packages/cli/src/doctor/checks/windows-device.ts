// Problems that Windows reports for a device, as text, and the devices that matter to a path. Pure.

import type { SerialDevice } from "anyserial/internal";

/** Numbers of problems as the Device Manager shows them ("Code 28"). */
const PROBLEMS: Readonly<Record<number, string>> = {
  1: "it is not configured",
  3: "its driver is corrupt, or memory is short",
  10: "it cannot start",
  12: "it lacks free resources",
  14: "it works after a restart of the computer only",
  18: "its driver must be installed again",
  19: "its entry in the registry is damaged",
  21: "Windows is removing it",
  22: "it is disabled",
  24: "it is not there, or does not work",
  28: "no driver is installed for it",
  29: "the firmware disabled it",
  31: "its driver could not be loaded",
  32: "its driver is disabled",
  37: "its driver failed to start",
  39: "its driver is missing or corrupt",
  43: "it reported a failure and was stopped",
  45: "it is not plugged in",
  48: "its driver is blocked",
  52: "its driver has no valid signature",
};

/** Describes the problem of a device. */
export function problemText({ problem }: SerialDevice): string {
  return `${PROBLEMS[problem] ?? "it does not work"} (Code ${problem})`;
}

/** Names a device. */
export function deviceText(device: SerialDevice): string {
  return device.description ?? device.id;
}

/** Devices that are plugged in and do not work. */
export function brokenDevices(devices: readonly SerialDevice[]): readonly SerialDevice[] {
  return devices.filter(({ present, problem }) => present && problem !== 0);
}

/** The devices that have, or had, the name of a port. */
export function devicesNamed(
  devices: readonly SerialDevice[],
  path: string,
): readonly SerialDevice[] {
  const name = nameOf(path);
  return devices.filter((device) => device.path !== undefined && nameOf(device.path) === name);
}

/** `COM3` of `\\.\com3`. */
export function nameOf(path: string): string {
  return path.replace(/^[\\/]{2}[.?][\\/]/, "").toUpperCase();
}
