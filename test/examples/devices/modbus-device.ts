// A Modbus RTU device that answers as a test says. Its CRC is computed here, not by the library.

import type { VirtualPort } from "anyserial/pty";

/** Answers a question, with a CRC; `undefined` gives no answer. */
export type Answer = (question: Buffer) => Promise<Buffer | undefined>;

/** Serves the questions on a port until it is closed. A question has 8 bytes. */
export async function serveModbus(device: VirtualPort, answer: Answer): Promise<void> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunksOf(device)) {
    held = Buffer.concat([held, chunk]);
    for (; held.length >= 8; held = held.subarray(8)) {
      const question = Buffer.from(held.subarray(0, 8));
      if (!crc(question.subarray(0, 6)).equals(question.subarray(6))) throw new Error("wrong CRC");
      const bytes = await answer(question);
      if (bytes !== undefined) await device.send(bytes);
    }
  }
}

/** The answer of a device to a question for registers. */
export function registers(unit: number, ...values: readonly number[]): Buffer {
  const words = values.flatMap((value) => [value >> 8, value & 0xff]);
  return Buffer.from([unit, 3, words.length, ...words]);
}

/** Adds a CRC. */
export function withCrc(body: Buffer): Buffer {
  return Buffer.concat([body, crc(body)]);
}

function crc(bytes: Buffer): Buffer {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0xa001 : value >> 1;
  }
  return Buffer.from([value & 0xff, value >> 8]);
}

async function* chunksOf(device: VirtualPort): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = await device.receive().catch(() => undefined);
    if (chunk === undefined) return;
    yield chunk;
  }
}
