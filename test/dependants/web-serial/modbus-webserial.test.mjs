// modbus-webserial: a Modbus RTU master of web pages.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { ModbusRTU } from "modbus-webserial";
import { makeDevice } from "../helpers/device.mjs";
import { installFor } from "./serial.mjs";

const FTDI = { vid: 0x0403, pid: 0x6001 };

/** A slave with registers and coils. */
function slave() {
  const registers = new Map([
    [0, 230],
    [1, 50],
  ]);
  return (bytes) => {
    const length = bytes[1] === 16 ? 9 + bytes[6] : 8;
    if (bytes.length < length) return undefined;
    const [unit, code] = bytes;
    const [at, value] = [bytes.readUInt16BE(2), bytes.readUInt16BE(4)];
    if (at > 100) return { taken: length, send: withCrc([unit, code | 0x80, 2]) };
    if (code === 3) {
      const words = Array.from({ length: value }, (_, index) => registers.get(at + index) ?? 0);
      const data = words.flatMap((word) => [word >> 8, word & 0xff]);
      return { taken: length, send: withCrc([unit, code, data.length, ...data]) };
    }
    if (code === 6) registers.set(at, value);
    if (code === 16) {
      for (let index = 0; index < value; index++) {
        registers.set(at + index, bytes.readUInt16BE(7 + 2 * index));
      }
    }
    return { taken: length, send: withCrc([...bytes.subarray(0, 6)]) };
  };
}

function withCrc(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Buffer.from([...bytes, crc & 0xff, crc >> 8]);
}

test("modbus-webserial reads and writes registers of a slave", async (t) => {
  const device = await makeDevice(t, slave());
  installFor(device, FTDI);
  const requestFilters = [{ usbVendorId: FTDI.vid, usbProductId: FTDI.pid }];
  const client = await ModbusRTU.openWebSerial({ baudRate: 19_200, timeout: 5000, requestFilters });
  client.setID(1);

  deepEqual((await client.readHoldingRegisters(0, 2)).data, [230, 50]);
  await client.writeRegister(1, 60);
  await client.writeRegisters(2, [7, 8]);
  deepEqual((await client.readHoldingRegisters(0, 4)).data, [230, 60, 7, 8]);
  await rejects(client.readHoldingRegisters(200, 1), { code: 2 });

  equal(client.getPort().getInfo().usbVendorId, FTDI.vid);
  await client.close();
  equal(client.getPort().readable, null);
});
