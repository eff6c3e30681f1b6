// The list of ports with the fields and spellings of node-serialport on each system. Pure.

import type { PortInfo as ListedPort } from "@serialport/bindings-interface";
import type { Core } from "./core.cts";
import type { Platform } from "./settings.cts";

/** A port as discovery describes it. */
type Found = Awaited<ReturnType<Core["listSerialPorts"]>>[number];
type Device = Awaited<ReturnType<Core["listSerialDevices"]>>[number];

/** Lists the ports, with every field that node-serialport gives on this system. */
export async function listPorts(core: Core, platform: Platform): Promise<ListedPort[]> {
  const ports = await core.listSerialPorts();
  if (platform === "linux") return ports.map(onLinux);
  if (platform === "darwin") return ports.map(onDarwin);
  const devices = await core.listSerialDevices();
  return ports.map((port) => onWindows(port, devices));
}

/** As udev has them: a device without a text of its own has its number. */
export function onLinux(port: Found): ListedPort {
  const vendorId = hex(port.vid);
  return {
    path: port.path,
    manufacturer: port.manufacturer ?? vendorId,
    serialNumber: port.serialNumber && plain(port.serialNumber),
    pnpId: /\/by-id\/(\S+)/.exec(port.stablePath ?? "")?.[1] ?? byIdName(port),
    locationId: undefined,
    vendorId,
    productId: hex(port.pid),
  };
}

/** The node to dial in, and the location as a number. */
export function onDarwin(port: Found): ListedPort {
  return {
    path: port.path.replace(/^\/dev\/cu\./, "/dev/tty."),
    manufacturer: port.manufacturer,
    serialNumber: port.serialNumber,
    pnpId: undefined,
    locationId: darwinLocation(port.location),
    vendorId: hex(port.vid),
    productId: hex(port.pid),
  };
}

/** Ids as the device's instance id has them. */
export function onWindows(
  port: Found,
  devices: readonly Device[],
): ListedPort & { friendlyName: string | undefined } {
  const device = devices.find(({ path, present }) => present && path === port.path);
  return {
    path: port.path,
    manufacturer: port.manufacturer,
    serialNumber: port.serialNumber,
    pnpId: device?.id,
    locationId: port.location,
    friendlyName: port.description,
    vendorId: hex(port.vid)?.toUpperCase(),
    productId: hex(port.pid)?.toUpperCase(),
  };
}

function hex(id: number | undefined): string | undefined {
  return id?.toString(16).padStart(4, "0");
}

/** The name of the link that udev would make, where it does not run: in a container, say. */
function byIdName(port: Found): string | undefined {
  const { manufacturer, name, product, serialNumber } = port;
  const [vendorId, productId] = [hex(port.vid), hex(port.pid)];
  if (vendorId === undefined || productId === undefined) return undefined;
  const words = [plain(manufacturer ?? vendorId), plain(product ?? productId)];
  if (serialNumber !== undefined) words.push(plain(serialNumber));
  const part = /:\d+\.(\d+)$/.exec(port.location ?? "")?.[1] ?? "0";
  const end = name.startsWith("ttyUSB") ? "-port0" : "";
  return `usb-${words.join("_")}-if${part.padStart(2, "0")}${end}`;
}

/** A text as udev writes it into a name. */
function plain(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, "_")
    .replace(/[^\w#+\-.:=@]/g, "_");
}

/** `20-2.1` is 0x14210000: the bus, then four bits a port. */
function darwinLocation(location: string | undefined): string | undefined {
  const [, bus, ports] = /^(\d+)-([\d.]*)/.exec(location ?? "") ?? [];
  if (bus === undefined) return undefined;
  const digits = (ports ?? "").split(".").map((port) => Number(port).toString(16));
  return Number(bus).toString(16).padStart(2, "0") + digits.join("").padEnd(6, "0");
}
