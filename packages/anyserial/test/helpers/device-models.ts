// Devices as their drivers show them in sysfs, for device-tree.ts.

import type { Machine, Uart, UsbDevice, UsbInterface } from "./device-tree.ts";

function adapter(
  at: string,
  attributes: UsbDevice["attributes"],
  interfaces: readonly UsbInterface[],
): Machine {
  return { devices: [{ kind: "usb", at, attributes, interfaces }] };
}

function usbPort(
  number: number,
  tty: string,
  ...[driver, name]: readonly [driver: string, name?: string]
): UsbInterface {
  const attributes = name === undefined ? {} : { interface: name };
  return { number, tty, driver, bus: driver === "cdc_acm" ? "usb" : "usb-serial", attributes };
}

/** The data interface of CDC-ACM, which has no port of its own. */
function acmData(number: number): UsbInterface {
  return { number, driver: "cdc_acm", bus: "usb" };
}

const FTDI = { idVendor: "0403", manufacturer: "FTDI" };

export const FT232R: Machine = {
  ...adapter(
    "1-2",
    { ...FTDI, idProduct: "6001", product: "FT232R USB UART", serial: "A6008isP" },
    [usbPort(0, "ttyUSB0", "ftdi_sio", "FT232R USB UART")],
  ),
  links: { "serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0": "ttyUSB0" },
};

/** Four ports, one device. */
export const FT4232H: Machine = adapter(
  "1-3.1",
  { ...FTDI, idProduct: "6011", product: "Quad RS232-HS", serial: "FT4XQ1" },
  [0, 1, 2, 3].map((n) => usbPort(n, `ttyUSB${n + 1}`, "ftdi_sio", "Quad RS232-HS")),
);

export const CP2102N: Machine = adapter(
  "1-4",
  {
    idVendor: "10c4",
    idProduct: "ea60",
    manufacturer: "Silicon Labs",
    product: "CP2102N USB to UART Bridge Controller",
    serial: "5c6f5d2e1a3bea11b9d2f2a5d5cb3e47",
  },
  [usbPort(0, "ttyUSB5", "cp210x", "CP2102N USB to UART Bridge Controller")],
);

/** No serial number, and no name of the interface; two of them share one name in by-id. */
export const CH340: Machine = {
  ...adapter("1-5", { idVendor: "1a86", idProduct: "7523", product: "USB Serial" }, [
    usbPort(0, "ttyUSB6", "ch341"),
  ]),
  links: { "serial/by-path/pci-0000:00:14.0-usb-0:5:1.0-port0": "ttyUSB6" },
};

export const PL2303: Machine = adapter(
  "1-6",
  {
    idVendor: "067b",
    idProduct: "2303",
    manufacturer: "Prolific Technology Inc.",
    product: "USB-Serial Controller",
  },
  [usbPort(0, "ttyUSB7", "pl2303")],
);

export const ARDUINO: Machine = adapter(
  "1-7",
  {
    idVendor: "2341",
    idProduct: "0043",
    manufacturer: "Arduino (www.arduino.cc)",
    serial: "75830303934351A0C1E0",
  },
  [usbPort(0, "ttyACM0", "cdc_acm"), acmData(1)],
);

/** Composite: two ports, each of a control and a data interface. */
export const STM32: Machine = adapter(
  "2-1.4.2",
  {
    idVendor: "0483",
    idProduct: "5740",
    manufacturer: "STMicroelectronics",
    product: "STM32 Dual VCP",
    serial: "207F37A5594E",
  },
  [
    usbPort(0, "ttyACM1", "cdc_acm", "Console"),
    acmData(1),
    usbPort(2, "ttyACM10", "cdc_acm", "Data"),
    acmData(3),
  ],
);

export const UNICODE: Machine = adapter(
  "1-8",
  {
    idVendor: "16d0",
    idProduct: "0001",
    manufacturer: "Zürich 測定",
    product: "Größe ✓ 計",
    serial: "№7",
  },
  [usbPort(0, "ttyUSB8", "ftdi_sio")],
);

/** A text with the blanks that Python's readline() and strip() remove, and an empty text. */
export const BLANKS: Machine = adapter(
  "1-10",
  {
    idVendor: "1234",
    idProduct: "0001",
    manufacturer: "",
    product: "\u00a0\u0085 Two\u2028lines\r\nand more",
    serial: "\u001f\t 42\ufeff \u3000\rrest",
  },
  [usbPort(0, "ttyUSB11", "ftdi_sio")],
);

/** Escape sequences, C1 controls, a reversed text, and far too long. */
export const HOSTILE_PRODUCT: string = `\u001b]0;owned\u0007\u009b31m\u202etxt.exe${"A".repeat(2000)}`;
export const HOSTILE: Machine = adapter(
  "1-9",
  { idVendor: "dead", idProduct: "beef", product: HOSTILE_PRODUCT, serial: "x\u0000y\u007f" },
  [usbPort(0, "ttyUSB9", "ftdi_sio")],
);

function uart(tty: string, at: string, more: Omit<Uart, "kind" | "tty" | "at">): Uart {
  return { kind: "uart", tty, at, ...more };
}

const PNP = { subsystem: "pnp", driver: "serial", type: "4", attributes: { id: "PNP0501" } };
const PLACEHOLDER = { subsystem: "platform", driver: "serial8250", type: "0" };
const PCI = "pci0000:00/0000:00:16.3";

/** A 16550 of the board, one on PCI, a placeholder without hardware, and ttys that are no ports. */
export const PC: Machine = {
  devices: [
    uart("ttyS0", "pnp0/00:05", PNP),
    uart("ttyS4", PCI, { subsystem: "pci", driver: "serial", type: "4" }),
    uart("ttyS1", "platform/serial8250", PLACEHOLDER),
    { kind: "virtual", tty: "tty0" },
    { kind: "virtual", tty: "ptmx" },
  ],
};

/** The same board on Linux 6.5 and later. */
export const NEWER_PC: Machine = {
  devices: [
    uart("ttyS0", "pnp0/00:05", { ...PNP, serialCore: true }),
    uart("ttyS4", PCI, { subsystem: "pci", driver: "serial", type: "4", serialCore: true }),
    uart("ttyS1", "platform/serial8250", { ...PLACEHOLDER, serialCore: true }),
  ],
};

/** PL011 and mini-UART. */
export const RASPBERRY_PI: Machine = {
  devices: [
    uart("ttyAMA0", "platform/soc/3f201000.serial", {
      subsystem: "amba",
      driver: "uart-pl011",
      type: "32",
    }),
    uart("ttyS0", "platform/soc/3f215040.serial", {
      subsystem: "platform",
      driver: "bcm2835-aux-uart",
      type: "3",
    }),
  ],
};

export const BLUETOOTH: Machine = { devices: [{ kind: "virtual", tty: "rfcomm0" }] };
