// Devices in the registry of Wine, as drivers would leave them: SetupAPI finds them there. Each is taken
// away again.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const ENUM = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Enum";
const CLASSES = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\DeviceClasses";
const COMPORT = "{86e0d1e0-8089-11d0-9ce4-08003e301f73}";
const PORTS = "{4d36e978-e325-11ce-bfc1-08002be10318}";
const SERIALCOMM = "HKEY_LOCAL_MACHINE\\HARDWARE\\DEVICEMAP\\SERIALCOMM";

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

type Values = Readonly<Record<string, string | number | undefined>>;

/** Registers a device until the test ends. */
export async function registerDevice(t: TestContext, device: RegisteredDevice): Promise<void> {
  const key = `${ENUM}\\${device.id}`;
  const path = device.id.replaceAll("\\", "#");
  const interfaceKey = `${CLASSES}\\${COMPORT}\\##?#${path}#${COMPORT}`;
  t.after(() => importKeys([`[-${key}]`, `[-${interfaceKey}]`]));
  const keys = [
    keyText(key, {
      ClassGUID: PORTS,
      Class: "Ports",
      DeviceDesc: device.friendlyName.replace(/ \(.*/, ""),
      FriendlyName: device.friendlyName,
      Mfg: device.manufacturer,
      Service: device.service,
    }),
    keyText(`${key}\\Device Parameters`, {
      PortName: device.portName,
      LatencyTimer: device.latencyTimer,
    }),
  ];
  if (device.hasInterface) {
    keys.push(
      keyText(interfaceKey, { DeviceInstance: device.id }),
      keyText(`${interfaceKey}\\#`, { SymbolicLink: `\\\\?\\${path}#${COMPORT}` }),
      keyText(`${interfaceKey}\\#\\Control`, { Linked: 1 }),
    );
  }
  await importKeys(keys);
}

/** Adds a port to the list that drivers fill. */
export async function addSerialName(value: string, portName: string): Promise<void> {
  await run("reg.exe", ["add", SERIALCOMM, "/v", value, "/d", portName, "/f"]);
}

/** Takes a port from the list. */
export async function removeSerialName(value: string): Promise<void> {
  await run("reg.exe", ["delete", SERIALCOMM, "/v", value, "/f"]);
}

function keyText(key: string, values: Values): string {
  const lines = Object.entries(values).map(([name, value]) => {
    if (value === undefined) return "";
    if (typeof value === "string") return `"${name}"="${value.replaceAll("\\", "\\\\")}"`;
    return `"${name}"=dword:${value.toString(16).padStart(8, "0")}`;
  });
  return [`[${key}]`, ...lines].join("\r\n");
}

/** One program for all of it: each start takes its time. */
async function importKeys(keys: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-wine-"));
  try {
    const file = join(folder, "keys.reg");
    writeFileSync(file, ["Windows Registry Editor Version 5.00", ...keys, ""].join("\r\n\r\n"));
    await run("regedit.exe", ["/S", file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
