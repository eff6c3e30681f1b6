// Messages between a test and the process of its chips.

import type { CharacterError, ChipName, ModemLines, UartSettings } from "./models.ts";

/** A chip to make. */
export interface ChipSpec {
  readonly model: ChipName;
  readonly serialNumber: string;
}

/** Settings and state of a chip. */
export interface ChipState extends UartSettings {
  readonly dtr: boolean;
  readonly rts: boolean;
  readonly breakAsserted: boolean;
  /** Breaks sent so far. */
  readonly breaks: number;
}

/** Something for one chip to do. */
export type ChipAction =
  | { readonly action: "plug" | "unplug" | "takeSent" | "state" }
  | { readonly action: "setLines"; readonly lines: Partial<ModemLines> }
  | {
      readonly action: "arrive";
      readonly data: Uint8Array;
      readonly error: CharacterError | undefined;
    }
  | { readonly action: "setStalled"; readonly stalled: boolean };

/** A message to the process. */
export type Request = { readonly id: number } & (
  | { readonly action: "create"; readonly chips: readonly ChipSpec[] }
  | { readonly action: "wire" }
  | ({ readonly chip: number } & ChipAction)
);

/** A message from it. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
