// Discovery of UARTs that are part of the board, or on a PCI card.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { listSerialPorts } from "anyserial";

test("listSerialPorts() lists the UARTs that have hardware behind them, with their drivers", async () => {
  const ports = await listSerialPorts();

  deepEqual(
    ports.map(({ path, description, driver }) => ({ path, description, driver })),
    [
      { path: "/dev/ttyAMA0", description: "PL011 UART on amba", driver: "uart-pl011" },
      { path: "/dev/ttyS0", description: "16550A UART on pci", driver: "serial" },
    ],
  );
});
