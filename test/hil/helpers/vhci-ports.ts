// The kernel's virtual USB ports, as it shows them.

import { readdirSync, readFileSync } from "node:fs";

const FOLDER = "/sys/devices/platform/vhci_hcd.0";

/** How many virtual ports have a device. */
export function takenPorts(): number {
  const files = readdirSync(FOLDER).filter((name) => /^status(\.\d+)?$/.test(name));
  const lines = files.flatMap((name) => readFileSync(`${FOLDER}/${name}`, "utf8").split("\n"));
  return lines.filter((line) => /^(hs|ss) +\d+ +0(?!04)\d\d /.test(line)).length;
}
