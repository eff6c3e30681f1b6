// The process in which emulated chips live. The test that started it calls them by messages, each of
// which is answered; it ends when the test does.

import { constants, setPriority } from "node:os";
import { Cable } from "./cable.ts";
import type { ChipSpec, ChipState, Request } from "./chip-messages.ts";
import { createChip, type Uart } from "./models.ts";
import { UsbDevice } from "./usb-device.ts";

interface Plugged {
  readonly uart: Uart;
  readonly cable: Cable;
  readonly device: UsbDevice;
}

const chips: Plugged[] = [];

// Drivers give a chip as little as 100 ms to answer.
setPriority(constants.priority.PRIORITY_HIGHEST);
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("message", answer);

function answer(request: Request): void {
  try {
    process.send?.({ id: request.id, value: run(request) });
  } catch (error) {
    process.send?.({ id: request.id, error: String(error) });
  }
}

function run(request: Request): unknown {
  if (request.action === "create") return create(request.chips);
  if (request.action === "wire") return chipAt(0).cable.join(chipAt(1).cable);
  const { uart, cable, device } = chipAt(request.chip);
  switch (request.action) {
    case "plug":
      return device.plug();
    case "unplug":
      return device.unplug();
    case "setLines":
      return uart.setLines(request.lines);
    case "arrive":
      return uart.arrive(request.data, request.error);
    case "setStalled":
      return uart.setStalled(request.stalled);
    case "takeSent":
      return cable.takeSent();
    case "state":
      return stateOf(uart);
  }
}

function create(specs: readonly ChipSpec[]): void {
  for (const [port, { model, serialNumber }] of specs.entries()) {
    const chip = createChip({ chip: model, identity: { serialNumber } });
    const [uart] = chip.uarts;
    if (uart === undefined) throw new Error("a chip has a UART");
    chips.push({ uart, cable: new Cable(uart), device: UsbDevice.create(chip, port) });
  }
}

function chipAt(at: number): Plugged {
  const chip = chips[at];
  if (chip === undefined) throw new Error(`there is no chip ${at}`);
  return chip;
}

function stateOf({ settings, outputs, breakAsserted, breaks }: Uart): ChipState {
  return { ...settings, ...outputs, breakAsserted, breaks };
}
