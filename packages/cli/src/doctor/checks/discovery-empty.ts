// discovery-empty: no ports in the list, and why that may be.

import type { Facts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";

/** Looks at why discovery sees nothing. */
export function checkDiscoveryEmpty({ path, ports, system }: Facts): readonly Finding[] {
  if (system.platform === "darwin") return ports.length > 0 ? [] : [onMac()];
  if (ports.length > 0 || (path !== undefined && system.hasSysfs)) return [];
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
        : "plug a device in; in a container, give it the device and /sys; or list by another backend",
      fix: fixes(system),
    },
  ];
}

function onMac(): Finding {
  return {
    id: "discovery-empty",
    severity: "note",
    summary: "Discovery finds no serial port",
    evidence: ["IOKit shows no service of class IOSerialBSDClient"],
    hint: "plug a device in; a driver that came with it waits to be allowed in System Settings",
    fix: [
      { command: "system_profiler SPUSBDataType", note: "does the bus see the adapter at all?" },
    ],
  };
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
