// firmata and johnny-five ask for serialport 8, whose module is the class itself: that one stays. Both take an open
// port in place of a path, which is how they run over ours.
import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { test } from "node:test";
import { SerialPort } from "serialport";
import { makeDevice, receivedBy } from "../helpers/device.mjs";

const require = createRequire(import.meta.url);
const REPORT_VERSION = 0xf9;
const START_SYSEX = 0xf0;
const END_SYSEX = 0xf7;
const REPORT_FIRMWARE = 0x79;
const CAPABILITY_QUERY = 0x6b;
const ANALOG_QUERY = 0x69;
const DIGITAL = 0x90;

/** A board with four pins that can be inputs and outputs. */
function board(bytes) {
  const [first, command] = bytes;
  if (first === REPORT_VERSION) return { taken: 1, send: [REPORT_VERSION, 2, 3] };
  if (first === START_SYSEX) {
    const end = bytes.indexOf(END_SYSEX);
    if (end === -1) return undefined;
    const taken = end + 1;
    if (command === REPORT_FIRMWARE) {
      return { taken, send: [START_SYSEX, REPORT_FIRMWARE, 2, 3, 0x54, 0, END_SYSEX] };
    }
    if (command === CAPABILITY_QUERY) {
      const pin = [0, 1, 1, 1, 0x7f];
      return { taken, send: [START_SYSEX, 0x6c, ...pin, ...pin, ...pin, ...pin, END_SYSEX] };
    }
    if (command === ANALOG_QUERY) {
      return { taken, send: [START_SYSEX, 0x6a, 0x7f, 0x7f, 0x7f, 0x7f, END_SYSEX] };
    }
    return { taken };
  }
  const length = first >= 0xc0 && first < 0xe0 ? 2 : first >= 0x80 ? 3 : 1;
  return bytes.length < length ? undefined : { taken: length };
}

async function openPort(t) {
  const device = await makeDevice(t, board);
  const port = new SerialPort({ path: device.path, baudRate: 57_600 });
  await once(port, "open");
  t.after(() => {
    if (port.isOpen) port.close();
  });
  return { device, port };
}

test("firmata-io asks a board for its pins and sets one", async (t) => {
  const { device, port } = await openPort(t);
  const { Firmata } = require("firmata-io");
  const one = new Firmata(port);
  await once(one, "ready");

  one.pinMode(2, one.MODES.OUTPUT);
  one.digitalWrite(2, one.HIGH);
  const received = await receivedBy(device, (bytes) => bytes.includes(DIGITAL));

  equal(one.pins.length, 4);
  deepEqual([...received.subarray(received.indexOf(DIGITAL))].slice(0, 3), [DIGITAL, 4, 0]);
});

test("johnny-five lights an LED of a board", async (t) => {
  const { device, port } = await openPort(t);
  const { Firmata } = require("firmata-io");
  const five = require("johnny-five");
  const io = new Firmata(port);
  await once(io, "ready");
  const board = new five.Board({ io, repl: false, debug: false, sigint: false });
  await once(board, "ready");

  new five.Led(2).on();
  const received = await receivedBy(device, (bytes) => bytes.includes(DIGITAL));

  equal(board.isReady, true);
  deepEqual([...received.subarray(received.indexOf(DIGITAL))].slice(0, 3), [DIGITAL, 4, 0]);
});
