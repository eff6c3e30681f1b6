// Devices in the registry of Wine, as drivers would leave them: SetupAPI finds them there. Each is taken
// away again.

import { execFile } from "node:child_process";
import type { TestContext } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const ENUM = "HKLM\\SYSTEM\\CurrentControlSet\\Enum";
const CLASSES = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\DeviceClasses";
const COMPORT = "{86e0d1e0-8089-11d0-9ce4-08003e301f73}";
const PORTS = "{4d36e978-e325-11ce-bfc1-08002be10318}";
const SERIALCOMM = "HKLM\\HARDWARE\\DEVICEMAP\\SERIALCOMM";

/** A device to be found. */
export interface RegisteredDevice {
  readonly id: string;
  readonly portName: string;
  readonly friendlyName: string;
  readonly manufacturer: string;
  readonly service: string;
  /** Its driver registers the interface of COM ports. */
  readonly hasInterface: boolean;
  readonly latencyTimer?: number;
}

/** Registers a device until the test ends. */
export async function registerDevice(t: TestContext, device: RegisteredDevice): Promise<void> {
  const key = `${ENUM}\\${device.id}`;
  const path = device.id.replaceAll("\\", "#");
  const interfaceKey = `${CLASSES}\\${COMPORT}\\##?#${path}#${COMPORT}`;
  t.after(() => run("reg.exe", ["delete", key, "/f"]));
  await add(key, "ClassGUID", PORTS);
  await add(key, "Class", "Ports");
  await add(key, "DeviceDesc", device.friendlyName.replace(/ \(.*/, ""));
  await add(key, "FriendlyName", device.friendlyName);
  await add(key, "Mfg", device.manufacturer);
  await add(key, "Service", device.service);
  await add(`${key}\\Device Parameters`, "PortName", device.portName);
  if (device.latencyTimer !== undefined) {
    await addNumber(`${key}\\Device Parameters`, "LatencyTimer", device.latencyTimer);
  }
  if (!device.hasInterface) return;
  t.after(() => run("reg.exe", ["delete", interfaceKey, "/f"]));
  await add(interfaceKey, "DeviceInstance", device.id);
  await add(`${interfaceKey}\\#`, "SymbolicLink", `\\\\?\\${path}#${COMPORT}`);
  await addNumber(`${interfaceKey}\\#\\Control`, "Linked", 1);
}

/** Adds a port to the list that drivers fill. */
export async function addSerialName(value: string, portName: string): Promise<void> {
  await add(SERIALCOMM, value, portName);
}

/** Takes a port from the list. */
export async function removeSerialName(value: string): Promise<void> {
  await run("reg.exe", ["delete", SERIALCOMM, "/v", value, "/f"]);
}

async function add(key: string, name: string, text: string): Promise<void> {
  await run("reg.exe", ["add", key, "/v", name, "/d", text, "/f"]);
}

async function addNumber(key: string, name: string, value: number): Promise<void> {
  await run("reg.exe", ["add", key, "/v", name, "/t", "REG_DWORD", "/d", String(value), "/f"]);
}
