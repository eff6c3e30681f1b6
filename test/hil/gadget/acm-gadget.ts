// The kernel's own CDC-ACM device on a port of dummy_hcd: /dev/ttyGS0 is its inside, and a /dev/ttyACM…
// appears when it is plugged in.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { until } from "@anyserial/test-support/until";
import { nodeOf } from "./chips.ts";

const GADGETS = "/sys/kernel/config/usb_gadget";
const SERIAL_NUMBER = "ACM-PAIR";
/** Free of chips: they take ports from 0 upwards. */
const UDC = "dummy_udc.3";

/** The device's own side. */
export const DEVICE_SIDE = "/dev/ttyGS0";

/** The device. */
export class AcmGadget {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes it, not plugged in yet; there is one in a machine, whatever file left it. */
  static create(): AcmGadget {
    const folder = `${GADGETS}/acm-pair`;
    const gadget = new AcmGadget(folder);
    if (existsSync(folder)) gadget.unplug();
    else describe(folder);
    return gadget;
  }

  /** Plugs it in. @returns Path of the host's side. */
  async plug(): Promise<string> {
    await until("the last node is gone", () => nodeOf(SERIAL_NUMBER) === undefined);
    writeFileSync(`${this.#folder}/UDC`, UDC);
    return until("the kernel finds the CDC-ACM device", () => nodeOf(SERIAL_NUMBER));
  }

  /** Pulls it out, if it is plugged in. */
  unplug(): void {
    const udc = `${this.#folder}/UDC`;
    if (readFileSync(udc, "utf8").trim() !== "") writeFileSync(udc, "\n");
  }
}

function describe(folder: string): void {
  mkdirSync(folder);
  writeFileSync(`${folder}/idVendor`, "0x1d6b");
  writeFileSync(`${folder}/idProduct`, "0x0104");
  mkdirSync(`${folder}/strings/0x409`);
  writeFileSync(`${folder}/strings/0x409/serialnumber`, SERIAL_NUMBER);
  mkdirSync(`${folder}/configs/c.1`);
  mkdirSync(`${folder}/functions/acm.0`);
  symlinkSync(`${folder}/functions/acm.0`, `${folder}/configs/c.1/acm.0`);
}
