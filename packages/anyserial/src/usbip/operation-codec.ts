// The beginning of a connection of USB/IP: the list of devices, or the import of one. Pure. Big-endian.
// Documentation/usb/usbip_protocol.rst and tools/usb/usbip/src/usbip_network.h of the Linux kernel.

import type { DeviceModel } from "../usb/device-model.ts";
import { UsbipProtocolError } from "./urb-codec.ts";

/** Length of the head of every operation, in bytes. */
export const OPERATION_BYTES = 8;
/** Length of a bus id, padded. */
export const BUSID_BYTES = 32;
/** Length of the record of a device. */
const RECORD_BYTES = 312;

const VERSION = 0x0111;
const PATH_BYTES = 256;
/** Bit 15 distinguishes requests from answers. */
const REQUEST = 0x8000;
const OPERATION = { list: 5, import: 3 } as const;
/** `enum usb_device_speed`. */
export const SPEED = { full: 2, high: 3 } as const;
/** Status of an answer: `usbip_common.h`. */
export const OPERATION_STATUS = { ok: 0, busy: 2, noDevice: 4 } as const;

/** Requests of a client. */
export type Operation = keyof typeof OPERATION;

/** A device that may be imported. */
export interface ExportedDevice {
  /** Name for the client, such as `1-1`. */
  readonly busid: string;
  /** Handed back in every command. */
  readonly deviceNumber: number;
  readonly model: DeviceModel;
}

/**
 * Reads the head of a request.
 *
 * @param head 8 bytes.
 * @throws {@link UsbipProtocolError} it is none, or of another version.
 */
export function decodeOperation(head: Uint8Array): Operation {
  const view = new DataView(head.buffer, head.byteOffset, OPERATION_BYTES);
  const version = view.getUint16(0);
  if (version !== VERSION) throw new UsbipProtocolError(`version ${version.toString(16)}`);
  const code = view.getUint16(2);
  const found = (Object.keys(OPERATION) as Operation[]).find(
    (name) => (OPERATION[name] | REQUEST) === code,
  );
  if (found === undefined) throw new UsbipProtocolError(`unknown request ${code.toString(16)}`);
  return found;
}

/** Reads the bus id of an import. */
export function decodeBusid(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, BUSID_BYTES)).toString("latin1");
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Writes the list of devices. */
export function encodeDeviceList(devices: readonly ExportedDevice[]): Uint8Array {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(devices.length);
  const records = devices.flatMap((device) => [
    encodeRecord(device),
    ...device.model.interfaces.map(({ classCode, subclass, protocol }) =>
      Uint8Array.of(classCode, subclass, protocol, 0),
    ),
  ]);
  return Buffer.concat([encodeHead("list", OPERATION_STATUS.ok), count, ...records]);
}

/**
 * Writes the answer to an import.
 *
 * @param status Of {@link OPERATION_STATUS}.
 * @param device The device, where it is handed over.
 */
export function encodeImport(status: number, device?: ExportedDevice): Uint8Array {
  const head = encodeHead("import", status);
  return device === undefined ? head : Buffer.concat([head, encodeRecord(device)]);
}

function encodeHead(operation: Operation, status: number): Uint8Array {
  const head = Buffer.alloc(OPERATION_BYTES);
  head.writeUInt16BE(VERSION, 0);
  head.writeUInt16BE(OPERATION[operation], 2);
  head.writeUInt32BE(status, 4);
  return head;
}

function encodeRecord({ busid, deviceNumber, model }: ExportedDevice): Uint8Array {
  const record = Buffer.alloc(RECORD_BYTES);
  const { identity, interfaces, speed } = model;
  record.write(`/sys/devices/platform/anyserial/${busid}`, 0, PATH_BYTES - 1, "latin1");
  record.write(busid, PATH_BYTES, BUSID_BYTES - 1, "latin1");
  let at = PATH_BYTES + BUSID_BYTES;
  for (const word of [deviceNumber >>> 16, deviceNumber & 0xffff, SPEED[speed]]) {
    at = record.writeUInt32BE(word, at);
  }
  for (const half of [identity.vendorId, identity.productId, identity.release]) {
    at = record.writeUInt16BE(half, at);
  }
  record.set([identity.deviceClass ?? 0, 0, 0, 1, 1, interfaces.length], at);
  return record;
}
