// Uploads a file to a boot loader by XMODEM-CRC, with progress:
//   node examples/firmware-upload.ts /dev/ttyUSB0 firmware.bin
import { readFileSync } from "node:fs";
import { openSerialPort } from "anyserial";
import { crc16xmodem, fixedLength } from "anyserial/framing";

const [path = "/dev/ttyUSB0", file = "firmware.bin"] = process.argv.slice(2);
const [SOH, EOT, ACK, NAK, READY] = [0x01, 0x04, 0x06, 0x15, 0x43];
const BLOCK_BYTES = 128;
const MOST_TRIES = 10;

await using port = await openSerialPort(path, { baudRate: 115_200 });
const replies = port.framed(fixedLength(1));

/** Sends a block until the boot loader has it whole. */
async function send(block: Uint8Array): Promise<void> {
  for (let left = MOST_TRIES; left > 0; left--) {
    await port.send(block);
    await port.drain(); // it is on the line: the time for the answer begins
    let reply: number | undefined = READY; // it may have been said more than once
    while (reply === READY)
      [reply] = await replies.receive({ signal: AbortSignal.timeout(10_000) });
    if (reply === ACK) return;
    if (reply !== NAK) throw new Error(`${path}: the upload was canceled: byte ${reply}`);
  }
  throw new Error(`${path}: a block did not arrive in ${MOST_TRIES} tries`);
}

for (let reply: number | undefined; reply !== READY; ) [reply] = await replies.receive();
const firmware = readFileSync(file);
for (let at = 0; at < firmware.length; at += BLOCK_BYTES) {
  const data = Buffer.alloc(BLOCK_BYTES, 0x1a); // the last block is filled up
  firmware.copy(data, 0, at);
  const number = (at / BLOCK_BYTES + 1) % 256;
  await send(Uint8Array.of(SOH, number, 255 - number, ...data, ...crc16xmodem(data)));
  console.log(`${Math.min(at + BLOCK_BYTES, firmware.length)} of ${firmware.length} bytes`);
}
await send(Uint8Array.of(EOT));
