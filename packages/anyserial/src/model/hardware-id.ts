// Texts about a USB port as pySerial forms them, byte for byte (serial/tools/list_ports_common.py
// of pySerial 3.5). Pure.

/** The properties of a USB device; an empty text is a text. */
export interface UsbFacts {
  readonly vid: number | undefined;
  readonly pid: number | undefined;
  readonly serialNumber: string | undefined;
  /** USB path of the device or interface. */
  readonly location: string | undefined;
  readonly product: string | undefined;
  /** Name of the interface. */
  readonly interface: string | undefined;
}

/**
 * Writes the hardware id of a USB port.
 *
 * @param usb The known properties of the device.
 * @returns `USB VID:PID=0403:6001 SER=A6008isP LOCATION=1-2`; unknown ids are 0000.
 */
export function usbHardwareId(usb: UsbFacts): string {
  const serial = usb.serialNumber === undefined ? "" : ` SER=${usb.serialNumber}`;
  const location = usb.location === undefined ? "" : ` LOCATION=${usb.location}`;
  return `USB VID:PID=${usbId(usb.vid)}:${usbId(usb.pid)}${serial}${location}`;
}

/**
 * Describes a USB port.
 *
 * @param usb The known properties of the device.
 * @param name Name of the port, for a device that does not say what it is.
 * @returns `Product - Interface`, or as much of it as is known.
 */
export function usbDescription(usb: UsbFacts, name: string): string {
  const product = usb.product === "" ? undefined : usb.product;
  if (usb.interface !== undefined && usb.interface !== "") {
    return product === undefined ? usb.interface : `${product} - ${usb.interface}`;
  }
  return product ?? name;
}

function usbId(id: number | undefined): string {
  return (id ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
