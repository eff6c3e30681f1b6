// The conformance suite over two UARTs on the kernel's 8250 driver with a cable between them.

import { after, test } from "node:test";
import { stayAlive } from "@anyserial/test-support/alive";
import { openSerialPort } from "anyserial";
import { backendSuite } from "anyserial/testing/conformance";
import { PciUart } from "../helpers/pci-uart.ts";
import { sweep } from "../helpers/sweep.ts";

const left = new PciUart("10.0");
const right = new PciUart("11.0");
stayAlive({ after });

const FIXED_LINES = "the emulated line's inputs never change";
const UNHELD = "without flow control nothing holds a UART back, and unread bytes are lost";
const NO_BREAK = "the emulated cable carries bytes only";

backendSuite({
  test,
  name: "8250",
  makePair: async (config) => {
    return {
      a: await openSerialPort(left.path, config.a),
      b: await openSerialPort(right.path, config.b),
      hooks: { disconnect: () => left.unplug() },
      refusedConfig: { baudRate: 250_000 },
      close: async () => {
        if (!left.isPlugged) await left.plug();
        await sweep(left.path, right.path);
      },
    };
  },
  moreThanFits: 32 * 1024,
  missing: {
    backpressure: UNHELD,
    outputQueue: UNHELD,
    modemLines: FIXED_LINES,
    modemLineCounts: FIXED_LINES,
    ring: FIXED_LINES,
    rtsCts: FIXED_LINES,
    break: NO_BREAK,
    injectError: NO_BREAK,
  },
});
