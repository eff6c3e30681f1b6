// Ports from sysfs: a walk over class/tty, and from a tty to the hardware behind it. Ids are those of
// pySerial 3.5 (serial/tools/list_ports_linux.py). A port that goes meanwhile is left out.

import { existsSync, readdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { type UsbFacts, usbDescription, usbHardwareId } from "../hardware-id.ts";
import { createPortInfo, type PortInfo } from "../port-info.ts";
import { type StablePaths, stablePaths } from "./stable-paths.ts";
import { linkName, linkTarget, readAttribute, resolvePath } from "./sysfs.ts";

/** Where the kernel shows devices; parameters so that tests bring their own trees. */
export interface DeviceRoots {
  /** Root of sysfs, `/sys`. */
  readonly sysfs: string;
  /** Folder of the device nodes, `/dev`. */
  readonly dev: string;
}

/** Ports at work at a time: each needs up to seven descriptors. */
const LANES = 8;
/** The kernel's `PORT_UNKNOWN` of `<linux/serial_core.h>`: a placeholder without hardware. */
const NO_HARDWARE = "0";
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
  const [node, dev] = await Promise.all([path, roots.dev].map((at) => realpath(at).catch(() => at)));
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
  const [type, hardware] = await Promise.all([
    readAttribute(join(classPath, "type")),
    device === undefined ? deviceless(name) : readHardware(device, name),
  ]);
  if (type === NO_HARDWARE) return undefined;
  const isSame = linkTarget(classPath) === before && existsSync(classPath) && existsSync(path);
  if (!isSame) return undefined; // it went, or another one took its name, while it was read
  return createPortInfo({ path, ...hardware, stablePath: stable.get(path) });
}

type Hardware = Omit<Partial<PortInfo>, "path">;

function deviceless(name: string): Hardware {
  return { description: name.startsWith("rfcomm") ? "Bluetooth serial port" : name };
}

async function readHardware(device: string, name: string): Promise<Hardware> {
  const subsystem = linkName(join(device, "subsystem"));
  if (subsystem === "usb-serial") return readUsb(device, dirname(device), name);
  if (subsystem === "usb") return readUsb(device, device, name);
  // Linux 6.5 puts two levels of its own between a UART and its hardware; pySerial stops there.
  const parent = behindSerialCore(device);
  const driver = linkName(join(parent, "driver"));
  if (subsystem === "pnp") {
    return { description: name, driver, hardwareId: await readAttribute(join(device, "id")) };
  }
  if (subsystem === "amba") return { description: name, driver, hardwareId: basename(device) };
  if (name.startsWith("rfcomm")) return { ...deviceless(name), driver };
  return { description: driver === undefined ? name : `Serial port (${driver})`, driver };
}

function behindSerialCore(device: string): string {
  let at = device;
  while (linkName(join(at, "subsystem")) === "serial-base") at = dirname(at);
  return at;
}

async function readUsb(port: string, usbInterface: string, name: string): Promise<Hardware> {
  const usb = dirname(usbInterface);
  const [count, vid, pid, serialNumber, manufacturer, product, interfaceName] = await Promise.all([
    readAttribute(join(usb, "bNumInterfaces")),
    readAttribute(join(usb, "idVendor")),
    readAttribute(join(usb, "idProduct")),
    readAttribute(join(usb, "serial")),
    readAttribute(join(usb, "manufacturer")),
    readAttribute(join(usb, "product")),
    readAttribute(join(usbInterface, "interface")),
  ]);
  const facts: UsbFacts = {
    vid: parseUsbId(vid),
    pid: parseUsbId(pid),
    serialNumber,
    location: basename(Number(count) > 1 ? usbInterface : usb),
    product,
    interface: interfaceName,
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
  return text !== undefined && /^[0-9a-f]{1,4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}
