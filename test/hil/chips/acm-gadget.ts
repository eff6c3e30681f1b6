// The kernel's own CDC-ACM device on a port of dummy_hcd: /dev/ttyGS0 is its inside, and a /dev/ttyACM…
// appears when it is plugged in.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { until } from "../helpers/until.ts";
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

  /** Makes it, not plugged in yet; there is one in a machine. */
  static create(): AcmGadget {
    const folder = `${GADGETS}/acm-pair`;
    mkdirSync(folder);
    writeFileSync(`${folder}/idVendor`, "0x1d6b");
    writeFileSync(`${folder}/idProduct`, "0x0104");
    mkdirSync(`${folder}/strings/0x409`);
    writeFileSync(`${folder}/strings/0x409/serialnumber`, SERIAL_NUMBER);
    mkdirSync(`${folder}/configs/c.1`);
    mkdirSync(`${folder}/functions/acm.0`);
    symlinkSync(`${folder}/functions/acm.0`, `${folder}/configs/c.1/acm.0`);
    return new AcmGadget(folder);
  }

  /** Plugs it in. @returns Path of the host's side. */
  async plug(): Promise<string> {
    writeFileSync(`${this.#folder}/UDC`, UDC);
    return until("the kernel finds the CDC-ACM device", () => nodeOf(SERIAL_NUMBER));
  }

  /** Pulls it out. */
  unplug(): void {
    writeFileSync(`${this.#folder}/UDC`, "\n");
  }
}
