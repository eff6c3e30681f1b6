// The conformance suite over two real drivers. Under RTS/CTS the PL011 holds bytes back until its
// reader takes them; the host keeps them meanwhile.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { askHost } from "../helpers/host.ts";
import { JoinedPorts } from "../helpers/joined-ports.ts";

await askHost("mode", { channel: "uart", mode: "pl011" });
await askHost("mode", { channel: "pl011", mode: "uart" });
const uarts = new JoinedPorts({ a: "/dev/ttyS0", b: "/dev/ttyAMA0" });
// Before the clock of the first test runs: an emulated machine takes long to do anything for the first time.
await uarts.clean();
const NO_LINES = "the emulated line carries bytes only";
const UNHELD = "nothing between the two UARTs holds the sender back; other guests show it";
const missing = {
  backpressure: UNHELD,
  outputQueue: UNHELD,
  waitingSend: UNHELD,
  disconnect: "neither UART can be pulled out",
  modemLines: NO_LINES,
  ring: NO_LINES,
  rtsCts: NO_LINES,
  break: NO_LINES,
  injectError: NO_LINES,
} as const;

backendSuite({
  test,
  name: "16550 to PL011",
  makePair: async ({ a, b }) => ({
    ...(await uarts.open({ a, b: { ...b, flowControl: { rtsCts: true } } })),
    // Its driver can read the RS-485 block only.
    refusedConfig: { rs485: {} },
  }),
  // Nothing is held: as much as the emulated machine moves in a moment.
  moreThanFits: 16 * 1024,
  missing,
});
