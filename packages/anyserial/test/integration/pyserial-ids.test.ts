// Hardware ids against pySerial itself, where it is installed: its own list_ports_linux.py walks the
// same synthetic tree, with the paths that it opens moved under the tree's root.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { findPython } from "@anyserial/test-support/programs";
import { listPorts } from "../../dist/linux/list.js";
import * as models from "../helpers/device-models.ts";
import { deviceTree } from "../helpers/device-tree.ts";

const PROGRAM = `
import builtins, json, os, sys
import serial.tools.list_ports_linux as linux

root = sys.argv[1]
def inside(path):
    return root + path if path.startswith(("/sys/", "/dev/")) else path
def moved(call):
    return lambda path, *others: call(inside(path), *others)

real_open, real_glob = builtins.open, linux.glob.glob
linux.open = lambda path: real_open(inside(path), encoding="utf-8")
linux.glob.glob = lambda pattern: [p[len(root):] for p in real_glob(inside(pattern))]
for name in ("exists", "islink", "realpath"):
    setattr(os.path, name, moved(getattr(os.path, name)))

found = {p.name: [p.hwid, p.description, p.vid, p.pid, p.location] for p in linux.comports()}
json.dump(found, sys.stdout)
`;

const MACHINES = {
  "an FT232R": models.FT232R,
  "an FT4232H": models.FT4232H,
  "a CP2102N": models.CP2102N,
  "a CH340": models.CH340,
  "a PL2303": models.PL2303,
  "an Arduino": models.ARDUINO,
  "a composite STM32": models.STM32,
  "a device with Unicode strings": models.UNICODE,
  "a device with a hostile product": models.HOSTILE,
  "a device with blanks and line ends in its serial number": models.BLANKS,
  "a PC": models.PC,
  "a PC with the serial core bus": models.NEWER_PC,
  "a Raspberry Pi": models.RASPBERRY_PI,
  "a Bluetooth port": models.BLUETOOTH,
};
/** pySerial hides every port of the platform bus, and lists placeholders on the serial core bus. */
const HIDDEN_BY_PYSERIAL: Readonly<Record<string, readonly string[]>> = {
  "a Raspberry Pi": ["ttyS0"],
};

const python = findPython("serial.tools.list_ports_common");
const skip = python === undefined && "pySerial is not installed (python3-serial)";

for (const [title, machine] of Object.entries(MACHINES)) {
  test(`hardware ids of ${title} are pySerial's, byte for byte`, { skip }, async (t) => {
    const tree = deviceTree(t, machine);
    const theirs = pySerialPorts(tree.root);

    const ours = await listPorts(tree);

    assert.ok(ours.length > 0);
    for (const { name, hardwareId, vid, pid, location } of ours) {
      if (HIDDEN_BY_PYSERIAL[title]?.includes(name)) continue;
      const [theirId, , theirVid, theirPid, theirLocation] = theirs[name] ?? [];
      assert.equal(hardwareId ?? "n/a", theirId, name);
      assert.deepEqual([vid, pid, location], [theirVid, theirPid, theirLocation].map(orUndefined));
    }
  });
}

for (const title of [
  "an FT232R",
  "a CH340",
  "an Arduino",
  "a composite STM32",
  "a PL2303",
] as const) {
  test(`the description of ${title} is pySerial's`, { skip }, async (t) => {
    const tree = deviceTree(t, MACHINES[title]);
    const theirs = pySerialPorts(tree.root);

    const ours = await listPorts(tree);

    assert.ok(ours.length > 0);
    for (const { name, description } of ours) assert.equal(description, theirs[name]?.[1]);
  });
}

type PySerialPort = readonly [
  hwid: string,
  description: string,
  vid: number | null,
  pid: number | null,
  location: string | null,
];

function pySerialPorts(root: string): Readonly<Record<string, PySerialPort>> {
  return JSON.parse(execFileSync(python ?? "python3", ["-c", PROGRAM, root], { encoding: "utf8" }));
}

function orUndefined<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}
