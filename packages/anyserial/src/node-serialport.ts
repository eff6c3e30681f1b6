// Ports as node-serialport lists them, when that package is installed: a second opinion for somebody who
// comes from there. On Linux it runs udevadm.

import { SerialError, UnsupportedFeatureError } from "./errors.ts";
import { usbHardwareId } from "./hardware-id.ts";
import { createPortInfo, type PortInfo } from "./port-info.ts";

/** What is used of the package `serialport`. */
interface NodeSerialPort {
  readonly SerialPort: { list(): Promise<readonly NodeSerialPortInfo[]> };
}

/** A port in its words; ids are hexadecimal texts. */
interface NodeSerialPortInfo {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly pnpId?: string | undefined;
  readonly locationId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

/**
 * Lists the ports that node-serialport finds.
 *
 * @param load Loads the package; a parameter for tests.
 * @returns Ports with the fields that it knows, in no order; the hardware id lacks the location that
 *   it does not know on Linux.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_DISCOVERY` — the package is not installed.
 * @throws {@link SerialError} `ERR_SERIAL_DISCOVERY` — its listing fails, as without udevadm.
 */
export async function listNodeSerialPorts(
  load: () => Promise<unknown> = importPackage,
): Promise<PortInfo[]> {
  const { SerialPort } = await loadPackage(load);
  let ports: readonly NodeSerialPortInfo[];
  try {
    ports = await SerialPort.list();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SerialError(`Cannot list ports by serialport: ${reason}`, {
      code: "ERR_SERIAL_DISCOVERY",
      operation: "list",
      cause,
      hint: "on Linux node-serialport runs udevadm: install the package udev, or list by the backend native, which needs none",
    });
  }
  return ports.map(toPort);
}

async function loadPackage(load: () => Promise<unknown>): Promise<NodeSerialPort> {
  try {
    return (await load()) as NodeSerialPort; // the package's own types say the same
  } catch (cause) {
    throw new UnsupportedFeatureError(
      "Cannot list ports by serialport: the package serialport is not installed",
      {
        code: "ERR_SERIAL_DISCOVERY",
        operation: "list",
        cause,
        hint: "run npm install serialport, or list by the backend native, which needs no package",
      },
    );
  }
}

function importPackage(): Promise<unknown> {
  const name: string = "serialport"; // optional: not to be resolved when this is compiled
  return import(name);
}

function toPort(port: NodeSerialPortInfo): PortInfo {
  const { path, manufacturer, serialNumber, pnpId, locationId: location } = port;
  const vid = parseId(port.vendorId);
  const pid = parseId(port.productId);
  const usb = { vid, pid, serialNumber, location, product: undefined, interface: undefined };
  return createPortInfo({
    ...usb,
    path,
    manufacturer,
    hardwareId: vid === undefined ? undefined : usbHardwareId(usb),
    stablePath: pnpId === undefined || pnpId.includes("\\") ? undefined : byId(pnpId),
  });
}

/** On Linux its `pnpId` is the name of the link; on Windows it is an id with backslashes. */
function byId(pnpId: string): string {
  return `/dev/serial/by-id/${pnpId}`;
}

function parseId(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-f]{1,4}$/i.test(text)
    ? Number.parseInt(text, 16)
    : undefined;
}
