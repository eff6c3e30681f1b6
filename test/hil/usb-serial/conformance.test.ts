// The conformance suite over two adapters on the kernel's ftdi_sio.

import { equal } from "node:assert/strict";
import { after, test } from "node:test";
import { stayAlive } from "@anyserial/test-support/alive";
import { openSerialPort } from "anyserial";
import { backendSuite } from "anyserial/testing/conformance";
import { plugAdapter } from "../helpers/usb-adapter.ts";
import { joinChannels, openUsbPair } from "../helpers/usb-pair.ts";

const adapters = [
  await plugAdapter({ after }, { channel: "left", controller: "ohci" }),
  await plugAdapter({ after }, { channel: "right", controller: "ohci" }),
] as const;
stayAlive({ after });
await joinChannels("left", "right");

const FIXED_LINES = "the emulated chip's input lines never change";
const NO_PEER = "the host's socket carries bytes only";

/** Content of a packet of the chip, beside its two bytes of state. */
const PACKET_BYTES = 62;

test("ftdi_sio: bytes that fill whole packets arrive, also when nothing follows", {
  timeout: 30_000,
}, async () => {
  await using port = await openSerialPort(adapters[0].path);
  await using peer = await openSerialPort(adapters[1].path);
  for (const packets of [1, 2, 4]) {
    const count = packets * PACKET_BYTES;
    await peer.send(new Uint8Array(count));
    equal((await port.reader.receiveExactly(count)).length, count);
  }
});

backendSuite({
  test,
  name: "ftdi_sio",
  makePair: (config) => openUsbPair(adapters, config),
  moreThanFits: 128 * 1024,
  missing: {
    backpressure: "the emulated chip takes all that it is given",
    outputQueue: "the emulated chip takes all that it is given",
    modemLines: FIXED_LINES,
    modemLineCounts: FIXED_LINES,
    ring: FIXED_LINES,
    rtsCts: FIXED_LINES,
    break: NO_PEER,
    injectError: NO_PEER,
  },
});
