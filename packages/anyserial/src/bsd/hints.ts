// What to do when a port of a BSD does not open: in place of the general hint. Pure.

import type { BsdVariant } from "./variant.ts";

/** How root puts a user into the group that has the ports. */
const JOIN_GROUP: Readonly<Record<BsdVariant, string>> = {
  freebsd: "pw groupmod dialer -m NAME",
  dragonfly: "pw groupmod dialer -m NAME",
  openbsd: "usermod -G dialer NAME",
  netbsd: "usermod -G dialer NAME",
};

/**
 * Finds what to say when a port does not open.
 *
 * @param variant The system.
 * @param path Path of the port.
 * @param code Name of the error number.
 * @returns A sentence without a full stop, or `undefined` where the general one will do.
 */
export function openHint(variant: BsdVariant, path: string, code: string): string | undefined {
  switch (code) {
    case "EACCES":
      return `add your user to the group that owns ${path}, which ls -l names (often "dialer": as root, ${JOIN_GROUP[variant]}), then log out and in again`;
    case "ENXIO":
      return `there is no hardware behind ${path}: the node stays when an adapter is unplugged; dmesg names the one that was attached`;
    case "EBUSY":
      return `close the program that has ${path} or its twin open (a port has a node to call out and one to dial in, and one is open at a time): fstat ${path} names it`;
    default:
      return undefined;
  }
}
