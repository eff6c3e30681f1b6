// Descriptors of a device with one configuration. Pure. USB 2.0, section 9.6.

import type { DeviceModel, Endpoint, UsbInterface } from "./device-model.ts";

/** Kinds of descriptors. */
export const DESCRIPTOR = { device: 1, configuration: 2, string: 3 } as const;
/** Numbers of the strings. */
const STRING = { manufacturer: 1, product: 2, serialNumber: 3 } as const;
const INTERFACE = 4;
const ENDPOINT = 5;
const US_ENGLISH = 0x409;
const CONTROL_PACKET = 64;
/** A string descriptor has at most 255 bytes, two of which are its head. */
const MOST_UNITS = 126;
const BUS_POWERED = 0x80;
/** In units of 2 mA. */
const POWER = 50;
/** At high speed 2^(4-1) microframes, at full speed 4 ms. */
const INTERVAL = 4;

/** Describes the device itself: 18 bytes. */
export function encodeDevice({ identity }: DeviceModel): Uint8Array {
  const { vendorId, productId, release, deviceClass = 0 } = identity;
  const { manufacturer, product, serialNumber } = STRING;
  return Uint8Array.of(
    ...[18, DESCRIPTOR.device, ...word(0x0200), deviceClass, 0, 0, CONTROL_PACKET],
    ...[...word(vendorId), ...word(productId), ...word(release)],
    ...[identity.manufacturer === "" ? 0 : manufacturer, identity.product === "" ? 0 : product],
    ...[identity.serialNumber === "" ? 0 : serialNumber, 1],
  );
}

/** Describes the only configuration, with its interfaces and endpoints. */
export function encodeConfiguration({ interfaces }: DeviceModel): Uint8Array {
  const body = interfaces.flatMap(encodeInterface);
  return Uint8Array.of(
    ...[9, DESCRIPTOR.configuration, ...word(9 + body.length)],
    ...[interfaces.length, 1, 0, BUS_POWERED, POWER],
    ...body,
  );
}

/**
 * Finds the string with a number.
 *
 * @returns Its descriptor; the list of languages for 0; `undefined` where there is none.
 */
export function encodeString({ identity }: DeviceModel, number: number): Uint8Array | undefined {
  if (number === 0) return Uint8Array.of(4, DESCRIPTOR.string, ...word(US_ENGLISH));
  const names = ["manufacturer", "product", "serialNumber"] as const;
  const name = names.find((each) => STRING[each] === number);
  const text = name === undefined ? "" : identity[name];
  if (text === "") return undefined;
  const units = Array.from({ length: Math.min(text.length, MOST_UNITS) }, (_, at) =>
    text.charCodeAt(at),
  );
  return Uint8Array.of(2 + 2 * units.length, DESCRIPTOR.string, ...units.flatMap(word));
}

function encodeInterface(face: UsbInterface, number: number): number[] {
  const { classCode, subclass, protocol, endpoints, functional } = face;
  return [
    ...[9, INTERFACE, number, 0, endpoints.length, classCode, subclass, protocol, 0],
    ...functional,
    ...endpoints.flatMap(encodeEndpoint),
  ];
}

function encodeEndpoint({ address, type, packetBytes }: Endpoint): number[] {
  const [attributes, interval] = type === "bulk" ? [2, 0] : [3, INTERVAL];
  return [7, ENDPOINT, address, attributes, ...word(packetBytes), interval];
}

function word(value: number): [number, number] {
  return [value & 0xff, (value >> 8) & 0xff];
}
