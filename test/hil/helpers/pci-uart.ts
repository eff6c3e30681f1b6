// A UART on the PCI bus, which the kernel can lose and find again on request.

import { existsSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { until } from "@anyserial/test-support/until";

const TERMINALS = "/sys/class/tty";

/** One UART. */
export class PciUart {
  readonly #folder: string;

  /** @param slot Its place on the bus, such as `10.0`. */
  constructor(slot: string) {
    this.#folder = `/sys/bus/pci/devices/0000:00:${slot}`;
  }

  get isPlugged(): boolean {
    return existsSync(this.#folder);
  }

  /** The path of its node. */
  get path(): string {
    return `/dev/${nodesIn(this.#folder)[0]}`;
  }

  /** Has the kernel find it. */
  async plug(): Promise<void> {
    writeFileSync("/sys/bus/pci/rescan", "1");
    await until("the kernel finds the UART", () => nodesIn(this.#folder).length > 0);
  }

  /** Has the kernel lose it. */
  unplug(): void {
    writeFileSync(`${this.#folder}/remove`, "1");
  }
}

/** The terminals of a device. */
function nodesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const device = `${realpathSync(folder)}/`;
  return readdirSync(TERMINALS).filter((name) =>
    realpathSync(`${TERMINALS}/${name}`).startsWith(device),
  );
}
