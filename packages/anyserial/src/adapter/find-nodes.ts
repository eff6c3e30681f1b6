// The device nodes of an adapter that the kernel of this machine has found, by its place on the bus.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { clockMs, setTimeout } from "../process/timers.ts";

const DEVICES = "/sys/bus/usb/devices";
/** Loading a driver may take this long on a busy machine. */
const DRIVER_MS = 20_000;
const ASK_MS = 20;

/**
 * Waits until a driver has made the nodes of a device: the kernel has no event that a user may wait for.
 *
 * @param busid The kernel's name of the device, such as `3-1`.
 * @param count Nodes that it has.
 * @returns Their paths in the order of the interfaces; fewer after 20 seconds.
 */
export async function findNodes(busid: string, count: number): Promise<string[]> {
  const end = clockMs() + DRIVER_MS;
  for (;;) {
    const found = nodesOf(busid);
    if ((found.length >= count && found.every((node) => existsSync(node))) || clockMs() > end) {
      return found;
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, ASK_MS);
    });
  }
}

/** A driver of usbserial has a folder of its own in between. */
function nodesOf(busid: string): string[] {
  const interfaces = list(DEVICES).filter((name) => name.startsWith(`${busid}:`));
  const numberOf = (name: string): number => Number(name.slice(name.lastIndexOf(".") + 1));
  return interfaces
    .sort((one, other) => numberOf(one) - numberOf(other))
    .flatMap((name) => {
      const folder = join(DEVICES, name);
      const drivers = list(folder).filter((entry) => /^ttyUSB\d+$/.test(entry));
      return [...drivers, ...list(join(folder, "tty"))];
    })
    .map((tty) => `/dev/${tty}`);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there yet, or gone
  }
}
