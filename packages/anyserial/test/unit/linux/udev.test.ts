// The udev backend over a fake libudev: the use of the database's properties, that everything is
// released, and the error when the library is missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ffi, NativeFunction, NativeLibrary } from "../../../dist/ffi/ffi.js";
import { listUdevPorts } from "../../../dist/linux/udev.js";

interface FakeDevice {
  readonly node?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly parent?: { readonly subsystem: string; readonly driver: string };
  readonly usb?: { readonly device: string; readonly interface: string };
}

const KEYS: Readonly<Record<string, bigint>> = { parent: 1n, usb_interface: 2n, usb_device: 3n };

/** Handles are numbers: a device is 100 times its place, its parents follow it. */
class FakeUdev {
  readonly held = new Set<string>();
  readonly #devices: readonly FakeDevice[];

  constructor(devices: readonly FakeDevice[]) {
    this.#devices = devices;
  }

  get ffi(): Ffi {
    const library = {
      bind: <F extends NativeFunction>(symbol: string): F => this.#call(symbol) as unknown as F,
    } as unknown as NativeLibrary; // nothing else is called
    return { load: () => library } as unknown as Ffi;
  }

  #at(handle: bigint): FakeDevice | undefined {
    return this.#devices[Number(handle / 100n) - 1];
  }

  #call(symbol: string): (...args: never[]) => unknown {
    const hold = (what: string, handle: bigint) => (): bigint => {
      this.held.add(what);
      return handle;
    };
    const drop = (what: string) => (): null => {
      this.held.delete(what);
      return null;
    };
    const calls: Record<string, (...args: never[]) => unknown> = {
      udev_new: hold("udev", 1n),
      udev_unref: drop("udev"),
      udev_enumerate_new: hold("enumerate", 2n),
      udev_enumerate_unref: drop("enumerate"),
      udev_enumerate_add_match_subsystem: () => 0,
      udev_enumerate_scan_devices: () => 0,
      udev_enumerate_get_list_entry: () => (this.#devices.length === 0 ? null : 100n),
      udev_list_entry_get_next: (at: bigint) => (this.#at(at + 100n) ? at + 100n : null),
      udev_list_entry_get_name: (at: bigint) => `/no/sys/tty${at}`,
      udev_device_new_from_syspath: (_udev: bigint, syspath: string) => {
        this.held.add(syspath);
        return BigInt(syspath.replace("/no/sys/tty", ""));
      },
      udev_device_unref: (at: bigint) => drop(`/no/sys/tty${at}`)(),
      udev_device_get_parent: (at: bigint) =>
        at % 100n === 0n && this.#at(at)?.parent ? at + 1n : null,
      udev_device_get_parent_with_subsystem_devtype: (at: bigint, _usb: string, type: string) =>
        this.#at(at)?.usb ? at + (KEYS[type] ?? 0n) : null,
      udev_device_get_devnode: (at: bigint) => this.#at(at)?.node ?? null,
      udev_device_get_syspath: () => "/no/sys/usb",
      udev_device_get_sysname: (at: bigint) =>
        (at % 100n === 3n ? this.#at(at)?.usb?.device : this.#at(at)?.usb?.interface) ?? null,
      udev_device_get_driver: (at: bigint) => this.#at(at)?.parent?.driver ?? null,
      udev_device_get_subsystem: (at: bigint) => this.#at(at)?.parent?.subsystem ?? null,
      udev_device_get_property_value: (at: bigint, name: string) =>
        this.#at(at)?.properties?.[name] ?? null,
    };
    return calls[symbol] ?? assert.fail(`unexpected ${symbol}`);
  }
}

const ADAPTER: FakeDevice = {
  node: "/dev/ttyUSB0",
  parent: { subsystem: "usb-serial", driver: "ftdi_sio" },
  usb: { device: "1-2", interface: "1-2:1.0" },
  properties: {
    ID_VENDOR_ID: "0403",
    ID_MODEL_ID: "6001",
    ID_SERIAL_SHORT: "A6008isP",
    ID_VENDOR_ENC: "FTDI\\x20\\xc3\\xbc",
    ID_MODEL_ENC: "FT232R\\x20USB\\x20UART",
    DEVLINKS: "/dev/serial/by-path/pci-1 /dev/serial/by-id/usb-FTDI",
  },
};

test("listUdevPorts() makes a port of the properties, and releases everything", async () => {
  const udev = new FakeUdev([ADAPTER]);

  const [port] = await listUdevPorts(udev.ffi, () => true);

  assert.deepEqual(port, {
    path: "/dev/ttyUSB0",
    name: "ttyUSB0",
    description: "FT232R USB UART",
    hardwareId: "USB VID:PID=0403:6001 SER=A6008isP LOCATION=1-2",
    vid: 0x0403,
    pid: 0x6001,
    serialNumber: "A6008isP",
    manufacturer: "FTDI ü",
    product: "FT232R USB UART",
    location: "1-2",
    interface: undefined,
    driver: "ftdi_sio",
    stablePath: "/dev/serial/by-id/usb-FTDI",
  });
  assert.deepEqual([...udev.held], []);
});

test("listUdevPorts() prefers the properties with the prefix of newer rules", async () => {
  const properties = { ...ADAPTER.properties, ID_USB_SERIAL_SHORT: "B1", ID_USB_VENDOR_ID: "10c4" };

  const [port] = await listUdevPorts(new FakeUdev([{ ...ADAPTER, properties }]).ffi, () => true);

  assert.equal(port?.serialNumber, "B1");
  assert.equal(port?.vid, 0x10c4);
});

test("listUdevPorts() gives a PCI port no USB ids", async () => {
  const udev = new FakeUdev([
    {
      node: "/dev/ttyS4",
      parent: { subsystem: "pci", driver: "serial" },
      properties: { ID_VENDOR_ID: "0x8086", ID_MODEL_ID: "0x9d3d" },
    },
  ]);

  const [port] = await listUdevPorts(udev.ffi, () => true);

  assert.deepEqual([port?.vid, port?.hardwareId, port?.driver], [undefined, undefined, "serial"]);
});

test("listUdevPorts() leaves out consoles, which have no parent", async () => {
  assert.deepEqual(await listUdevPorts(new FakeUdev([{ node: "/dev/tty0" }]).ffi, () => true), []);
});

test("listUdevPorts() leaves out a port whose node is not in this container", async () => {
  assert.deepEqual(await listUdevPorts(new FakeUdev([ADAPTER]).ffi, () => false), []);
});

test("listUdevPorts() survives an empty database", async () => {
  assert.deepEqual(await listUdevPorts(new FakeUdev([]).ffi), []);
});

test("listUdevPorts() says which package to install", async () => {
  const cause = new Error("cannot open shared object file");
  const load = (): never => {
    throw cause;
  };

  await assert.rejects(
    listUdevPorts({ load } as unknown as Ffi),
    (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.name, "UnsupportedFeatureError");
      assert.equal(error.code, "ERR_SERIAL_DISCOVERY");
      assert.match(error.hint ?? "", /libudev1/);
      assert.equal(error.cause, cause);
      return true;
    },
  );
});
