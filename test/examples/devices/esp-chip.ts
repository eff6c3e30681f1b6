// An ESP32 in its boot loader: answers eight times to a sync, as chips do, and reads a register.

import { type Framing, framed, slip } from "anyserial/framing";
import type { VirtualPort } from "anyserial/pty";

const SYNC = 0x08;
const READ_REGISTER = 0x0a;
const CHIP_REGISTER = 0x4000_1000;
const ESP32 = 0x00f0_1d83;

/** Serves commands until the port is closed. */
export async function serveBootLoader(device: VirtualPort): Promise<void> {
  const framing: Framing<Uint8Array> = slip();
  const packets = framed(device, framing);
  for await (const packet of packets) {
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    const code = view.getUint8(1);
    const isChip = code === READ_REGISTER && view.getUint32(8, true) === CHIP_REGISTER;
    const times = code === SYNC ? 8 : 1;
    for (let time = 0; time < times; time++) await packets.send(answer(code, isChip ? ESP32 : 0));
  }
}

function answer(code: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(12));
  bytes.setUint8(0, 1);
  bytes.setUint8(1, code);
  bytes.setUint16(2, 4, true);
  bytes.setUint32(4, value, true);
  return new Uint8Array(bytes.buffer);
}
