// Ports from the database of udev, through libudev: the properties that udev's rules gave to each
// device, as a second opinion beside sysfs. Loaded only on request. See libudev(3),
// udev_enumerate_new(3).

import { existsSync } from "node:fs";
import { join } from "node:path";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import type { Ffi, NativeLibrary, Pointer } from "../ffi/ffi.ts";
import { type UsbFacts, usbDescription, usbHardwareId } from "../model/hardware-id.ts";
import { createPortInfo, type PortInfo } from "../model/port-info.ts";
import { readAttribute } from "./sysfs.ts";

const LIBRARY = "libudev.so.1";

/** NULL comes back as `null`. */
type Handle = Pointer | null;

/** The calls; a text is `null` where there is none. */
interface Udev {
  readonly create: () => Handle;
  readonly release: (udev: Handle) => Handle;
  readonly enumerate: (udev: Handle) => Handle;
  readonly releaseEnumerate: (enumerate: Handle) => Handle;
  readonly matchSubsystem: (enumerate: Handle, subsystem: string) => number;
  readonly scan: (enumerate: Handle) => number;
  readonly firstEntry: (enumerate: Handle) => Handle;
  readonly nextEntry: (entry: Handle) => Handle;
  readonly entryName: (entry: Handle) => string | null;
  readonly openDevice: (udev: Handle, syspath: string) => Handle;
  readonly releaseDevice: (device: Handle) => Handle;
  /** A parent belongs to its child and is released with it. */
  readonly parent: (device: Handle) => Handle;
  readonly parentOfType: (device: Handle, subsystem: string, type: string) => Handle;
  readonly node: (device: Handle) => string | null;
  readonly syspath: (device: Handle) => string | null;
  readonly sysname: (device: Handle) => string | null;
  readonly driver: (device: Handle) => string | null;
  readonly subsystem: (device: Handle) => string | null;
  readonly property: (device: Handle, name: string) => string | null;
}

/**
 * Lists the ports that udev knows.
 *
 * @param ffi Foreign-function interface.
 * @param hasNode Returns whether a device node is there; a parameter for tests.
 * @returns Ports with the properties from udev's rules, in no order.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — libudev is not installed.
 */
export async function listUdevPorts(
  ffi: Ffi,
  hasNode: (path: string) => boolean = existsSync,
): Promise<PortInfo[]> {
  const udev = bindUdev(loadLibrary(ffi));
  const context = udev.create();
  try {
    const devices = syspaths(udev, context).flatMap((path) => readDevice(udev, context, path));
    const ports = await Promise.all(devices.filter(({ path }) => hasNode(path)).map(toPort));
    return ports.filter((port) => port !== undefined);
  } finally {
    udev.release(context);
  }
}

function loadLibrary(ffi: Ffi): NativeLibrary {
  try {
    return ffi.load(LIBRARY);
  } catch (cause) {
    throw new UnsupportedFeatureError(`Cannot list ports by udev: ${LIBRARY} is not installed`, {
      code: "ERR_SERIAL_DISCOVERY",
      operation: "list",
      cause,
      hint: "install libudev1 (Debian, Ubuntu), systemd-libs (Fedora, Arch) or eudev-libs (Alpine), or list by the backend native, which needs none of them",
    });
  }
}

function bindUdev(library: NativeLibrary): Udev {
  const handleOf = <F extends (...args: never[]) => unknown>(
    name: string,
    ...parameters: ("pointer" | "string")[]
  ): F => library.bind<F>(`udev_${name}`, "pointer", parameters);
  const textOf = <F extends (...args: never[]) => unknown>(
    name: string,
    ...parameters: ("pointer" | "string")[]
  ): F => library.bind<F>(`udev_${name}`, "string", parameters);
  return {
    create: handleOf("new"),
    release: handleOf("unref", "pointer"),
    enumerate: handleOf("enumerate_new", "pointer"),
    releaseEnumerate: handleOf("enumerate_unref", "pointer"),
    matchSubsystem: library.bind("udev_enumerate_add_match_subsystem", "int", [
      "pointer",
      "string",
    ]),
    scan: library.bind("udev_enumerate_scan_devices", "int", ["pointer"]),
    firstEntry: handleOf("enumerate_get_list_entry", "pointer"),
    nextEntry: handleOf("list_entry_get_next", "pointer"),
    entryName: textOf("list_entry_get_name", "pointer"),
    openDevice: handleOf("device_new_from_syspath", "pointer", "string"),
    releaseDevice: handleOf("device_unref", "pointer"),
    parent: handleOf("device_get_parent", "pointer"),
    parentOfType: handleOf(
      "device_get_parent_with_subsystem_devtype",
      "pointer",
      "string",
      "string",
    ),
    node: textOf("device_get_devnode", "pointer"),
    syspath: textOf("device_get_syspath", "pointer"),
    sysname: textOf("device_get_sysname", "pointer"),
    driver: textOf("device_get_driver", "pointer"),
    subsystem: textOf("device_get_subsystem", "pointer"),
    property: textOf("device_get_property_value", "pointer", "string"),
  };
}

function syspaths(udev: Udev, context: Handle): string[] {
  const enumerate = udev.enumerate(context);
  const found: string[] = [];
  try {
    udev.matchSubsystem(enumerate, "tty");
    udev.scan(enumerate);
    for (let at = udev.firstEntry(enumerate); at !== null; at = udev.nextEntry(at)) {
      const syspath = udev.entryName(at);
      if (syspath !== null) found.push(syspath);
    }
  } finally {
    udev.releaseEnumerate(enumerate);
  }
  return found;
}

/** Properties of one tty in udev. */
interface UdevDevice {
  readonly path: string;
  readonly syspath: string;
  readonly driver: string | undefined;
  /** USB device and interface by their names in sysfs; the device's path there. */
  readonly usb:
    | { readonly device: string; readonly interface: string; readonly path: string }
    | undefined;
  readonly property: ReadonlyMap<string, string>;
}

const PROPERTIES = [
  "DEVLINKS",
  ...["VENDOR_ID", "MODEL_ID", "SERIAL_SHORT", "VENDOR_ENC", "MODEL_ENC", "DRIVER"].flatMap(
    (name) => [`ID_USB_${name}`, `ID_${name}`],
  ),
];

/** A console or a pty has no parent; a device that went meanwhile does not open. */
function readDevice(udev: Udev, context: Handle, syspath: string): UdevDevice[] {
  const device = udev.openDevice(context, syspath);
  if (device === null) return [];
  try {
    const parent = udev.parent(device);
    const path = udev.node(device);
    if (parent === null || path === null) return [];
    const property = new Map<string, string>();
    for (const name of PROPERTIES) {
      const value = udev.property(device, name);
      if (value !== null) property.set(name, value);
    }
    const driver = property.get("ID_USB_DRIVER") ?? driverOf(udev, parent);
    return [{ path, syspath, driver, usb: readUsb(udev, device), property }];
  } finally {
    udev.releaseDevice(device);
  }
}

/** Linux 6.5 puts two levels of its own between a UART and its hardware. */
function driverOf(udev: Udev, parent: Handle): string | undefined {
  let at = parent;
  while (at !== null && udev.subsystem(at) === "serial-base") at = udev.parent(at);
  return (at === null ? null : udev.driver(at)) ?? undefined;
}

function readUsb(udev: Udev, tty: Handle): UdevDevice["usb"] {
  const device = udev.parentOfType(tty, "usb", "usb_device");
  const usbInterface = udev.parentOfType(tty, "usb", "usb_interface");
  if (device === null || usbInterface === null) return undefined;
  return {
    device: udev.sysname(device) ?? "",
    interface: udev.sysname(usbInterface) ?? "",
    path: udev.syspath(device) ?? "",
  };
}

async function toPort({
  path,
  syspath,
  driver,
  usb,
  property,
}: UdevDevice): Promise<PortInfo | undefined> {
  if ((await readAttribute(join(syspath, "type"))) === "0") return undefined; // no hardware
  const stablePath = stableLink(property.get("DEVLINKS"));
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (usb === undefined) return createPortInfo({ path, description: name, driver, stablePath });
  // Newer versions of udev's rules distinguish the USB device's properties from the bus's by a
  // prefix.
  const find = (name: string): string | undefined =>
    property.get(`ID_USB_${name}`) ?? property.get(`ID_${name}`);
  const count = Number(await readAttribute(join(usb.path, "bNumInterfaces")));
  const facts: UsbFacts = {
    vid: parseId(find("VENDOR_ID")),
    pid: parseId(find("MODEL_ID")),
    serialNumber: find("SERIAL_SHORT"),
    location: count > 1 ? usb.interface : usb.device,
    product: decode(find("MODEL_ENC")),
    interface: undefined, // udev's rules do not keep it
  };
  return createPortInfo({
    ...facts,
    path,
    driver,
    stablePath,
    manufacturer: decode(find("VENDOR_ENC")),
    description: usbDescription(facts, name),
    hardwareId: usbHardwareId(facts),
  });
}

function stableLink(links: string | undefined): string | undefined {
  const all = links?.split(" ") ?? [];
  return ["/serial/by-id/", "/serial/by-path/"].flatMap((folder) =>
    all.filter((link) => link.includes(folder)),
  )[0];
}

function parseId(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** `udev_util_encode_string()`: a byte that is not plain is written as `\xHH`. */
function decode(text: string | undefined): string | undefined {
  const bytes = text?.replace(
    /\\x([0-9a-f]{2})|([^\\]+|\\)/gi,
    (_all, hex?: string, plain?: string) =>
      hex === undefined ? Buffer.from(plain ?? "").toString("hex") : hex,
  );
  return bytes === undefined ? undefined : Buffer.from(bytes, "hex").toString("utf8").trim();
}
