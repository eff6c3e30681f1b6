// Emulated adapters as they are configured. Types only.

import type { AdapterOptions, ChipName } from "anyserial/adapter";
import type { LinePolicy } from "./basic-types.ts";

/** Chips with one port. */
export type AdapterChip = Exclude<ChipName, "ft4232h">;

/** Output of the other members that drives an input, or a fixed level. */
export type AdapterWire = "rts" | "dtr" | "on" | "off";

/** Sources of the inputs of an adapter; a null-modem cable where nothing is given. */
export interface AdapterWires {
  /** @defaultValue "rts" */
  readonly cts?: AdapterWire | undefined;
  /** @defaultValue "dtr" */
  readonly dsr?: AdapterWire | undefined;
  /** @defaultValue "dtr" */
  readonly dcd?: AdapterWire | undefined;
  /** @defaultValue "off"; the RI of a real port where its lines reach the adapter */
  readonly ri?: AdapterWire | undefined;
}

/** An emulated USB adapter, whose port the kernel makes. */
export interface AdapterPortConfig extends Omit<AdapterOptions, "chip"> {
  readonly adapter: AdapterChip;
  /** Path of a link to the adapter's node. */
  readonly link?: string | undefined;
  /**
   * A program and its arguments that run another one as root, for the one write to the kernel: `["sudo", "-n"]`.
   * @defaultValue `[]`: the hub may do it
   */
  readonly helper?: readonly string[] | undefined;
  /** Whose lines and breaks reach the adapter. @defaultValue "all" */
  readonly lines?: LinePolicy | undefined;
  readonly wires?: AdapterWires | undefined;
}
