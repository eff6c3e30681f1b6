// Trees of the I/O registry, as `ioreg -l` shows them for the adapters named here. Property names and
// classes are from ioreg listings of macOS 10.15 to 14; no Mac was at hand to make new ones.

/** One entry. */
export interface IoNode {
  /** Its class, and those that it inherits from. */
  readonly classes: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
  /** Its clients. */
  readonly children: readonly IoNode[];
}

/** Builds an entry. */
export function node(
  className: string,
  properties: Readonly<Record<string, unknown>> = {},
  children: readonly IoNode[] = [],
): IoNode {
  return { classes: [className, "IOService", "IORegistryEntry"], properties, children };
}

/** The driver of an adapter, with its stream and the service that makes the nodes. */
export function serialDriver(bundle: string, suffix: string): IoNode {
  const client = node("IOSerialBSDClient", {
    CFBundleIdentifier: "com.apple.iokit.IOSerialFamily",
    IOTTYDevice: suffix,
    IOCalloutDevice: `/dev/cu.${suffix}`,
    IODialinDevice: `/dev/tty.${suffix}`,
  });
  return node("AppleUSBSerial", { CFBundleIdentifier: bundle }, [
    node("IOModemSerialStreamSync", { IOTTYSuffix: suffix }, [client]),
  ]);
}

/** A USB interface. */
export function usbInterface(
  number: number,
  properties: Readonly<Record<string, unknown>>,
  children: readonly IoNode[],
): IoNode {
  const own = { bInterfaceNumber: number, bConfigurationValue: 1, ...properties };
  return node("IOUSBHostInterface", own, children);
}

/** A machine. */
export function machine(...devices: readonly IoNode[]): IoNode {
  const bus = node(
    "AppleUSBXHCI",
    { CFBundleIdentifier: "com.apple.driver.usb.AppleUSBXHCI" },
    devices,
  );
  return node("IORegistryEntry", {}, [node("IOPlatformExpertDevice", {}, [bus])]);
}

/** An FT232R. */
export const FT232R: IoNode = node(
  "IOUSBHostDevice",
  {
    idVendor: 0x0403,
    idProduct: 0x6001,
    locationID: 0x1420_0000,
    "USB Serial Number": "A6008isP",
    "USB Vendor Name": "FTDI",
    "USB Product Name": "FT232R USB UART",
  },
  [
    usbInterface(0, { "USB Interface Name": "FT232R USB UART" }, [
      serialDriver("com.apple.driver.AppleUSBFTDI", "usbserial-A6008isP"),
    ]),
  ],
);

/** An FT2232H: two ports of one device. */
export const FT2232H: IoNode = node(
  "IOUSBHostDevice",
  {
    idVendor: 0x0403,
    idProduct: 0x6010,
    locationID: 0x1412_3000,
    kUSBSerialNumberString: "FT2XQ1",
    kUSBVendorString: "FTDI",
    kUSBProductString: "Dual RS232-HS",
  },
  [
    usbInterface(0, { kUSBString: "Dual RS232-HS A" }, [
      serialDriver("com.apple.driver.AppleUSBFTDI", "usbserial-FT2XQ10"),
    ]),
    usbInterface(1, {}, [serialDriver("com.apple.driver.AppleUSBFTDI", "usbserial-FT2XQ11")]),
  ],
);

/** A CDC-ACM device behind the class names of OS X 10.10, its ids with the sign of 16 bits. */
export const OLD_MODEM: IoNode = node(
  "IOUSBDevice",
  { idVendor: 0x8087 - 0x1_0000, idProduct: 0xffee - 0x1_0000, locationID: 0xfd12_0000 | 0 },
  [
    node("IOUSBInterface", { bInterfaceNumber: 1 }, [
      serialDriver("com.apple.driver.AppleUSBCDCACMData", "usbmodemfd121"),
    ]),
  ],
);

/** A port without USB. */
export const BLUETOOTH: IoNode = node("IOBluetoothSerialManager", {}, [
  serialDriver("com.apple.iokit.IOBluetoothSerialManager", "Bluetooth-Incoming-Port"),
]);
