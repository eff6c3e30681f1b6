// The conformance suite over two adapters on the kernel's ftdi_sio.

import { after, test } from "node:test";
import { backendSuite } from "anyserial/testing";
import { stayAlive } from "../helpers/stay-alive.ts";
import { plugAdapter } from "../helpers/usb-adapter.ts";
import { joinChannels, openUsbPair } from "../helpers/usb-pair.ts";

const adapters = [
  await plugAdapter({ after }, { channel: "left" }),
  await plugAdapter({ after }, { channel: "right" }),
] as const;
stayAlive({ after });
await joinChannels("left", "right");

const FIXED_LINES = "the emulated chip's input lines never change";
const NO_PEER = "the host's socket carries bytes only";

backendSuite({
  test,
  name: "ftdi_sio",
  makePair: (config) => openUsbPair(adapters, config),
  // Twice this must fit into the kernel's flip buffers (64 KiB): without flow control a starved machine,
  // whose workers do not run for that long, drops the rest as hardware would.
  moreThanFits: 24 * 1024,
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
