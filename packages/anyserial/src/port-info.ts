// PortInfo: what discovery knows about a port. Pure data.

/** What is known about a port without opening it; a frozen record. */
export interface PortInfo {
  /** Path to open. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** Text for people. */
  readonly description: string | undefined;
  /** The same text as pySerial's `hwid`. */
  readonly hardwareId: string | undefined;
  /** USB vendor id, 0 to 65535. */
  readonly vid: number | undefined;
  /** USB product id, 0 to 65535. */
  readonly pid: number | undefined;
  /** USB serial number. */
  readonly serialNumber: string | undefined;
  /** Manufacturer as the device names it. */
  readonly manufacturer: string | undefined;
  /** Product as the device names it. */
  readonly product: string | undefined;
  /** USB path of the device, such as `1-1.4:1.0`. */
  readonly location: string | undefined;
  /** Name of the USB interface. */
  readonly interface: string | undefined;
  /** Kernel driver. */
  readonly driver: string | undefined;
  /** A path that stays the same over reboots, such as `/dev/serial/by-id/…`. */
  readonly stablePath: string | undefined;
}
