// Ports from sysfs: a walk over class/tty, and from a tty to the hardware behind it. Ids are those of
// pySerial 3.5 (serial/tools/list_ports_linux.py). A port that goes meanwhile is left out.

import { existsSync, readdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { type UsbFacts, usbDescription, usbHardwareId } from "../model/hardware-id.ts";
import { createPortInfo, type PortInfo } from "../model/port-info.ts";
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
 * @param roots Folders to read.
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
      const port = await answered(readPort(roots, name, stable));
      if (port !== undefined) found.push(port);
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  return found;
}

/** The same, for a caller that blocks. */
export function listPortsNow(roots: DeviceRoots): PortInfo[] {
  const names = listNames(join(roots.sysfs, "class/tty")) ?? [];
  const stable = stablePaths(roots.dev);
  const ports = names.map((name) => answeredNow(readPort(roots, name, stable)));
  return ports.filter((port) => port !== undefined);
}

/**
 * Describes one port.
 *
 * @param roots Folders to read.
 * @param path Path of the port, or of a link to it.
 * @returns `undefined` for a path that is no serial port of the kernel, such as a pty.
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
  return answered(readPort(roots, name, stablePaths(roots.dev)));
}

/** Returns whether sysfs is there at all. */
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

/** A reading that yields paths of attributes, and is given their first lines. */
type Reading<T> = Generator<readonly string[], T, readonly (string | undefined)[]>;

async function answered<T>(reading: Reading<T>): Promise<T> {
  let step = reading.next();
  while (step.done !== true) step = reading.next(await Promise.all(step.value.map(readAttribute)));
  return step.value;
}

function answeredNow<T>(reading: Reading<T>): T {
  let step = reading.next();
  while (step.done !== true) step = reading.next(step.value.map(readAttributeNow));
  return step.value;
}

function* readPort(
  roots: DeviceRoots,
  name: string,
  stable: StablePaths,
): Reading<PortInfo | undefined> {
  const classPath = join(roots.sysfs, "class/tty", name);
  const path = join(roots.dev, name.replaceAll("!", "/")); // the kernel writes / as ! in sysfs
  const device = resolvePath(join(classPath, "device"));
  if (device === undefined && !WITHOUT_DEVICE.test(name)) return undefined;
  if (!existsSync(path)) return undefined;
  const before = linkTarget(classPath);
  const hardware = device === undefined ? deviceless(name) : yield* readHardware(device, classPath);
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
function* readHardware(device: string, classPath: string): Reading<Hardware | undefined> {
  const name = basename(classPath);
  const subsystem = linkName(join(device, "subsystem"));
  if (subsystem === "usb-serial") return yield* readUsb(device, dirname(device), name);
  if (subsystem === "usb") return yield* readUsb(device, device, name);
  const [type] = yield [join(classPath, "type")];
  if (type === NO_HARDWARE) return undefined;
  // Linux 6.5 puts two levels of its own between a UART and its hardware; pySerial stops there.
  const parent = behindSerialCore(device);
  const driver = linkName(join(parent, "driver"));
  if (name.startsWith("rfcomm")) return { ...deviceless(name), driver };
  const bus = linkName(join(parent, "subsystem"));
  const description = type === undefined ? name : `${UARTS[type] ?? "Unknown"} UART on ${bus}`;
  if (subsystem === "pnp") {
    const [hardwareId] = yield [join(device, "id")];
    return { description, driver, hardwareId };
  }
  return { description, driver, hardwareId: subsystem === "amba" ? basename(device) : undefined };
}

function behindSerialCore(device: string): string {
  let at = device;
  while (linkName(join(at, "subsystem")) === "serial-base") at = dirname(at);
  return at;
}

function* readUsb(port: string, usbInterface: string, name: string): Reading<Hardware> {
  const usb = dirname(usbInterface);
  const [count, serialNumber, manufacturer, product] = yield [
    join(usb, "bNumInterfaces"),
    join(usb, "serial"),
    join(usb, "manufacturer"),
    join(usb, "product"),
  ];
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
