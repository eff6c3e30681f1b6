// Data for FunctionFS about a device: descriptors and strings, as <linux/usb/functionfs.h> lays
// them out, and the events that it reports. Pure.

import type { Endpoint } from "./models.ts";

const DESCRIPTORS_MAGIC_V2 = 3;
const STRINGS_MAGIC = 2;
const HAS_FULL_SPEED = 1;
const HAS_HIGH_SPEED = 2;
/** Also hands on requests to the device itself, which is where the chips take theirs. */
const ALL_CONTROL_RECIPIENTS = 64;
const VENDOR_SPECIFIC = 0xff;
const US_ENGLISH = 0x409;

/** Length of one event. */
export const EVENT_LENGTH = 12;
/** The kernel's numbers of events that matter here. */
export const EVENT = { enable: 2, disable: 3, setup: 4 } as const;
/** Largest bulk packet at high speed, in bytes. */
export const BULK_PACKET = 512;

/** One interface of the vendor's own class, with these endpoints. */
export function encodeDescriptors(endpoints: readonly Endpoint[]): Buffer {
  const count = 1 + endpoints.length;
  const body = Buffer.concat([
    encodeSpeed(endpoints, { bulk: 64, interrupt: 16 }),
    encodeSpeed(endpoints, { bulk: BULK_PACKET, interrupt: 16 }),
  ]);
  const flags = HAS_FULL_SPEED | HAS_HIGH_SPEED | ALL_CONTROL_RECIPIENTS;
  const length = 5 * 4 + body.length;
  return Buffer.concat([words(DESCRIPTORS_MAGIC_V2, length, flags, count, count), body]);
}

/** The one string that the interface has. */
export function encodeStrings(name: string): Buffer {
  const text = Buffer.from(`${name}\0`);
  const length = 4 * 4 + 2 + text.length;
  const language = Buffer.from([US_ENGLISH & 0xff, US_ENGLISH >> 8]);
  return Buffer.concat([words(STRINGS_MAGIC, length, 1, 1), language, text]);
}

function encodeSpeed(
  endpoints: readonly Endpoint[],
  packet: { readonly bulk: number; readonly interrupt: number },
): Buffer {
  const face = [9, 4, 0, 0, endpoints.length, VENDOR_SPECIFIC, 0, 0, 1];
  const all = endpoints.map(({ address, type }) => {
    const size = packet[type];
    const [attributes, interval] = type === "bulk" ? [2, 0] : [3, 4];
    return [7, 5, address, attributes, size & 0xff, size >> 8, interval];
  });
  return Buffer.from([...face, ...all.flat()]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, at * 4);
  return bytes;
}
