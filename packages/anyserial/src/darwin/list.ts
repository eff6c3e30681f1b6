// Ports from the I/O registry: the services of class IOSerialBSDClient, and from each up to the USB
// device behind it. Ids are those of pySerial 3.5 (serial/tools/list_ports_osx.py). An entry that goes
// meanwhile has no properties any more: its port is left out.

import { type UsbFacts, usbDescription, usbHardwareId } from "../model/hardware-id.ts";
import { createPortInfo, type PortInfo } from "../model/port-info.ts";
import type { IoEntry, IoRegistry } from "./io-registry.ts";

/** Class of the services that make the device nodes: `<IOKit/serial/IOSerialKeys.h>`. */
export const SERIAL_CLASS = "IOSerialBSDClient";
/** The nodes of a port, in its service: to call out, and to dial in. */
const CALLOUT_KEY = "IOCalloutDevice";
const DIALIN_KEY = "IODialinDevice";
/** Classes of USB devices and interfaces: since OS X 10.11, and before. */
const USB_DEVICES = ["IOUSBHostDevice", "IOUSBDevice"];
const USB_INTERFACES = ["IOUSBHostInterface", "IOUSBInterface"];
/** The driver of the device node itself: the driver of the hardware is above it. */
const SERIAL_FAMILY = "com.apple.iokit.IOSerialFamily";
/** A chain of providers is some ten entries long. */
const MOST_ANCESTORS = 64;

/** The hardware behind a port, collected on the way up. */
interface Hardware {
  driver: string | undefined;
  device: DeviceFacts | undefined;
  interfaceName: string | undefined;
  interfaceNumber: number | undefined;
  configuration: number | undefined;
}

interface DeviceFacts {
  readonly vid: number | undefined;
  readonly pid: number | undefined;
  readonly serialNumber: string | undefined;
  readonly manufacturer: string | undefined;
  readonly product: string | undefined;
  readonly locationId: number | undefined;
  readonly interfaceCount: number;
}

/**
 * Lists the ports.
 *
 * @param registry The I/O registry.
 * @returns Ports in no order, by their callout nodes.
 * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the kernel refuses.
 */
export function listPorts(registry: IoRegistry): PortInfo[] {
  return withServices(registry, (services) =>
    services.flatMap((service) => readPort(registry, service) ?? []),
  );
}

/**
 * Finds a port by either of its nodes.
 *
 * @param registry The I/O registry.
 * @param path A callout node (`/dev/cu.*`), or its twin to dial in (`/dev/tty.*`).
 * @returns The port, by its callout node; `undefined` for a path that is no port.
 * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the kernel refuses.
 */
export function findPort(registry: IoRegistry, path: string): PortInfo | undefined {
  return withServices(registry, (services) => {
    const service = services.find(
      (one) => calloutPath(registry, one) === path || textOf(registry, one, DIALIN_KEY) === path,
    );
    return service === undefined ? undefined : readPort(registry, service);
  });
}

function withServices<T>(registry: IoRegistry, use: (services: IoEntry[]) => T): T {
  const services = registry.services(SERIAL_CLASS);
  try {
    return use(services);
  } finally {
    for (const service of services) registry.release(service);
  }
}

/** Callout node of a service, also of one that is gone. */
export function calloutPath(registry: IoRegistry, service: IoEntry): string | undefined {
  return textOf(registry, service, CALLOUT_KEY);
}

function readPort(registry: IoRegistry, service: IoEntry): PortInfo | undefined {
  const path = calloutPath(registry, service);
  if (path === undefined) return undefined;
  const hardware = readHardware(registry, service);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const { driver, device } = hardware;
  if (device === undefined) return createPortInfo({ path, description: name, driver });
  const { manufacturer, interfaceCount, locationId, ...facts } = device;
  const location = locationId === undefined ? undefined : usbPath(locationId);
  const usb: UsbFacts = { ...facts, location, interface: hardware.interfaceName };
  return createPortInfo({
    path,
    ...usb,
    manufacturer,
    driver,
    location: interfaceCount > 1 ? withInterface(location, hardware) : location,
    description: usbDescription(usb, name),
    hardwareId: usbHardwareId(usb), // pySerial names no interface here
  });
}

/** Climbs from a service to the USB device, or to the root. */
function readHardware(registry: IoRegistry, service: IoEntry): Hardware {
  const found: Hardware = {
    driver: undefined,
    device: undefined,
    interfaceName: undefined,
    interfaceNumber: undefined,
    configuration: undefined,
  };
  let entry = registry.parent(service);
  for (let level = 0; entry !== undefined && level < MOST_ANCESTORS; level++) {
    let parent: IoEntry | undefined;
    try {
      readAncestor(registry, entry, found);
      if (found.device === undefined) parent = registry.parent(entry);
    } finally {
      registry.release(entry);
    }
    entry = parent;
  }
  if (entry !== undefined) registry.release(entry);
  return found;
}

function readAncestor(registry: IoRegistry, entry: IoEntry, found: Hardware): void {
  if (isOneOf(registry, entry, USB_DEVICES)) {
    found.device = readDevice(registry, entry);
    return;
  }
  const bundle = textOf(registry, entry, "CFBundleIdentifier");
  if (bundle !== SERIAL_FAMILY && found.interfaceNumber === undefined) found.driver ??= bundle;
  if (!isOneOf(registry, entry, USB_INTERFACES)) return;
  found.interfaceNumber = numberOf(registry, entry, "bInterfaceNumber");
  found.configuration = numberOf(registry, entry, "bConfigurationValue");
  found.interfaceName =
    textOf(registry, entry, "USB Interface Name") ?? textOf(registry, entry, "kUSBString");
}

function readDevice(registry: IoRegistry, device: IoEntry): DeviceFacts {
  const text = (...keys: string[]): string | undefined => {
    for (const key of keys) {
      const value = textOf(registry, device, key);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  // A 16-bit number may come back with its sign.
  const id = (key: string): number | undefined => masked(numberOf(registry, device, key));
  return {
    vid: id("idVendor"),
    pid: id("idProduct"),
    serialNumber: text("USB Serial Number", "kUSBSerialNumberString"),
    manufacturer: text("USB Vendor Name", "kUSBVendorString"),
    product: text("USB Product Name", "kUSBProductString"),
    locationId: numberOf(registry, device, "locationID"),
    interfaceCount: countInterfaces(registry, device),
  };
}

function countInterfaces(registry: IoRegistry, device: IoEntry): number {
  const children = registry.children(device);
  try {
    return children.filter((child) => isOneOf(registry, child, USB_INTERFACES)).length;
  } finally {
    for (const child of children) registry.release(child);
  }
}

/**
 * Writes a locationID as pySerial does: the bus in the top byte, then a port number in each four bits.
 *
 * @param locationId Such as 0x14200000.
 * @returns Such as `20-2`.
 */
export function usbPath(locationId: number): string {
  const ports: number[] = [];
  for (let rest = locationId; (rest & 0x00f0_0000) !== 0; rest <<= 4) {
    ports.push((rest >>> 20) & 0xf);
  }
  return `${locationId >>> 24}-${ports.join(".")}`;
}

/** As Linux names interfaces: `20-2:1.0`. */
function withInterface(location: string | undefined, hardware: Hardware): string | undefined {
  const { interfaceNumber, configuration = 1 } = hardware;
  if (location === undefined || interfaceNumber === undefined) return location;
  return `${location}:${configuration}.${interfaceNumber}`;
}

function isOneOf(registry: IoRegistry, entry: IoEntry, classes: readonly string[]): boolean {
  return classes.some((className) => registry.isA(entry, className));
}

function textOf(registry: IoRegistry, entry: IoEntry, key: string): string | undefined {
  const value = registry.property(entry, key);
  return typeof value === "string" ? value : undefined;
}

function numberOf(registry: IoRegistry, entry: IoEntry, key: string): number | undefined {
  const value = registry.property(entry, key);
  return typeof value === "number" ? value : undefined;
}

function masked(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value & 0xffff;
}
