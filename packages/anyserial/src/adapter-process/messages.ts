// Messages between a program and the process that serves its adapters. Types only.

import type { ChipSpec } from "../chips/create-chip.ts";
import type { CharacterError, UartOutputs, UartSettings } from "../chips/uart-state.ts";
import type { ModemLines } from "../model/modem-lines.ts";

/** A request of the program; each is answered. */
export type AdapterRequest =
  /** Makes an adapter, not plugged in yet. */
  | { readonly do: "create"; readonly spec: ChipSpec; readonly busid: string }
  /** Plugs it into this machine. Answered by a {@link PluggedIn}. */
  | { readonly do: "attach"; readonly helper: readonly string[] }
  /** Lets other machines import it, or no longer. */
  | { readonly do: "export"; readonly isExported: boolean }
  /** Pulls it out, wherever it is. */
  | { readonly do: "detach" }
  /** Pulls it out and forgets it. */
  | { readonly do: "remove" }
  /** Listens for other machines. Answered by the port. */
  | { readonly do: "listen"; readonly host: string; readonly port: number }
  /** Ends listening at a port. */
  | { readonly do: "unlisten"; readonly port: number }
  | { readonly do: "setLines"; readonly lines: Partial<ModemLines> }
  | { readonly do: "inject"; readonly error: CharacterError; readonly byte: number }
  /** Forgets bytes that the host has not taken. Answered by their number. */
  | { readonly do: "discard" }
  | { readonly do: "ping" };

/** The answer to `attach`. */
export interface PluggedIn {
  /** Number of the kernel's virtual port. */
  readonly vhciPort: number;
  /** The kernel's name for the device, such as `3-1`. */
  readonly busid: string;
}

/** Something that happened at a port of an adapter. */
export type AdapterEvent =
  | { readonly event: "settings"; readonly settings: UartSettings }
  | { readonly event: "outputs"; readonly outputs: UartOutputs }
  | { readonly event: "break"; readonly isAsserted: boolean }
  | { readonly event: "open"; readonly isOpen: boolean }
  /** It was plugged in, or pulled out. */
  | { readonly event: "plugged"; readonly isPlugged: boolean };

/** Why a request failed. */
export interface AdapterFailure {
  readonly code: string;
  readonly message: string;
}

/** A message to the process. */
export type ToProcess = { readonly id: number } & AdapterRequest;

/** A message from it: the answer to a request, or an event. */
export type FromProcess =
  | { readonly id: number; readonly value?: unknown; readonly failure?: AdapterFailure }
  | AdapterEvent;
