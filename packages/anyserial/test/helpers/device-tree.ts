// Synthetic /sys and /dev: a short description of devices, made into real folders, files and links as
// the kernel lays them out. The devices themselves are in device-models.ts.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import type { DeviceRoots } from "../../dist/linux/list.js";

/** Files of a folder by name; contents get the kernel's line feed. */
export type Attributes = Readonly<Record<string, string>>;

/** A USB device. */
export interface UsbDevice {
  readonly kind: "usb";
  /** Name in sysfs, such as `1-1.4`. */
  readonly at: string;
  readonly attributes: Attributes;
  readonly interfaces: readonly UsbInterface[];
}

/** An interface with at most one port. */
export interface UsbInterface {
  readonly number: number;
  readonly attributes?: Attributes;
  /** Name of the port, if the interface has one. */
  readonly tty?: string;
  readonly driver?: string;
  /** CDC-ACM ports hang on the interface itself, all others on a usb-serial device. */
  readonly bus: "usb-serial" | "usb";
}

/** A UART of the machine. */
export interface Uart {
  readonly kind: "uart";
  readonly tty: string;
  /** Path under `/sys/devices`. */
  readonly at: string;
  readonly subsystem: string;
  readonly driver: string;
  readonly attributes?: Attributes;
  /** The kernel's `PORT_…` number. */
  readonly type: string;
  /** Linux 6.5 and later: the serial core's own two levels are between. */
  readonly serialCore?: boolean;
}

/** A tty without a device: a console, a Bluetooth port that is not connected. */
interface VirtualTty {
  readonly kind: "virtual";
  readonly tty: string;
}

/** Devices of a machine. */
export interface Machine {
  readonly devices: readonly (UsbDevice | Uart | VirtualTty)[];
  /** Links of udev: path under `/dev` to the name of a port. */
  readonly links?: Readonly<Record<string, string>>;
}

/** A tree on disk. */
export class DeviceTree implements DeviceRoots {
  readonly root: string;
  readonly sysfs: string;
  readonly dev: string;

  constructor(root: string) {
    this.root = root;
    this.sysfs = join(root, "sys");
    this.dev = join(root, "dev");
    mkdirSync(join(this.sysfs, "class/tty"), { recursive: true });
    mkdirSync(this.dev);
  }

  /** Adds everything a machine has. */
  add({ devices, links = {} }: Machine): void {
    for (const device of devices) {
      if (device.kind === "usb") this.#addUsb(device);
      else if (device.kind === "uart") this.#addUart(device);
      else this.#addTty(device.tty, "virtual/tty", undefined);
    }
    for (const [path, tty] of Object.entries(links))
      this.link(join(this.dev, path), this.node(tty));
  }

  /** Path of a device node. */
  node(tty: string): string {
    return join(this.dev, tty);
  }

  /** Makes a link, relative as the kernel's and udev's are. */
  link(path: string, target: string): void {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(relative(dirname(path), target), path);
  }

  #addUsb({ at, attributes, interfaces }: UsbDevice): void {
    const usb = join(this.sysfs, "devices/pci0000:00/0000:00:14.0/usb1", at);
    this.#write(usb, { bNumInterfaces: ` ${interfaces.length}`, ...attributes });
    this.link(join(usb, "subsystem"), join(this.sysfs, "bus/usb"));
    for (const { number, attributes: own = {}, tty, driver, bus } of interfaces) {
      const folder = join(usb, `${at}:1.${number}`);
      this.#write(folder, { bInterfaceNumber: String(number).padStart(2, "0"), ...own });
      this.link(join(folder, "subsystem"), join(this.sysfs, "bus/usb"));
      if (driver !== undefined) this.#addDriver(folder, "usb", driver);
      if (tty === undefined) continue;
      const parent = bus === "usb" ? folder : join(folder, tty);
      if (bus === "usb-serial") {
        this.link(join(parent, "subsystem"), join(this.sysfs, "bus/usb-serial"));
        if (driver !== undefined) this.#addDriver(parent, "usb-serial", driver);
      }
      this.#addTty(tty, relative(join(this.sysfs, "devices"), join(parent, "tty")), parent);
    }
  }

  #addUart({ tty, at, subsystem, driver, attributes = {}, type, serialCore }: Uart): void {
    const hardware = join(this.sysfs, "devices", at);
    this.#write(hardware, attributes);
    this.link(join(hardware, "subsystem"), join(this.sysfs, "bus", subsystem));
    this.#addDriver(hardware, subsystem, driver);
    const name = at.slice(at.lastIndexOf("/") + 1);
    const port = serialCore ? join(hardware, `${name}:0`, `${name}:0.0`) : hardware;
    for (const folder of serialCore ? [dirname(port), port] : []) {
      this.link(join(folder, "subsystem"), join(this.sysfs, "bus/serial-base"));
      this.#addDriver(folder, "serial-base", folder === port ? "port" : "ctrl");
    }
    this.#addTty(tty, relative(join(this.sysfs, "devices"), join(port, "tty")), port);
    this.#write(join(this.sysfs, "class/tty", tty), { type });
  }

  #addTty(tty: string, at: string, device: string | undefined): void {
    const folder = join(this.sysfs, "devices", at, tty);
    this.#write(folder, { dev: "4:64" });
    if (device !== undefined) this.link(join(folder, "device"), device);
    this.link(join(this.sysfs, "class/tty", tty), folder);
    writeFileSync(this.node(tty), "");
  }

  #addDriver(device: string, bus: string, driver: string): void {
    this.link(join(device, "driver"), join(this.sysfs, "bus", bus, "drivers", driver));
  }

  #write(folder: string, attributes: Attributes): void {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(attributes)) {
      writeFileSync(join(folder, name), `${text}\n`);
    }
  }
}

/** Makes a tree that is gone after the test. */
export function deviceTree(t: TestContext, ...machines: readonly Machine[]): DeviceTree {
  const tree = new DeviceTree(temporaryFolder(t));
  for (const machine of machines) tree.add(machine);
  return tree;
}
