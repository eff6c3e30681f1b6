// discovery-empty: no ports in the list, and why that may be.

import type { Facts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";

/** Checks why discovery finds no port. */
export function checkDiscoveryEmpty({ path, ports, system }: Facts): readonly Finding[] {
  if (ports.length > 0 || system.platform !== "linux") return elsewhere(path, ports, system);
  if (path !== undefined && system.hasSysfs) return [];
  const evidence = [
    system.hasSysfs
      ? "/sys/class/tty is readable and has no port"
      : "/sys/class/tty is not readable",
    ...(system.isContainer ? ["this is a container"] : []),
    ...(system.isWsl ? ["this is WSL, which shows no USB device by itself"] : []),
  ];
  return [
    {
      id: "discovery-empty",
      severity: system.hasSysfs ? "note" : "warning",
      summary: "Discovery finds no serial port",
      evidence,
      hint: system.isWsl
        ? "attach the adapter to WSL with usbipd on the Windows side"
        : "plug a device in; in a container, give it the device and /sys; or list with another backend",
      fix: fixes(system),
    },
  ];
}

/**
 * Source of discovery on other systems, and a command that shows whether the bus has the adapter.
 */
const SOURCES: Readonly<Record<string, readonly [seen: string, command: string]>> = {
  win32: ["SetupAPI and the registry know no serial port", "devmgmt.msc"],
  darwin: ["IOKit shows no service of class IOSerialBSDClient", "system_profiler SPUSBDataType"],
  freebsd: ["there is no /dev/cuaU* and no /dev/cuau*", "usbconfig list"],
  dragonfly: ["there is no /dev/cuaU* and no /dev/cuau*", "usbconfig list"],
  openbsd: ["there is no /dev/cuaU* that works", "usbdevs -v"],
  netbsd: ["there is no /dev/dtyU* that works", "usbdevs -v"],
};

function elsewhere(
  path: string | undefined,
  ports: Facts["ports"],
  { platform }: Facts["system"],
): readonly Finding[] {
  const source = SOURCES[platform];
  if (ports.length > 0 || path !== undefined || source === undefined) return [];
  const [seen, command] = source;
  return [
    {
      id: "discovery-empty",
      severity: "note",
      summary: "Discovery finds no serial port",
      evidence: [seen],
      hint: "plug a device in; an adapter that the bus sees and that is no port lacks its driver",
      fix: [{ command, note: "does the system see the adapter at all?" }],
    },
  ];
}

function fixes(system: Facts["system"]): Fix[] {
  if (system.isWsl) {
    return [
      { command: "usbipd list", note: "in Windows, to find the bus id" },
      { command: "usbipd attach --wsl --busid BUSID", note: "in Windows" },
    ];
  }
  if (system.isContainer) {
    return [{ command: "docker run --device /dev/ttyUSB0 -v /sys:/sys:ro …" }];
  }
  return [{ command: "npx anyserial list --backend udev" }];
}
