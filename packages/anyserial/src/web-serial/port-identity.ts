// Which device a port belongs to, so that one that is plugged in again is the same port. Pure.

import type { PortInfo } from "../model/port-info.ts";

/** Returns whether two records are of one device, wherever it is plugged in. */
export function isSameDevice(a: PortInfo, b: PortInfo): boolean {
  return identityOf(a) === identityOf(b);
}

/** A device with a serial number is known anywhere, one without it at its USB socket, any other at its path. */
function identityOf({ vid, pid, serialNumber, location, path }: PortInfo): string {
  if (vid === undefined) return path;
  const place = location ?? path;
  const device = serialNumber === undefined ? [place] : [serialNumber, interfaceOf(place)];
  return JSON.stringify([vid, pid, ...device]);
}

/** A device with several ports has one for each USB interface: `1-1.4:1.2`. */
function interfaceOf(location: string): string {
  const at = location.lastIndexOf(":");
  return at === -1 ? "" : location.slice(at);
}
