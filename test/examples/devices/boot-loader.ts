// A boot loader that takes XMODEM-CRC. Its CRC is computed here, not by the library.

import type { VirtualPort } from "anyserial/pty";

const [SOH, EOT, ACK, NAK, CAN, READY] = [0x01, 0x04, 0x06, 0x15, 0x18, 0x43];
const BLOCK_BYTES = 133;
const DATA_BYTES = 128;

/**
 * It reports again and again that it is ready, since bytes sent before a port is opened are lost.
 */
const CALL_EVERY_MS = 50;

/** Faults to inject. */
export interface Trouble {
  /** Number of a block that arrives damaged once. */
  readonly damaged?: number;
  /** Number of a block that is refused for good. */
  readonly refused?: number;
}

/** Takes an upload. @returns Its bytes, with the padding of the last block. */
export async function takeUpload(device: VirtualPort, trouble: Trouble = {}): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const damaged = new Set([trouble.damaged]);
  const say = (byte: number): Promise<void> => device.send(Buffer.from([byte]));
  let held = Buffer.alloc(0);
  const calling = setInterval(() => device.trySend(Buffer.from([READY, READY])), CALL_EVERY_MS);
  for (;;) {
    held = Buffer.concat([held, await device.receive()]);
    clearInterval(calling); // the upload has begun
    if (held[0] === EOT) {
      await say(ACK);
      return Buffer.concat(blocks);
    }
    if (held.length < BLOCK_BYTES) continue;
    const [head, number = 0, inverse] = held;
    const data = held.subarray(3, 3 + DATA_BYTES);
    const isWhole =
      head === SOH && inverse === 255 - number && crc(data) === held.readUInt16BE(131);
    held = held.subarray(BLOCK_BYTES);
    if (number === trouble.refused) await say(CAN);
    else if (!isWhole || damaged.delete(number)) await say(NAK);
    else {
      if (number !== (blocks.length + 1) % 256) throw new Error(`block ${number} out of turn`);
      blocks.push(data);
      await say(ACK);
    }
  }
}

function crc(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 0x8000 ? ((value << 1) ^ 0x1021) & 0xffff : (value << 1) & 0xffff;
    }
  }
  return value;
}
