// esptool-js, the flasher of web pages for ESP chips: it resets the chip by DTR and RTS, talks to the boot loader in
// ROM, loads its flasher, changes the rate by closing and opening the port, and writes.
import { deepEqual, equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createFakeSerialService } from "anyserial/testing";
import { installWebSerial } from "anyserial/web-serial";
import { ESPLoader, Transport } from "esptool-js";
import { makeLine } from "../helpers/line.mjs";
import { Esp32 } from "./esp32-rom.mjs";

const CP2102 = { vid: 0x10c4, pid: 0xea60 };
const FLASH_BEGIN = 2;
const FLASH_DATA = 3;
const FLASH_END = 4;

/** A chip on a board, and the loader connected with its port. */
async function makeScene(t, options) {
  const service = createFakeSerialService();
  const fake = await service.addPort(CP2102);
  return connect(t, { fake, init: { service }, options, end: () => service.close() });
}

/** The same, where the port is on another machine. */
async function makeRemoteScene(t, options) {
  const { path, near, far } = await makeLine(t);
  const fake = { device: far, settings: () => near.config };
  const init = { ports: () => false, others: [{ path, ...CP2102 }] };
  return connect(t, { fake, init, options, end: () => far.close() });
}

async function connect(t, { fake, init, options, end }) {
  const chip = new Esp32(fake);
  const running = chip.run();
  const serial = installWebSerial(globalThis, { ...init, choose: {} });
  const port = await serial.requestPort({ filters: [{ usbVendorId: CP2102.vid }] });
  const transport = new Transport(port);
  transport.trace = () => undefined; // it prints everything
  const log = [];
  const terminal = {
    clean: () => undefined,
    write: (text) => log.push(text),
    writeLine: (text) => log.push(text),
  };
  const loader = new ESPLoader({ transport, terminal, ...options });
  t.after(async () => {
    await transport.disconnect();
    await end();
    await running;
  });
  return { chip, loader, transport, fake, log };
}

function firmware(length) {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

function md5(image) {
  return createHash("md5").update(image).digest("hex");
}

test("esptool-js flashes a compressed image at another rate, and the flash has its MD5", async (t) => {
  const { chip, loader, fake, log } = await makeScene(t, { baudrate: 460_800 });
  const image = firmware(100_000);

  const name = await loader.main();
  await loader.writeFlash({
    fileArray: [{ data: image, address: 0x10000 }],
    flashMode: "keep",
    flashFreq: "keep",
    flashSize: "4MB",
    eraseAll: false,
    compress: true,
    calculateMD5Hash: md5,
  });

  match(name, /^ESP32-D0WDQ6 \(revision 1\)$/);
  match(log.join("\n"), /MAC: 24:62:ca:fe:ba:be/);
  match(log.join("\n"), /Hash of data verified/);
  deepEqual(chip.boots.slice(0, 1), ["download"]);
  deepEqual([chip.rates, fake.settings().baudRate], [[460_800], 460_800]);
  deepEqual(Buffer.from(chip.flash.subarray(0x10000, 0x10000 + image.length)), Buffer.from(image));
});

test("esptool-js flashes over the network, with the lines of the port on the other machine", async (t) => {
  const { chip, loader, log } = await makeRemoteScene(t, { baudrate: 230_400 });
  const image = firmware(20_000);

  await loader.main();
  await loader.writeFlash({
    fileArray: [{ data: image, address: 0x1000 }],
    flashMode: "keep",
    flashFreq: "keep",
    flashSize: "4MB",
    eraseAll: false,
    compress: true,
    calculateMD5Hash: md5,
  });

  match(log.join("\n"), /Hash of data verified/);
  deepEqual([chip.boots[0], chip.rates], ["download", [230_400]]);
  deepEqual(Buffer.from(chip.flash.subarray(0x1000, 0x1000 + image.length)), Buffer.from(image));
});

test("esptool-js writes by the boot loader in ROM alone, block by block", async (t) => {
  const { chip, loader } = await makeScene(t, { baudrate: 115_200 });
  await loader.detectChip();
  loader.FLASH_WRITE_SIZE = loader.chip.FLASH_WRITE_SIZE;
  const block = new Uint8Array(loader.FLASH_WRITE_SIZE);
  const image = firmware(block.length * 3);

  await loader.writeReg(0x3ff0_0000, 0x1234_5678);
  const register = await loader.readReg(0x3ff0_0000);
  await loader.flashSpiAttach(0);
  chip.commands.length = 0;
  const blocks = await loader.flashBegin(image.length, 0x1000);
  for (let at = 0; at < blocks; at++) {
    await loader.flashBlock(image.slice(at * block.length, (at + 1) * block.length), at, 3000);
  }
  await loader.flashFinish(false);

  equal(register, 0x1234_5678);
  deepEqual(chip.commands, [FLASH_BEGIN, FLASH_DATA, FLASH_DATA, FLASH_DATA, FLASH_END]);
  deepEqual(Buffer.from(chip.flash.subarray(0x1000, 0x1000 + image.length)), Buffer.from(image));
  equal(chip.flash[0x1000 + image.length], 0x55);
});

test("esptool-js resets the chip into its program by the lines", async (t) => {
  const { chip, loader, transport } = await makeScene(t, { baudrate: 115_200 });
  await loader.detectChip();

  await loader.after("custom_reset", false, "D0|R1|W20|R0|W20");
  await transport.disconnect();
  await transport.connect();

  deepEqual([chip.boots.at(0), chip.boots.at(-1)], ["download", "flash"]);
});
