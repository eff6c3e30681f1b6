// Ports from SetupAPI, and further ones from the registry's list of serial devices. Ids are those
// of pySerial 3.5. Between two devices the event loop gets its turn, since each takes some calls.

import { SerialError } from "../../errors/errors.ts";
import { createPortInfo, type PortInfo } from "../../model/port-info.ts";
import { nextTurn } from "../../process/timers.ts";
import { canonicalPortPath } from "../port-path.ts";
import {
  DIGCF_DEVICEINTERFACE,
  DIGCF_PRESENT,
  GUID_DEVCLASS_MODEM,
  GUID_DEVCLASS_PORTS,
  GUID_DEVINTERFACE_COMPORT,
  LAST_ARRIVAL,
  SPDRP_DEVICEDESC,
  SPDRP_FRIENDLYNAME,
  SPDRP_HARDWAREID,
  SPDRP_MFG,
  SPDRP_SERVICE,
} from "./device-abi.ts";
import { type Device, type DeviceNode, type DeviceSystem, walkDevices } from "./device-set.ts";
import {
  isOfItsParents,
  parseFtdiId,
  parseHardwareIds,
  parseUsbId,
  pySerialHardwareId,
  type UsbNode,
  usbLocation,
} from "./hardware-ids.ts";

/** Names of the serial devices that drivers have made, by the names of the kernel's objects. */
const SERIALCOMM = "HARDWARE\\DEVICEMAP\\SERIALCOMM";
const ERROR_FILE_NOT_FOUND = 2;
/** Drivers older than Windows 10 register no interface: their ports are in the class only. */
const QUERIES = [
  { guid: GUID_DEVINTERFACE_COMPORT, flags: DIGCF_PRESENT | DIGCF_DEVICEINTERFACE },
  { guid: GUID_DEVCLASS_PORTS, flags: DIGCF_PRESENT },
  { guid: GUID_DEVCLASS_MODEM, flags: DIGCF_PRESENT },
] as const;
/** Devices above a port that are read: the interface, the device, and hubs that hide them. */
const MOST_PARENTS = 6;

/**
 * Lists the ports.
 *
 * @param system Calls.
 * @returns Ports in no order; only path and name of those that SetupAPI does not know.
 * @throws {@link SerialError} `ERR_SERIAL_DISCOVERY` — neither SetupAPI nor the registry answers.
 */
export async function listPorts(system: DeviceSystem): Promise<PortInfo[]> {
  const reading = readPorts(system);
  let step = reading.next();
  for (; step.done !== true; step = reading.next()) await nextTurn();
  return step.value;
}

/** The same, for a caller that blocks. */
export function listPortsNow(system: DeviceSystem): PortInfo[] {
  const reading = readPorts(system);
  let step = reading.next();
  while (step.done !== true) step = reading.next();
  return step.value;
}

/** Yields between two devices, so that other work has its turn. */
function* readPorts(system: DeviceSystem): Generator<undefined, PortInfo[], void> {
  const found = new Map<string, PortInfo>();
  for (const { device, name } of walkPorts(system)) {
    if (!found.has(canonicalPortPath(name))) {
      found.set(canonicalPortPath(name), readPort(device, name));
    }
    yield;
  }
  const names = serialNames(system, found.size > 0);
  for (const path of names) {
    if (!found.has(canonicalPortPath(path))) {
      found.set(canonicalPortPath(path), createPortInfo({ path }));
    }
  }
  return [...found.values()];
}

/**
 * Describes one port.
 *
 * @param system Calls.
 * @param path Path of the port, in any spelling, or of its device interface.
 * @returns `undefined` for a path that discovery does not know.
 */
export async function describePort(
  system: DeviceSystem,
  path: string,
): Promise<PortInfo | undefined> {
  const wanted = canonicalPortPath(path);
  for (const { device, name } of walkPorts(system)) {
    const names = [name, device.interfacePath ?? name];
    if (names.some((one) => canonicalPortPath(one) === wanted)) return readPort(device, name);
    await nextTurn();
  }
  const name = serialNames(system, true).find((one) => canonicalPortPath(one) === wanted);
  return name === undefined ? undefined : createPortInfo({ path: name });
}

/**
 * Reads which device is behind each port: a text that differs when another one takes its name, or
 * the same one comes back.
 *
 * @param system Calls.
 * @returns Texts by the ports' paths.
 */
export function readArrivals(system: DeviceSystem): Map<string, string> {
  const found = new Map<string, string>();
  for (const { device, name } of walkPorts(system)) {
    if (found.has(name)) continue;
    found.set(name, `${device.instanceId} ${device.propertyDigits(LAST_ARRIVAL) ?? ""}`);
  }
  for (const name of serialNames(system, true)) {
    if (!found.has(name)) found.set(name, "");
  }
  return found;
}

interface NamedDevice {
  readonly device: Device;
  readonly name: string;
}

/** Each device with a port once, though several queries may find it. */
function* walkPorts(system: DeviceSystem): Generator<NamedDevice, undefined> {
  const seen = new Set<string>();
  for (const query of QUERIES) {
    for (const device of walkDevices(system, query)) {
      const id = device.instanceId.toUpperCase();
      if (id === "" || seen.has(id)) continue;
      seen.add(id);
      const name = device.withKey((registry, key) => registry.text(key, "PortName"));
      // The class has parallel ports too, and ports whose driver did not start.
      if (!name || /^LPT/i.test(name) || device.state.problem !== 0) continue;
      yield { device, name };
    }
  }
}

function serialNames({ registry }: DeviceSystem, isOptional: boolean): string[] {
  const opened = registry.open(SERIALCOMM);
  if ("error" in opened) {
    // Windows makes the key with the first port.
    if (isOptional || opened.error === ERROR_FILE_NOT_FOUND) return [];
    throw new SerialError(`Cannot list ports: the registry refuses ${SERIALCOMM}`, {
      code: "ERR_SERIAL_DISCOVERY",
      operation: "list",
      syscall: "RegOpenKeyExW",
      winerror: opened.error,
      hint: "run in a session that may read HKEY_LOCAL_MACHINE, or name the path of the port",
    });
  }
  try {
    return registry.texts(opened.key).filter((name) => name !== "");
  } finally {
    registry.close(opened.key);
  }
}

function readPort(device: Device, name: string): PortInfo {
  const instanceId = device.instanceId;
  const parents = isOfItsParents(instanceId) ? parentsOf(device) : [];
  const usb = findUsb([{ node: device, id: instanceId }, ...parents]);
  const own = parseFtdiId(instanceId);
  const ids = usb ?? own ?? parseHardwareIds(device.texts(SPDRP_HARDWAREID));
  const description = device.text(SPDRP_FRIENDLYNAME) ?? device.text(SPDRP_DEVICEDESC) ?? name;
  return createPortInfo({
    path: name,
    description,
    hardwareId: pySerialHardwareId({
      instanceId,
      locationPath: device.locationPath,
      parentIds: parents.map(({ id }) => id),
    }),
    vid: ids?.vid,
    pid: ids?.pid,
    serialNumber: usb?.serialNumber ?? own?.serialNumber,
    manufacturer: device.text(SPDRP_MFG),
    product: usb?.product,
    location: usb?.location,
    interface: usb?.interface,
    driver: device.text(SPDRP_SERVICE),
    stablePath: device.interfacePath,
  });
}

interface NamedNode {
  readonly node: DeviceNode;
  readonly id: string;
}

function parentsOf(device: Device): NamedNode[] {
  const found: NamedNode[] = [];
  let node = device.parent;
  for (; node !== undefined && found.length < MOST_PARENTS; node = node.parent) {
    found.push({ node, id: node.instanceId });
  }
  return found;
}

type Usb = Pick<PortInfo, "vid" | "pid" | "serialNumber" | "product" | "location" | "interface">;

/** The nearest USB device, and its interface if the port is one of several. */
function findUsb(chain: readonly NamedNode[]): Usb | undefined {
  const links = chain.map((link) => ({ ...link, usb: parseUsbId(link.id) }));
  const at = links.findIndex(({ usb }) => usb !== undefined);
  const nearest = links[at];
  if (nearest?.usb === undefined) return undefined;
  const { vid, pid, interfaceNumber } = nearest.usb;
  const whole =
    interfaceNumber === undefined ? nearest : links.slice(at).find(isDeviceOf(nearest.usb));
  return {
    vid,
    pid,
    serialNumber: whole?.usb?.serialNumber,
    product: whole?.node.busDescription,
    location: usbLocation(nearest.node.locationPath, interfaceNumber),
    interface: interfaceNumber === undefined ? undefined : nearest.node.busDescription,
  };
}

function isDeviceOf({
  vid,
  pid,
}: UsbNode): (link: { readonly usb: UsbNode | undefined }) => boolean {
  return ({ usb }) =>
    usb !== undefined && usb.interfaceNumber === undefined && usb.vid === vid && usb.pid === pid;
}
