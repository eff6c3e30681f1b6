// Hardware ids against pySerial itself, where it is installed: its own list_ports_windows.py runs on this
// system over the same machines, with Python functions in place of the Win32 calls.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { findPython } from "@anyserial/test-support/programs";
import { listPorts, listPortsNow } from "../../dist/windows/discovery/list.js";
import { type FakeDevice, FakeDevices } from "../helpers/fake-devices.ts";
import * as models from "../helpers/windows-models.ts";

const PROGRAM = `
import ctypes, json, sys
from unittest.mock import MagicMock

devices = json.load(sys.stdin)
numbers = {device["id"]: number for number, device in enumerate(devices, 1)}
ctypes.WinDLL = MagicMock()
ctypes.WinError = lambda *code: OSError(code)
ctypes.GetLastError = lambda: 122

def target(argument):
    return getattr(argument, "_obj", argument)

def classes(name, guids, size, count):
    guids[0].Data1 = 1 if name == "Ports" else 2
    count._obj.value = 1
    return 1

def select(guid, enumerator, window, flags):
    wanted = "ports" if guid._obj.Data1 == 1 else "modem"
    return [device for device in devices if device.get("class") == wanted]

def enumerate_info(found, index, info):
    if index >= len(found):
        return 0
    info._obj.DevInst = numbers[found[index]["id"]]
    return 1

def of(info):
    return devices[target(info).DevInst - 1]

def put(buffer, text):
    target(buffer).value = text
    return 1

def prop(found, info, number, kind, buffer, size, required):
    value = of(info).get("properties", {}).get(str(number))
    if value is None:
        return 0
    return put(buffer, value if isinstance(value, str) else value[0])

def parent(out, child, flags):
    above = numbers.get(devices[getattr(child, "value", child) - 1].get("parent"))
    if above is None:
        return 13
    out._obj.value = above
    return 0

def device_id(number, buffer, size, flags):
    put(buffer, devices[number.value - 1]["id"])
    return 0

class Library:
    pass

def function(call):
    return lambda *arguments: call(*arguments)

library = Library()
library.SetupDiDestroyDeviceInfoList = function(lambda found: 1)
library.SetupDiClassGuidsFromNameW = function(classes)
library.SetupDiEnumDeviceInfo = function(enumerate_info)
library.SetupDiGetClassDevsW = function(select)
library.SetupDiGetDeviceRegistryPropertyW = function(prop)
library.SetupDiGetDeviceInstanceIdW = function(lambda f, info, buffer, size, r: put(buffer, of(info)["id"]))
library.SetupDiOpenDevRegKey = function(lambda f, info, *rest: of(info))
library.RegCloseKey = function(lambda key: 0)
library.RegQueryValueExW = function(lambda key, name, a, b, buffer, size: put(buffer, key["portName"]))
library.CM_Get_Parent = function(parent)
library.CM_Get_Device_IDW = function(device_id)
library.CM_MapCrToWin32Err = function(lambda code, other: 1168)
ctypes.windll = Library()
ctypes.windll.LoadLibrary = lambda name: library

import serial.tools.list_ports_windows as windows
found = {p.device: [p.hwid, p.vid, p.pid] for p in windows.comports()}
json.dump(found, sys.stdout)
`;

const MACHINES = {
  "an Arduino": models.ARDUINO,
  "an FT232R": models.FT232R,
  "an FT2232D without serial number": models.FT2232D,
  "a CP2105": models.CP2105,
  "a CH340": models.CH340,
  "an ESP32-S3": models.ESP32,
  "a Moxa adapter": models.MOXA,
  "a mainboard": models.MAINBOARD,
  "a Bluetooth port": models.BLUETOOTH,
  "a modem": models.MODEM,
  "a virtual pair": models.COM0COM,
};
/** pySerial has no ids for devices behind an enumerator of their own. */
const WITHOUT_IDS = ["a Moxa adapter"];

const python = findPython("serial.tools.list_ports_common");
const skip = python === undefined && "pySerial is not installed (python3-serial)";

for (const [title, devices] of Object.entries(MACHINES)) {
  test(`listPortsNow() of Windows lists ${title} as listPorts() does`, async () => {
    const { system } = new FakeDevices(devices);

    assert.deepEqual(listPortsNow(system), await listPorts(system));
  });

  test(`Windows hardware ids of ${title} are pySerial's, byte for byte`, { skip }, async () => {
    const theirs = pySerialPorts(devices);

    const ours = await listPorts(new FakeDevices(devices).system);

    assert.deepEqual(new Set(ours.map(({ path }) => path)), new Set(Object.keys(theirs)));
    for (const { path, hardwareId, vid, pid } of ours) {
      const [theirId, theirVid, theirPid] = theirs[path] ?? [];
      assert.equal(hardwareId, theirId, path);
      if (WITHOUT_IDS.includes(title)) continue;
      assert.deepEqual([vid, pid], [theirVid ?? undefined, theirPid ?? undefined]);
    }
  });
}

function pySerialPorts(
  devices: readonly FakeDevice[],
): Record<string, [string, number | null, number | null]> {
  const input = JSON.stringify(devices);
  return JSON.parse(
    execFileSync(python ?? "python3", ["-c", PROGRAM], { input, encoding: "utf8" }),
  );
}
