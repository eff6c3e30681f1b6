// Asks an ESP chip in its boot loader which one it is, by Web Serial: `node esp-chip.ts /dev/ttyUSB0`.
// From requestPort() on, a web page does the same.
import { createSerial } from "anyserial/web-serial";

const [SYNC, READ_REGISTER, END] = [0x08, 0x0a, 0xc0];
const CHIPS: Record<number, string> = { 15736195: "ESP32", 1990: "ESP32-S2" };
const serial = createSerial({ others: [process.argv[2] ?? ""], choose: {} });

const port = await serial.requestPort();
await port.open({ baudRate: 115_200 });
if (port.readable === null || port.writable === null) throw new Error("the port is gone");
const [reader, writer] = [port.readable.getReader(), port.writable.getWriter()];

function command(code: number, body: readonly number[]): Promise<void> {
  const packet = [0, code, body.length, 0, 0, 0, 0, 0, ...body]; // none of ours has a byte to escape
  return writer.write(Uint8Array.from([END, ...packet, END]));
}

async function answer(code: number, packet: number[] = []): Promise<DataView> {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the port was closed");
    for (const byte of value) {
      if (byte !== END) packet.push(byte);
      else if (packet[1] === code) return new DataView(Uint8Array.from(packet).buffer);
      else packet.length = 0;
    }
  }
}

await command(SYNC, [0x07, 0x07, 0x12, 0x20, ...Array<number>(32).fill(0x55)]);
await answer(SYNC);
await command(READ_REGISTER, [0x00, 0x10, 0x00, 0x40]); // 0x40001000
const magic = (await answer(READ_REGISTER)).getUint32(4, true);
console.log(CHIPS[magic] ?? `an unknown chip: ${magic.toString(16)}`);
reader.releaseLock();
await writer.close();
await port.close();
