// PortInfo: the properties of a port known to discovery, and the order of a list. Pure data.

/** The properties of a port that are known without opening it; a frozen record. */
export interface PortInfo {
  /** Path to open. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** Text for people. */
  readonly description: string | undefined;
  /** The same text as pySerial's `hwid`; `undefined` where pySerial has `n/a`. */
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
  /** USB path of the device, such as `1-1.4`; of the interface, such as `1-1.4:1.0`, if it has several. */
  readonly location: string | undefined;
  /** Name of the USB interface. */
  readonly interface: string | undefined;
  /** Kernel driver. */
  readonly driver: string | undefined;
  /** A path that stays the same over reboots, such as `/dev/serial/by-id/…`. */
  readonly stablePath: string | undefined;
}

/** A text from a device is cut to this many characters; a USB string has at most 126. */
export const MOST_CHARACTERS = 256;
/** Longest text that joins several of them, in characters. */
const MOST_TOGETHER = 4 * MOST_CHARACTERS;
const DIGIT = /^\d/;

/**
 * Builds a record.
 *
 * @param known Path, and other known properties; empty texts count as unknown, long ones are cut.
 * @returns A frozen record with every field.
 */
export function createPortInfo(known: Partial<PortInfo> & Pick<PortInfo, "path">): PortInfo {
  const { path } = known;
  return Object.freeze({
    path,
    name: known.name ?? path.slice(path.lastIndexOf("/") + 1),
    description: bounded(known.description, MOST_TOGETHER),
    hardwareId: bounded(known.hardwareId, MOST_TOGETHER),
    vid: known.vid,
    pid: known.pid,
    serialNumber: bounded(known.serialNumber),
    manufacturer: bounded(known.manufacturer),
    product: bounded(known.product),
    location: bounded(known.location),
    interface: bounded(known.interface),
    driver: bounded(known.driver),
    stablePath: known.stablePath,
  });
}

/**
 * Orders ports as people do: `ttyUSB2` before `ttyUSB10`.
 *
 * @param a A port.
 * @param b Another.
 * @returns Negative, zero or positive, for `sort()`.
 */
export function comparePorts(a: PortInfo, b: PortInfo): number {
  return compareNaturally(a.path, b.path);
}

/**
 * Orders texts with numbers in them by the numbers' values.
 *
 * @param a A text.
 * @param b Another.
 * @returns Negative, zero or positive; zero for equal texts only.
 */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = compareParts(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length || compareValues(a, b);
}

function compareParts(a: string, b: string): number {
  return DIGIT.test(a) && DIGIT.test(b) ? compareValues(Number(a), Number(b)) : compareValues(a, b);
}

function compareValues<T extends string | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function bounded(text: string | undefined, most: number = MOST_CHARACTERS): string | undefined {
  return text === undefined || text === "" ? undefined : text.slice(0, most);
}
