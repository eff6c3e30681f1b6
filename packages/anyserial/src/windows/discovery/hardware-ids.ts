// The properties of a port in the instance ids of Windows, and the forms of pySerial 3.5
// (serial/tools/list_ports_windows.py). Pure. An id is ENUMERATOR\DEVICE\INSTANCE; where a device
// has no serial number, Windows makes up an instance with `&` in it.

import { type UsbFacts, usbHardwareId } from "../../model/hardware-id.ts";

/** A USB device or one of its interfaces, by its instance id. */
export interface UsbNode {
  readonly vid: number;
  readonly pid: number;
  /** Number of the interface of a composite device (`MI_02`); `undefined` for the device itself. */
  readonly interfaceNumber: number | undefined;
  /** Serial number; `undefined` where Windows made the instance up. */
  readonly serialNumber: string | undefined;
}

const USB = /^USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})(?:&MI_([0-9A-F]{2}))?\\(.+)$/i;
const FTDI = /^FTDIBUS\\(?:COMPORT&)?VID_([0-9A-F]{4})[+&]PID_([0-9A-F]{4})(?:\+([^\\]*))?\\/i;
const ANY = /(?:^|[\\&])VID_([0-9A-F]{4})[&+]PID_([0-9A-F]{4})/i;
/** A Bluetooth port hangs on the adapter of this machine, which is not what it talks to. */
const BLUETOOTH = /^BTH/i;

/**
 * Reads the instance id of a USB device.
 *
 * @param id Such as `USB\VID_2341&PID_0043\85736323838351F0E1C0`.
 * @returns `undefined` for an id that is not enumerated by the USB bus.
 */
export function parseUsbId(id: string): UsbNode | undefined {
  const [, vid, pid, number, instance] = USB.exec(id) ?? [];
  if (vid === undefined || pid === undefined) return undefined;
  const interfaceNumber = number === undefined ? undefined : Number.parseInt(number, 16);
  return {
    vid: Number.parseInt(vid, 16),
    pid: Number.parseInt(pid, 16),
    interfaceNumber,
    // The instance of an interface is always made up.
    serialNumber: interfaceNumber === undefined ? madeByDevice(instance) : undefined,
  };
}

/**
 * Reads the instance id of a port that FTDI's driver enumerates: the id of the USB device with a `+`
 * between its parts, and the letter of the channel behind the serial number.
 *
 * @param id Such as `FTDIBUS\VID_0403+PID_6001+A50285BIA\0000`.
 * @returns `undefined` for another enumerator.
 */
export function parseFtdiId(id: string): UsbNode | undefined {
  const [, vid, pid, instance] = FTDI.exec(id) ?? [];
  if (vid === undefined || pid === undefined) return undefined;
  return {
    vid: Number.parseInt(vid, 16),
    pid: Number.parseInt(pid, 16),
    interfaceNumber: undefined,
    serialNumber: madeByDevice(instance)?.replace(/[A-H]$/, "") || undefined,
  };
}

/**
 * Reads hardware ids, for a port whose driver enumerates it under a name of its own.
 *
 * @param ids Such as `MODEM\\VID_1E0E&PID_9001&MI_02`, the most special first.
 * @returns The ids of the first that has them.
 */
export function parseHardwareIds(ids: readonly string[]): Pick<UsbNode, "vid" | "pid"> | undefined {
  for (const id of ids) {
    const [, vid, pid] = ANY.exec(id) ?? [];
    if (vid === undefined || pid === undefined) continue;
    return { vid: Number.parseInt(vid, 16), pid: Number.parseInt(pid, 16) };
  }
  return undefined;
}

/** Returns whether the devices above a port identify it. */
export function isOfItsParents(id: string): boolean {
  return !BLUETOOTH.test(id);
}

/**
 * Reads the first of the location paths of a device.
 *
 * @param path Such as `PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1)#USB(4)`.
 * @param interfaceNumber Of an interface of a composite device.
 * @returns `1-1.4`, the host controller counted from 1; `:x.2` follows for interface 2, since
 *   Windows does not report the configuration. `undefined` where there is no USB in it.
 */
export function usbLocation(
  path: string | undefined,
  interfaceNumber?: number,
): string | undefined {
  const steps = path?.match(/USBROOT\(\w+\)|#USB\(\w+\)/g) ?? [];
  if (steps.length === 0) return undefined;
  const suffix = interfaceNumber === undefined ? "" : `:x.${interfaceNumber}`;
  return pythonSteps(steps) + suffix;
}

/** The properties that pySerial reads. */
export interface PySerialFacts {
  readonly instanceId: string;
  /** First location path of the port's own device. */
  readonly locationPath: string | undefined;
  /** Instance ids of the devices above, the nearest first. */
  readonly parentIds: readonly string[];
}

/**
 * Writes the hardware id as pySerial does, with its mistakes: FTDI's letter of the channel stays in
 * the serial number, a made-up instance may take its place, and there is no location for FTDI.
 *
 * @param facts The known properties of the port.
 * @returns `USB VID:PID=2341:0043 SER=… LOCATION=1-4`; the instance id for a port that is not USB.
 */
export function pySerialHardwareId(facts: PySerialFacts): string {
  const { instanceId } = facts;
  if (instanceId.startsWith("USB")) return usbHardwareId(pythonUsb(facts));
  if (!instanceId.startsWith("FTDIBUS")) return instanceId;
  const [, vid, pid, , serial] =
    /VID_([0-9a-f]{4})\+PID_([0-9a-f]{4})(\+([\p{L}\p{N}_]+))?/iu.exec(instanceId) ?? [];
  return usbHardwareId(pythonFacts({ vid, pid, serial }));
}

const PYTHON_ID = /VID_([0-9a-f]{4})(&PID_([0-9a-f]{4}))?(&MI_(\d{2}))?(\\(.*))?/i;
const PYTHON_WORD = /^[\p{L}\p{N}_]+$/u;
/** pySerial climbs so far, and once more. */
const MOST_PARENTS = 6;

function pythonUsb({ instanceId, locationPath, parentIds }: PySerialFacts): UsbFacts {
  const [all, vid, , pid, , number, , instance] = PYTHON_ID.exec(instanceId) ?? [];
  const isWord = instance !== undefined && PYTHON_WORD.test(instance);
  const own = isWord ? instance : pythonParentSerial(parentIds, idOf(vid), idOf(pid));
  return pythonFacts({
    vid,
    pid,
    serial: all === undefined ? undefined : own,
    location: pythonLocation(locationPath, number),
  });
}

interface PythonTexts {
  readonly vid: string | undefined;
  readonly pid: string | undefined;
  readonly serial: string | undefined;
  readonly location?: string | undefined;
}

function pythonFacts({ vid, pid, serial, location }: PythonTexts): UsbFacts {
  return {
    vid: idOf(vid),
    pid: idOf(pid),
    serialNumber: serial,
    location,
    product: undefined,
    interface: undefined,
  };
}

function pythonLocation(path: string | undefined, number: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const steps = path.match(/USBROOT\(\w+\)|#USB\(\w+\)/g) ?? [];
  const suffix = number === undefined ? "" : `:x.${Number(number)}`;
  return pythonSteps(steps) + suffix || undefined;
}

/** `USBROOT(0)`, `#USB(1)`, `#USB(4)` become `1-1.4`. */
function pythonSteps(steps: readonly string[]): string {
  return steps.reduce((text, step) => {
    const inside = step.slice(step.indexOf("(") + 1, -1);
    if (step.startsWith("USBROOT")) return `${text}${Number(inside) + 1}`;
    return `${text}${text.includes("-") ? "." : "-"}${inside}`;
  }, "");
}

function pythonParentSerial(
  parentIds: readonly string[],
  vid: number | undefined,
  pid: number | undefined,
): string {
  let last = "";
  for (const id of parentIds.slice(0, MOST_PARENTS)) {
    const match = PYTHON_ID.exec(id);
    if (match === null) return last;
    const [parentVid, parentPid] = [idOf(match[1]), idOf(match[3])];
    const instance = match[7] ?? "";
    if (parentVid && parentPid) {
      if (parentVid !== vid || parentPid !== pid) return last;
      if (PYTHON_WORD.test(instance)) return instance;
    }
    last = instance;
  }
  return last;
}

function idOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number.parseInt(text, 16);
}

function madeByDevice(instance: string | undefined): string | undefined {
  return instance === undefined || instance === "" || instance.includes("&") ? undefined : instance;
}
