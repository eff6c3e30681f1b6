// The device side of an emulated adapter, as users hold it.

/// <reference types="node" preserve="true" />

import { inspect } from "node:util";
import { madeBy } from "../arguments/validate.ts";
import type { ChipName } from "../chips/create-chip.ts";
import { stablePaths } from "../linux/stable-paths.ts";
import { type Place, VirtualPort } from "../virtual/virtual-port.ts";
import type { Adapter } from "./adapter.ts";
import type { AdapterPort } from "./adapter-port.ts";

/**
 * The device side of an emulated adapter. It is a `VirtualPort`, with a line: `lines()`, `setModemLines()`, `inject()`,
 * `unplug()` and `plug()` work. An adapter with several ports is the first of them, and has the others in `ports`; all
 * are closed with it.
 */
export class VirtualAdapter extends VirtualPort {
  /** The chip that the kernel has found. */
  readonly chip: ChipName;
  readonly #others: readonly VirtualPort[];

  // Output of `console.log()` and the REPL; here because a declaration cannot name the symbol.
  static {
    Object.defineProperty(VirtualAdapter.prototype, inspect.custom, {
      value(this: VirtualAdapter): string {
        const state = this.isOpen ? (this.isPlugged ? "plugged in" : "unplugged") : "closed";
        return `VirtualAdapter ${JSON.stringify(this.path)}, ${this.chip}, ${state}`;
      },
    });
  }

  /** Only `createVirtualAdapter()` and `serveAdapters()` make one. */
  constructor(made: never, by: never);
  /** @internal */
  constructor(adapter: Adapter, place: Place);
  constructor(adapter: Adapter, place: Place) {
    if (adapter?.ports === undefined) {
      throw madeBy("VirtualAdapter", 'await createVirtualAdapter({ chip: "ft232r" })');
    }
    const [first, ...others] = adapter.ports;
    super(first as AdapterPort, place);
    this.chip = adapter.chip;
    this.#others = others.map((port) => new VirtualPort(port, { ...place, link: undefined }));
  }

  /** All its ports, itself first: four of an FT4232H, else one. */
  get ports(): readonly VirtualPort[] {
    return [this, ...this.#others];
  }

  /** A path that leads to the adapter wherever it is plugged in, by udev; `undefined` without udev. */
  get stablePath(): string | undefined {
    return stablePaths("/dev").get(this.devicePath);
  }

  /** Closes all its ports and pulls the adapter out: the application sees a pulled cable. Never rejects. */
  override async close(): Promise<void> {
    await Promise.all([super.close(), ...this.#others.map((port) => port.close())]);
  }
}
