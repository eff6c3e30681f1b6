// @meshtastic/transport-node-serial makes web streams of the port: it has to be a genuine Duplex.
import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { TransportNodeSerial } from "@meshtastic/transport-node-serial";
import { makeDevice, receivedBy } from "../helpers/device.mjs";

const START = [0x94, 0xc3];

test("@meshtastic/transport-node-serial exchanges packets", async (t) => {
  const device = await makeDevice(t);
  const transport = await TransportNodeSerial.create(device.path);
  const reader = transport.fromDevice.getReader();
  const writer = transport.toDevice.getWriter();

  await writer.write(Uint8Array.of(1, 2, 3));
  const received = await receivedBy(device, ({ length }) => length >= 7);
  await device.port.send(Buffer.from([...START, 0, 2, 8, 9]));
  let packet;
  do packet = (await reader.read()).value;
  while (packet.type !== "packet");

  deepEqual([...received], [...START, 0, 3, 1, 2, 3]);
  deepEqual([...packet.data], [8, 9]);
  await transport.disconnect();
});
