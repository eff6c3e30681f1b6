// A simulated ESP32 behind a port with lines: the circuit of DTR and RTS that resets it, the boot loader in its ROM,
// the flasher that a program may load into its memory, and its flash.
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { readSlip, writeSlip } from "./slip.mjs";

const ROM_BAUD = 115_200;
const FLASH_BYTES = 4 * 1024 * 1024;
/** GigaDevice, 4 MiB. */
const FLASH_ID = 0x1640c8;
const CHECKSUM_START = 0xef;
/** The resistor and the capacitor at EN: so long after it is let go the chip looks at IO0. */
const EN_RISE_MS = 2;
const INVALID_MESSAGE = 0x05;
const SPI = 0x3ff4_2000;
const SPI_USR_BIT = 1 << 18;
const REGISTERS = new Map([
  [0x4000_1000, 0x00f0_1d83], // which chip it is
  [0x3ff4_0014, 347], // 40 MHz / 115200 baud
  [0x3ff5_a004, 0xcafe_babe], // MAC
  [0x3ff5_a008, 0x2462],
  [0x3ff5_a00c, 0x0000_8000], // revision 1
]);

/** The chip. */
export class Esp32 {
  /** How it booted after each reset: `flash` or `download`. */
  boots = [];
  /** Rates at which it was asked to go on. */
  rates = [];
  /** The code of each command that it did. */
  commands = [];
  flash = new Uint8Array(FLASH_BYTES).fill(0x55);
  #fake;
  #lines = { dtr: false, rts: false };
  #mode = "flash";
  #baud = ROM_BAUD;
  #isStub = false;
  #registers = new Map(REGISTERS);
  #memory = [];
  #write;
  #rise;

  /** @param fake A port of `createFakeSerialService()`. */
  constructor(fake) {
    this.#fake = fake;
  }

  /** Lives until the port is gone. */
  async run() {
    try {
      await Promise.all([this.#followLines(), this.#serve()]);
    } catch (error) {
      if (!/CLOSED|DISCONNECTED/.test(error.code)) throw error;
    } finally {
      clearTimeout(this.#rise);
    }
  }

  /** The program's DTR is our DSR, its RTS our CTS. */
  async #followLines() {
    for await (const { lines } of this.#fake.device.modemLineChanges()) {
      const before = this.#isInReset;
      this.#lines = { dtr: lines.dsr, rts: lines.cts };
      if (this.#isInReset) {
        clearTimeout(this.#rise);
        this.#mode = "reset";
      } else if (before) this.#rise = setTimeout(() => void this.#boot(), EN_RISE_MS);
    }
  }

  /** The two transistors of a board: RTS alone pulls EN low, DTR alone IO0. */
  get #isInReset() {
    return this.#lines.rts && !this.#lines.dtr;
  }

  async #boot() {
    const { dtr, rts } = this.#lines;
    this.#mode = dtr && !rts ? "download" : "flash";
    this.boots.push(this.#mode);
    this.#baud = ROM_BAUD;
    this.#isStub = false;
    this.#registers = new Map(REGISTERS);
    const text =
      this.#mode === "download"
        ? "boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download\r\n"
        : "app\r\n";
    await this.#send(Buffer.from(text));
  }

  async #serve() {
    for await (const packet of readSlip(() => this.#receive())) {
      if (packet.length >= 8 && packet[0] === 0) await this.#command(packet);
    }
  }

  /** Bytes at another rate than the chip's are noise to it. */
  async #receive() {
    for (;;) {
      const bytes = await this.#fake.device.receive();
      if (this.#mode === "download" && this.#fake.settings().baudRate === this.#baud) return bytes;
    }
  }

  async #send(bytes) {
    const isHeard = this.#fake.settings().baudRate === this.#baud;
    await this.#fake.device.send(isHeard ? bytes : bytes.map((byte) => byte ^ 0xa5));
  }

  async #command(packet) {
    const code = packet[1];
    const length = packet.readUInt16LE(2);
    const checksum = packet.readUInt32LE(4);
    const data = packet.subarray(8);
    this.commands.push(code);
    if (length !== data.length)
      throw new Error(`a command says ${length}, has ${data.length} bytes`);
    const action = this.#actions[code];
    if (action === undefined) {
      for (let time = 0; time < 8; time++)
        await this.#reply(0, 0, Uint8Array.of(1, INVALID_MESSAGE));
      return;
    }
    const { value = 0, body = new Uint8Array(), times = 1, after } = action(data, checksum);
    const status = new Uint8Array(this.#isStub ? 2 : 4);
    for (let time = 0; time < times; time++) {
      await this.#reply(code, value, Buffer.concat([body, status]));
    }
    await after?.();
  }

  async #reply(code, value, data) {
    const head = Buffer.alloc(8);
    head.writeUInt8(1, 0);
    head.writeUInt8(code, 1);
    head.writeUInt16LE(data.length, 2);
    head.writeUInt32LE(value >>> 0, 4);
    await this.#send(writeSlip(Buffer.concat([head, data])));
  }

  #actions = {
    // FLASH_BEGIN, FLASH_DATA, FLASH_END
    2: (data) => this.#begin(data, false),
    3: (data, checksum) => this.#block(data, checksum),
    4: () => ({}),
    // MEM_BEGIN, MEM_END, MEM_DATA
    5: () => {
      this.#memory.push([]);
      return {};
    },
    6: (data) => ({ after: () => this.#runMemory(data) }),
    7: (data, checksum) => {
      this.#memory.at(-1).push(checked(data.subarray(16), checksum));
      return {};
    },
    // SYNC; the flasher says 0
    8: () => ({ value: this.#isStub ? 0 : 0x2012_0707, times: 8 }),
    // WRITE_REG, READ_REG
    9: (data) => this.#writeRegister(data.readUInt32LE(0), data.readUInt32LE(4)),
    10: (data) => ({ value: this.#registers.get(data.readUInt32LE(0)) ?? 0 }),
    // SPI_ATTACH
    13: () => ({}),
    // CHANGE_BAUDRATE: the reply still has the old rate
    15: (data) => ({
      after: () => {
        this.#baud = data.readUInt32LE(0);
        this.rates.push(this.#baud);
      },
    }),
    // FLASH_DEFL_BEGIN, FLASH_DEFL_DATA, FLASH_DEFL_END
    16: (data) => this.#begin(data, true),
    17: (data, checksum) => this.#block(data, checksum),
    18: () => ({}),
    // SPI_FLASH_MD5
    19: (data) => {
      const at = data.readUInt32LE(0);
      const hash = createHash("md5").update(this.flash.subarray(at, at + data.readUInt32LE(4)));
      return { body: this.#isStub ? hash.digest() : Buffer.from(hash.digest("hex")) };
    },
  };

  async #runMemory(data) {
    if (data.readUInt32LE(4) === 0) return; // there is no entry
    if (this.#memory.flat().length === 0) throw new Error("there is nothing to run");
    this.#isStub = true;
    await this.#send(writeSlip(Buffer.from("OHAI")));
  }

  #writeRegister(at, value) {
    if (at === SPI && (value & SPI_USR_BIT) !== 0) {
      const command = (this.#registers.get(SPI + 0x24) ?? 0) & 0xff;
      if (command === 0x9f) this.#registers.set(SPI + 0x80, FLASH_ID);
      this.#registers.set(SPI, 0); // it is done
    } else this.#registers.set(at, value);
    return {};
  }

  #begin(data, isDeflated) {
    const [size, blocks, blockBytes, at] = [0, 4, 8, 12].map((offset) => data.readUInt32LE(offset));
    this.#write = { at, blocks, blockBytes, isDeflated, chunks: [] };
    this.flash.fill(0xff, at, at + size);
    return {};
  }

  #block(data, checksum) {
    const { at, blocks, blockBytes, isDeflated, chunks } = this.#write;
    const sequence = data.readUInt32LE(4);
    const block = checked(data.subarray(16, 16 + data.readUInt32LE(0)), checksum);
    if (sequence !== chunks.length)
      throw new Error(`block ${sequence} came after ${chunks.length}`);
    chunks.push(block);
    if (!isDeflated) this.flash.set(block, at + sequence * blockBytes);
    else if (chunks.length === blocks) this.flash.set(inflateSync(Buffer.concat(chunks)), at);
    return {};
  }
}

function checked(block, checksum) {
  const own = block.reduce((sum, byte) => sum ^ byte, CHECKSUM_START);
  if (own !== checksum) throw new Error(`the checksum is ${checksum}, not ${own}`);
  return Buffer.from(block);
}
