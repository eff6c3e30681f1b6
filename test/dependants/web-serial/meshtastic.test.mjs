// @meshtastic/transport-web-serial: radios of web pages; it pipes the streams, and listens at navigator.serial. Its
// disconnect() is left out: it closes the port with the readable stream locked, which browsers refuse as well.
import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { TransportWebSerial } from "@meshtastic/transport-web-serial";
import { makeDevice, receivedBy } from "../helpers/device.mjs";
import { installFor } from "./serial.mjs";

const START = [0x94, 0xc3];

test("@meshtastic/transport-web-serial exchanges packets", async (t) => {
  const device = await makeDevice(t);
  installFor(device);
  const transport = await TransportWebSerial.create();
  const reader = transport.fromDevice.getReader();
  const writer = transport.toDevice.getWriter();

  await writer.write(Uint8Array.of(1, 2, 3));
  const received = await receivedBy(device, ({ length }) => length >= 7);
  await device.port.send(Buffer.from([...START, 0, 2, 8, 9]));
  const packet = await next(reader, ({ type }) => type === "packet");

  deepEqual([...received], [...START, 0, 3, 1, 2, 3]);
  deepEqual([...packet.data], [8, 9]);
});

test("@meshtastic/transport-web-serial reports that the device is gone", async (t) => {
  const device = await makeDevice(t);
  installFor(device);
  const transport = await TransportWebSerial.create();
  const reader = transport.fromDevice.getReader();
  await next(reader, ({ data }) => data.status === 5); // it is connected

  await device.port.close();

  const { data } = await next(reader, ({ type, data }) => type === "status" && data.reason);
  deepEqual(data.reason, "read-error");
});

/** Reads until something fits. */
async function next(reader, fits) {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the transport ended");
    if (fits(value)) return value;
  }
}
