// The serial devices that Windows knows, also those that are no port now: unplugged, disabled, without a
// driver that works. For the doctor; discovery lists what can be opened.

import type { SerialDevice } from "../../model/serial-device.ts";
import { nextTurn } from "../../process/timers.ts";
import {
  DIGCF_ALLCLASSES,
  DIGCF_PRESENT,
  GUID_DEVCLASS_MODEM,
  GUID_DEVCLASS_PORTS,
  SPDRP_COMPATIBLEIDS,
  SPDRP_DEVICEDESC,
  SPDRP_FRIENDLYNAME,
  SPDRP_SERVICE,
} from "./device-abi.ts";
import { type Device, type DeviceSystem, walkDevices } from "./device-set.ts";
import { parseFtdiId, parseUsbId } from "./hardware-ids.ts";

/** The classes whose former devices are listed too; of every other class only present ones are. */
const CLASSES = [
  { guid: GUID_DEVCLASS_PORTS, flags: 0 },
  { guid: GUID_DEVCLASS_MODEM, flags: 0 },
];
const PLUGGED_IN = { guid: undefined, flags: DIGCF_ALLCLASSES | DIGCF_PRESENT };
/**
 * FTDI, Silicon Labs, WCH and Prolific: a device without a driver is in no class, and known by its
 * maker.
 */
const MAKERS: ReadonlySet<number> = new Set([0x0403, 0x10c4, 0x1a86, 0x067b]);
/** An abstract control model: the generic driver would do. */
const CDC_ACM = /^USB\\Class_02&SubClass_02/i;

/**
 * Lists the devices.
 *
 * @param system Calls.
 * @returns Devices of the classes of ports and modems, and USB adapters with a problem, in no order.
 */
export async function listDevices(system: DeviceSystem): Promise<SerialDevice[]> {
  const found = new Map<string, SerialDevice>();
  const add = (device: Device): void => {
    const state = readDevice(device);
    if (state.id !== "" && !/^LPT/i.test(state.path ?? "")) found.set(state.id, state);
  };
  for (const query of CLASSES) {
    for (const device of walkDevices(system, query)) {
      add(device);
      await nextTurn();
    }
  }
  for (const device of walkDevices(system, PLUGGED_IN)) {
    if (!found.has(device.instanceId) && isStrandedAdapter(device)) add(device);
    await nextTurn();
  }
  return [...found.values()];
}

function isStrandedAdapter(device: Device): boolean {
  if (device.state.problem === 0) return false;
  const usb = usbOf(device.instanceId);
  if (usb === undefined) return false;
  return MAKERS.has(usb.vid) || device.texts(SPDRP_COMPATIBLEIDS).some((id) => CDC_ACM.test(id));
}

function readDevice(device: Device): SerialDevice {
  const id = device.instanceId;
  const usb = usbOf(id);
  return Object.freeze({
    id,
    path: device.withKey((registry, key) => registry.text(key, "PortName")) || undefined,
    description: device.text(SPDRP_FRIENDLYNAME) ?? device.text(SPDRP_DEVICEDESC),
    vid: usb?.vid,
    pid: usb?.pid,
    driver: device.text(SPDRP_SERVICE),
    ...device.state,
    latencyTimerMs: device.withKey((registry, key) => registry.number(key, "LatencyTimer")),
  });
}

function usbOf(id: string): { readonly vid: number; readonly pid: number } | undefined {
  return parseUsbId(id) ?? parseFtdiId(id);
}
