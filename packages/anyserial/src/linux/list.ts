// Ports from sysfs: a walk over class/tty, and from a tty to the hardware behind it. Ids are those of
// pySerial 3.5 (serial/tools/list_ports_linux.py). A port that goes meanwhile is left out.

import { existsSync, readdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { type UsbFacts, usbDescription, usbHardwareId } from "../hardware-id.ts";
import { createPortInfo, type PortInfo } from "../port-info.ts";
import { type StablePaths, stablePaths } from "./stable-paths.ts";
import { linkName, linkTarget, readAttribute, readAttributeNow, resolvePath } from "./sysfs.ts";

/** Where the kernel shows devices; parameters so that tests bring their own trees. */
export interface DeviceRoots {
  /** Root of sysfs, `/sys`. */
  readonly sysfs: string;
  /** Folder of the device nodes, `/dev`. */
  readonly dev: string;
}

/** Ports at work at a time: each needs up to four descriptors. */
const LANES = 8;
/** `PORT_UNKNOWN` of `<linux/serial_core.h>`: a placeholder without hardware. */
const NO_HARDWARE = "0";
/** The other numbers of `<linux/serial_core.h>` that are met. */
const UARTS: Readonly<Record<string, string>> = {
  1: "8250",
  2: "16450",
  3: "16550",
  4: "16550A",
  6: "16650",
  8: "16750",
  10: "16C950",
  12: "16850",
  32: "PL011",
};
/** Ports that have no device behind them, or none yet: Bluetooth, the gadget side of USB, tty0tty. */
const WITHOUT_DEVICE = /^(rfcomm|ttyGS|tnt)\d+$/;

/**
 * Lists the ports.
 *
 * @param roots Where to look.
 * @returns Ports whose device node is there, in no order; none where there is no sysfs.
 * @throws {@link SerialError} — there are no descriptors left.
 */
export async function listPorts(roots: DeviceRoots): Promise<PortInfo[]> {
  const names = listNames(join(roots.sysfs, "class/tty"));
  if (names === undefined) return [];
  const stable = stablePaths(roots.dev);
  const found: PortInfo[] = [];
  const runLane = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const port = await readPort(roots, name, stable);
      if (port !== undefined) found.push(port);
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  return found;
}

/**
 * Describes one port.
 *
 * @param roots Where to look.
 * @param path Path of the port, or of a link to it.
 * @returns `undefined` for what is no serial port of the kernel, such as a pty.
 * @throws {@link SerialError} — there are no descriptors left.
 */
export async function describePort(
  roots: DeviceRoots,
  path: string,
): Promise<PortInfo | undefined> {
  const [node, dev] = await Promise.all(
    [path, roots.dev].map((at) => realpath(at).catch(() => at)),
  );
  const name = relative(dev ?? "", node ?? "").replaceAll("/", "!");
  if (name === "" || name.startsWith("..") || name.startsWith("pts!")) return undefined;
  return readPort(roots, name, stablePaths(roots.dev));
}

/** Tells whether sysfs is there at all. */
export function hasSysfs({ sysfs }: DeviceRoots): boolean {
  return existsSync(join(sysfs, "class/tty"));
}

function listNames(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

async function readPort(
  roots: DeviceRoots,
  name: string,
  stable: StablePaths,
): Promise<PortInfo | undefined> {
  const classPath = join(roots.sysfs, "class/tty", name);
  const path = join(roots.dev, name.replaceAll("!", "/")); // the kernel writes / as ! in sysfs
  const device = resolvePath(join(classPath, "device"));
  if (device === undefined && !WITHOUT_DEVICE.test(name)) return undefined;
  if (!existsSync(path)) return undefined;
  const before = linkTarget(classPath);
  const hardware = device === undefined ? deviceless(name) : await readHardware(device, classPath);
  if (hardware === undefined) return undefined;
  const isSame = linkTarget(classPath) === before && existsSync(classPath) && existsSync(path);
  if (!isSame) return undefined; // it went, or another one took its name, while it was read
  return createPortInfo({ path, ...hardware, stablePath: stable.get(path) });
}

type Hardware = Omit<Partial<PortInfo>, "path">;

function deviceless(name: string): Hardware {
  return { description: name.startsWith("rfcomm") ? "Bluetooth serial port" : name };
}

/** `undefined` for a placeholder. */
async function readHardware(device: string, classPath: string): Promise<Hardware | undefined> {
  const name = basename(classPath);
  const subsystem = linkName(join(device, "subsystem"));
  if (subsystem === "usb-serial") return readUsb(device, dirname(device), name);
  if (subsystem === "usb") return readUsb(device, device, name);
  const type = await readAttribute(join(classPath, "type"));
  if (type === NO_HARDWARE) return undefined;
  // Linux 6.5 puts two levels of its own between a UART and its hardware; pySerial stops there.
  const parent = behindSerialCore(device);
  const driver = linkName(join(parent, "driver"));
  if (name.startsWith("rfcomm")) return { ...deviceless(name), driver };
  const bus = linkName(join(parent, "subsystem"));
  const description = type === undefined ? name : `${UARTS[type] ?? "Unknown"} UART on ${bus}`;
  if (subsystem === "pnp") {
    return { description, driver, hardwareId: await readAttribute(join(device, "id")) };
  }
  return { description, driver, hardwareId: subsystem === "amba" ? basename(device) : undefined };
}

function behindSerialCore(device: string): string {
  let at = device;
  while (linkName(join(at, "subsystem")) === "serial-base") at = dirname(at);
  return at;
}

async function readUsb(port: string, usbInterface: string, name: string): Promise<Hardware> {
  const usb = dirname(usbInterface);
  const [count, serialNumber, manufacturer, product] = await Promise.all([
    readAttribute(join(usb, "bNumInterfaces")),
    readAttribute(join(usb, "serial")),
    readAttribute(join(usb, "manufacturer")),
    readAttribute(join(usb, "product")),
  ]);
  const facts: UsbFacts = {
    vid: parseUsbId(readAttributeNow(join(usb, "idVendor"))),
    pid: parseUsbId(readAttributeNow(join(usb, "idProduct"))),
    serialNumber,
    location: basename(Number(count) > 1 ? usbInterface : usb),
    product,
    interface: readAttributeNow(join(usbInterface, "interface")),
  };
  return {
    ...facts,
    manufacturer,
    driver: linkName(join(port, "driver")),
    description: usbDescription(facts, name),
    hardwareId: usbHardwareId(facts),
  };
}

function parseUsbId(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-f]{1,4}$/i.test(text)
    ? Number.parseInt(text, 16)
    : undefined;
}
