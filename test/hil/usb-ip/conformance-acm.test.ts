// The conformance suite over two adapters of the USB class, the default chip.

import { adapterConformance } from "../helpers/adapter-conformance.ts";

await adapterConformance("cdc-acm", {
  moreThanFits: 1024 * 1024, // 16 transfers of 10 KiB
  config: { baudRate: 3_000_000 }, // close() gives queued bytes the time that they need
  refusedConfig: { rs485: { enabled: true } },
  missing: {
    modemLines: "the class has no CTS; chips.test.ts shows the other lines",
    rtsCts: "the class has no CTS",
    errorMarks: "the driver counts errors, and marks none but breaks",
  },
});
