// An Arduino Uno without one: the kernel's own driver makes its port, avrdude resets it by DTR and writes its flash.
//   sudo node examples/boards/arduino-board.ts /tmp/ttyUNO flash.bin
//   avrdude -c arduino -p m328p -P /tmp/ttyUNO -U flash:w:blink.hex
// With --pty as the third word the port is a pty: no root, and no reset, so each opening resets the board.
import { writeFileSync } from "node:fs";
import { createVirtualAdapter } from "anyserial/adapter";
import { createVirtualPort, type EmulatedPort } from "anyserial/pty";

const [link = "/tmp/ttyUNO", file = "flash.bin", kind = "--adapter"] = process.argv.slice(2);
const [FAILED, OK, IN_SYNC, NO_SYNC, END] = [0x11, 0x10, 0x14, 0x15, 0x20];
const SIGNATURE = [0x1e, 0x95, 0x0f]; // ATmega328P
const LOADER_MS = 1000;
const flash = Buffer.alloc(32 * 1024, 0xff);
let address = 0;
let isLoading = false;
let input = Buffer.alloc(0);
let sketchStarts: NodeJS.Timeout | undefined;

const port: EmulatedPort =
  kind === "--pty"
    ? await createVirtualPort({ link })
    : await createVirtualAdapter({ chip: "ch340", link, mode: 0o666 });

/** The boot loader runs for a second, then the sketch, unless a programmer speaks to it. */
function reset(): void {
  isLoading = true;
  input = Buffer.alloc(0);
  clearTimeout(sketchStarts);
  sketchStarts = setTimeout(startSketch, LOADER_MS);
}

function startSketch(): void {
  isLoading = false;
  clearTimeout(sketchStarts);
  const end = flash.findLastIndex((byte) => byte !== 0xff) + 1;
  writeFileSync(file, flash.subarray(0, end));
  port.trySend(Buffer.from(`a sketch of ${end} bytes runs\r\n`));
}

/** Length of a command of STK500 version 1, as far as it is known. */
function lengthOf([command = 0, high = 0, low = 0]: Uint8Array): number {
  const lengths: Record<number, number> = { 65: 3, 66: 22, 85: 4, 86: 6, 116: 5 };
  if (command === 0x45) return high + 2;
  if (command === 0x64) return 5 + high * 256 + low;
  return lengths[command] ?? 2;
}

/** Does a command. @returns The answer between its first and its last byte; `undefined` when it is unknown. */
function answerTo(command: Buffer): Uint8Array | undefined {
  const [code = 0, high = 0, low = 0] = command;
  const count = high * 256 + low;
  if (code === 0x75) return Uint8Array.from(SIGNATURE);
  if (code === 0x41) return Uint8Array.of(high === 0x81 ? 4 : 0); // version 4.0
  if (code === 0x55)
    address = (high + low * 256) * 2; // low byte first, of a word
  else if (code === 0x64) flash.set(command.subarray(4, 4 + count), address);
  else if (code === 0x74) return flash.subarray(address, address + count);
  else if (code === 0x56) return universal(high, low);
  else if (![0x30, 0x42, 0x45, 0x50, 0x51].includes(code)) return undefined;
  return new Uint8Array();
}

/** A command of the chip itself, of which a boot loader knows one. */
function universal(first: number, second: number): Uint8Array {
  if (first === 0xac && second === 0x80) flash.fill(0xff); // erase the chip
  return Uint8Array.of(0);
}

function program(): void {
  while (isLoading && input.length > 0 && input.length >= lengthOf(input)) {
    const command = input.subarray(0, lengthOf(input));
    input = input.subarray(command.length);
    sketchStarts?.refresh();
    const answer = command.at(-1) === END ? answerTo(command) : undefined;
    if (answer === undefined)
      port.trySend(Uint8Array.of(command.at(-1) === END ? FAILED : NO_SYNC));
    else port.trySend(Uint8Array.of(IN_SYNC, ...answer, OK));
    if (command[0] === 0x51) startSketch();
  }
}

let hadDtr = false;
port.subscribe({
  onData: (bytes) => {
    if (isLoading) input = Buffer.concat([input, bytes]);
    program();
  },
  onChange: (change) => {
    if (change.kind === "open" && kind === "--pty") reset();
    if (change.kind !== "lines") return;
    const { dtr } = change.lines;
    if (dtr && !hadDtr) reset(); // a capacitor makes a pulse of the edge
    hadDtr = dtr;
  },
});
console.log(port.path); // ready: a program that opens it from now on is noticed
