// Texts about ports of a Mac next to those of pySerial: its own functions, taken from its source, since
// the module itself loads only on macOS.

import { deepEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { findPython } from "@anyserial/test-support/programs";
import { listPorts, usbPath } from "../../dist/darwin/list.js";
import { FT232R, FT2232H, machine, OLD_MODEM } from "../helpers/io-tree.ts";
import { SyntheticRegistry } from "../helpers/synthetic-registry.ts";

const python = findPython("serial.tools.list_ports_common");
const skip = python === undefined ? "pySerial is not installed" : false;

/** Reads a list from standard input, prints what pySerial makes of it. */
const SCRIPT = `
import importlib.util, json, re, sys
from serial.tools.list_ports_common import ListPortInfo
source = open(importlib.util.find_spec("serial.tools.list_ports_osx").origin).read()
names = {}
exec(re.search(r"def location_to_string.*?return ''.join\\(loc\\)\\n", source, re.S).group(0), names)
asked = json.load(sys.stdin)
def text(port):
    info = ListPortInfo(port["path"])
    info.vid, info.pid = port["vid"], port["pid"]
    info.serial_number, info.product = port.get("serialNumber"), port.get("product")
    info.interface, info.location = port.get("interface"), names["location_to_string"](port["locationID"])
    info.apply_usb_info()
    return [info.description, info.hwid]
print(json.dumps({
    "paths": [names["location_to_string"](one) for one in asked["locations"]],
    "texts": [text(one) for one in asked["ports"]],
}))
`;

function askPySerial(input: unknown): { paths: string[]; texts: string[][] } {
  const output = execFileSync(python ?? "", ["-c", SCRIPT], { input: JSON.stringify(input) });
  return JSON.parse(output.toString()) as { paths: string[]; texts: string[][] };
}

/** Every kind of chain, and numbers without a pattern. */
function locationIds(): number[] {
  const chains = Array.from({ length: 7 }, (_, hubs) => 0x1400_0000 | (0x12_3456 >> (4 * hubs)));
  const ends = [0x1420_0000, 0xfd12_3456, 0x0010_0000, 0x1400_0000, 0x1402_0000, 0xffff_ffff, 0];
  const mixed = Array.from({ length: 200 }, (_, index) => Math.imul(index + 1, 0x9e37_79b1) >>> 0);
  return [...chains, ...ends, ...mixed];
}

test("usbPath() gives the same text as pySerial's location_to_string()", { skip }, () => {
  const locations = locationIds();

  deepEqual(locations.map(usbPath), askPySerial({ locations, ports: [] }).paths);
});

test("listPorts() describes USB ports of a Mac in pySerial's words", { skip }, () => {
  const registry = new SyntheticRegistry(machine(FT232R, FT2232H, OLD_MODEM));
  const locationIdOf = [0x1420_0000, 0x1412_3000, 0x1412_3000, 0xfd12_0000];
  const infos = listPorts(registry);
  const ports = infos.map((info, index) => ({
    ...info,
    product: info.product ?? info.name, // pySerial has the name of the registry's entry there
    locationID: locationIdOf[index],
  }));

  const { texts } = askPySerial({ locations: [], ports });

  deepEqual(
    infos.map(({ description, hardwareId }) => [description, hardwareId]),
    texts,
  );
});
