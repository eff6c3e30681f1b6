// The process in which emulated chips live. The test that started it calls them by messages, each of
// which is answered; it ends when the test does.

import { constants, setPriority } from "node:os";
import { Ch341 } from "./ch341.ts";
import type { ChipSpec, ChipState, Request } from "./chip-messages.ts";
import { Cp210x } from "./cp210x.ts";
import { Ftdi } from "./ftdi.ts";
import { Pl2303 } from "./pl2303.ts";
import type { SerialChip } from "./serial-chip.ts";
import { UsbDevice } from "./usb-device.ts";

const MODELS = { ftdi: Ftdi, cp210x: Cp210x, ch341: Ch341, pl2303: Pl2303 } as const;

const chips: SerialChip[] = [];

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
  if (request.action === "wire") return chipAt(0).wire(chipAt(1));
  const chip = chipAt(request.chip);
  switch (request.action) {
    case "plug":
      return chip.plug();
    case "unplug":
      return chip.unplug();
    case "setLines":
      return chip.setLines(request.lines);
    case "arrive":
      return chip.arrive(request.data, request.error);
    case "setStalled":
      return chip.setStalled(request.stalled);
    case "takeSent":
      return chip.takeSent();
    case "state":
      return stateOf(chip);
  }
}

function create(specs: readonly ChipSpec[]): void {
  for (const [port, { model, serialNumber }] of specs.entries()) {
    const chip = new MODELS[model](serialNumber);
    chip.attach(UsbDevice.create(chip, port));
    chips.push(chip);
  }
}

function chipAt(at: number): SerialChip {
  const chip = chips[at];
  if (chip === undefined) throw new Error(`there is no chip ${at}`);
  return chip;
}

function stateOf({ settings, outputs, breakAsserted, breaks }: SerialChip): ChipState {
  return { ...settings, ...outputs, breakAsserted, breaks };
}
