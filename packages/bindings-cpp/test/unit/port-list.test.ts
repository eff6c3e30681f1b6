import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { PortInfo } from "anyserial";
import { listPorts, onDarwin, onLinux, onWindows } from "../../dist/port-list.cjs";

const NOTHING = {
  description: undefined,
  driver: undefined,
  hardwareId: undefined,
  interface: undefined,
  location: undefined,
  manufacturer: undefined,
  pid: undefined,
  product: undefined,
  serialNumber: undefined,
  stablePath: undefined,
  vid: undefined,
};

function found(known: Partial<PortInfo> & Pick<PortInfo, "path">): PortInfo {
  return { ...NOTHING, name: known.path.slice(known.path.lastIndexOf("/") + 1), ...known };
}

test("onLinux() has seven fields, with ids of four digits and the name of the link by id", () => {
  const name = "usb-Silicon_Labs_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0001-if00-port0";
  const port = found({
    path: "/dev/ttyUSB0",
    manufacturer: "Silicon Labs",
    serialNumber: "0001",
    vid: 0x10c4,
    pid: 0xea60,
    stablePath: `/dev/serial/by-id/${name}`,
    location: "1-1.4",
  });

  deepEqual(onLinux(port), {
    path: "/dev/ttyUSB0",
    manufacturer: "Silicon Labs",
    serialNumber: "0001",
    pnpId: name,
    locationId: undefined,
    vendorId: "10c4",
    productId: "ea60",
  });
});

test("onLinux() leaves every field but the path undefined where nothing is known", () => {
  const port = onLinux(found({ path: "/dev/ttyS0" }));

  deepEqual(Object.keys(port), [
    "path",
    "manufacturer",
    "serialNumber",
    "pnpId",
    "locationId",
    "vendorId",
    "productId",
  ]);
  deepEqual(
    Object.values(port).filter((value) => value !== undefined),
    ["/dev/ttyS0"],
  );
});

test("onLinux() names a device as udev does where udev does not run", () => {
  const rows: [Partial<PortInfo> & Pick<PortInfo, "path">, string][] = [
    [
      { path: "/dev/ttyUSB0", vid: 0x1a86, pid: 0x7523, product: "USB Serial" },
      "usb-1a86_USB_Serial-if00-port0",
    ],
    [
      {
        path: "/dev/ttyACM0",
        vid: 0x2341,
        pid: 0x43,
        manufacturer: "Arduino (www.arduino.cc)",
        serialNumber: "75 23",
        location: "1-1:1.2",
      },
      "usb-Arduino__www.arduino.cc__0043_75_23-if02",
    ],
  ];
  for (const [known, expected] of rows) equal(onLinux(found(known)).pnpId, expected);
});

test("onLinux() gives a device without a manufacturer its vendor id for one, as udev does", () => {
  equal(onLinux(found({ path: "/dev/ttyUSB0", vid: 0x1a86, pid: 0x7523 })).manufacturer, "1a86");
});

test("onLinux() has no id for a stable path by place, where udev knows no identity", () => {
  const port = found({ path: "/dev/ttyS4", stablePath: "/dev/serial/by-path/pci-0000:00:16.3" });

  equal(onLinux(port).pnpId, undefined);
});

test("onDarwin() has the node to dial in, and the location in hex", () => {
  const rows: [string | undefined, string | undefined][] = [
    ["20-2.1", "14210000"],
    ["1-1", "01100000"],
    ["20-2:1.0", "14200000"],
    [undefined, undefined],
  ];
  for (const [location, expected] of rows) {
    const port = onDarwin(found({ path: "/dev/cu.usbmodem1", vid: 0x2341, pid: 0x43, location }));

    deepEqual([port.path, port.locationId], ["/dev/tty.usbmodem1", expected]);
    deepEqual([port.vendorId, port.productId, port.pnpId], ["2341", "0043", undefined]);
  }
});

test("onWindows() has the instance id of the device that is there, and a friendly name", () => {
  const id = "USB\\VID_10C4&PID_EA60\\0001";
  const device = { ...NOTHING, id, path: "COM3", problem: 0, latencyTimerMs: undefined };
  const devices = [
    { ...device, id: "USB\\VID_10C4&PID_EA60\\OLD", present: false },
    { ...device, present: true },
  ];
  const port = found({
    path: "COM3",
    description: "Silicon Labs CP210x (COM3)",
    vid: 0x10c4,
    pid: 0xea60,
    serialNumber: "0001",
  });

  deepEqual(onWindows(port, devices), {
    path: "COM3",
    manufacturer: undefined,
    serialNumber: "0001",
    pnpId: id,
    locationId: undefined,
    friendlyName: "Silicon Labs CP210x (COM3)",
    vendorId: "10C4",
    productId: "EA60",
  });
});

test("listPorts() asks for devices on Windows only", async () => {
  const asked: string[] = [];
  const core = {
    listSerialPorts: async () => [found({ path: "COM1" })],
    listSerialDevices: async () => {
      asked.push("devices");
      return [];
    },
  };

  for (const platform of ["linux", "darwin", "win32"] as const) {
    equal((await listPorts(core as never, platform)).length, 1);
  }

  deepEqual(asked, ["devices"]);
});
