// USB adapters that are plugged in and have no driver: known by their vendor, from sysfs.

import { join } from "node:path";
import type { UnboundAdapterFacts } from "../facts.ts";
import { linkOf, namesIn, textOf } from "./read.ts";

/** Drivers by USB vendor id; from the id tables of Linux 6.12, drivers/usb/serial. */
const DRIVERS: Readonly<Record<string, string>> = {
  "0403": "ftdi_sio",
  "10c4": "cp210x",
  "1a86": "ch341",
  "067b": "pl2303",
};

/** Finds adapters with interfaces that no driver has claimed. */
export async function gatherUnboundAdapters(
  sysfs: string = "/sys",
): Promise<UnboundAdapterFacts[]> {
  const root = join(sysfs, "bus/usb/devices");
  const names = await namesIn(root);
  const adapters = await Promise.all(
    names
      .filter((name) => !name.includes(":"))
      .map(async (name) => {
        const vid = await textOf(join(root, name, "idVendor"));
        const driver = DRIVERS[vid ?? ""];
        if (vid === undefined || driver === undefined) return undefined;
        const interfaces = names.filter((other) => other.startsWith(`${name}:`));
        const bound = await Promise.all(interfaces.map((one) => linkOf(join(root, one, "driver"))));
        if (bound.some((link) => link !== undefined)) return undefined;
        return { vid, pid: (await textOf(join(root, name, "idProduct"))) ?? "", driver };
      }),
  );
  return adapters.filter((adapter) => adapter !== undefined);
}
