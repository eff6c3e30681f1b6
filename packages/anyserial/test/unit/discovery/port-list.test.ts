// Which ports a path means, where ports are no files.

import { deepEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { Backend } from "../../../dist/backend/backend.js";
import { devicesOf, selectPorts } from "../../../dist/discovery/port-list.js";
import { createPortInfo } from "../../../dist/model/port-info.js";
import { canonicalPortPath } from "../../../dist/windows/port-path.js";

const WINDOWS = { canonicalPath: canonicalPortPath } as unknown as Backend; // nothing else is called
const PORTS = [
  createPortInfo({ path: "COM3", vid: 0x0403, stablePath: "\\\\?\\usb#vid_0403#1#{86e0}" }),
  createPortInfo({ path: "COM12", vid: 0x2341 }),
];

for (const [path, found] of [
  ["COM12", ["COM12"]],
  ["com12", ["COM12"]],
  ["\\\\.\\COM12", ["COM12"]],
  ["//./com12", ["COM12"]],
  ["\\\\?\\USB#VID_0403#1#{86E0}", ["COM3"]],
  ["COM1", []],
  ["COM30", []],
] as const) {
  test(`selectPorts() finds ${path} on Windows`, async () => {
    const ports = await selectPorts(WINDOWS, PORTS, { path });

    deepEqual(
      ports.map((port) => port.path),
      found,
    );
  });
}

test("selectPorts() takes a path together with other properties, and a regular expression as it is", async () => {
  deepEqual(await selectPorts(WINDOWS, PORTS, { path: "com3", vid: 0x2341 }), []);
  deepEqual(await selectPorts(WINDOWS, PORTS, { path: /^COM1/ }), [PORTS[1]]);
  deepEqual(await selectPorts(WINDOWS, PORTS, { vid: 0x0403 }), [PORTS[0]]);
});

test("devicesOf() says that a platform has no list of devices", async () => {
  const backend = { platformCapabilities: () => ({ platform: "linux" }) } as unknown as Backend;

  await rejects(devicesOf(backend), {
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_DISCOVERY",
  });
});
