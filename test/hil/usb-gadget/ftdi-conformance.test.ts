// The conformance suite over two FT232R with a null-modem cable between them.

import { after, test } from "node:test";
import { openSerialPort, type SerialConfigInput } from "anyserial";
import { backendSuite } from "anyserial/testing/conformance";
import { ChipBoard } from "../gadget/chips.ts";

const board = await ChipBoard.create(
  { model: "ft232r", serialNumber: "CABLE-A" },
  { model: "ft232r", serialNumber: "CABLE-B" },
);
after(() => board.close());
const [chipA, chipB] = board.chips;
if (chipA === undefined || chipB === undefined) throw new Error("there are two chips");
await board.wire();
let pathA = await chipA.plug();
const pathB = await chipB.plug();

backendSuite({
  test,
  name: "two FT232R",
  // Some 15 KiB: the drivers' queues, the chips, and the terminal that is not read.
  moreThanFits: 64 * 1024,
  missing: {
    wholeOutputQueue: "the chip takes a packet ahead",
    discardOutput: "the drivers of USB adapters cannot discard output",
  },
  makePair: async (config: { readonly a: SerialConfigInput; readonly b: SerialConfigInput }) => {
    let isPlugged = true;
    return {
      a: await openSerialPort(pathA, config.a),
      b: await openSerialPort(pathB, config.b),
      hooks: {
        disconnect: async () => {
          isPlugged = false;
          await chipA.unplug();
        },
        injectError: (error, byte) => chipA.arrive(Uint8Array.of(byte), error),
        setRing: (ri) => chipA.setLines({ ri }),
      },
      // The driver goes on at 9600 baud above 3 Mbaud.
      refusedConfig: { baudRate: 3_500_000 },
      close: async () => {
        await chipA.setLines({ ri: false });
        if (!isPlugged) pathA = await chipA.plug();
      },
    };
  },
});
