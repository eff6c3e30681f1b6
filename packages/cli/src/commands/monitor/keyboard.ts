// Keys typed at a terminal in raw mode, split into bytes for the device and commands for the
// monitor. Pure.

import { type Eol, eolBytes } from "../../text/eol.ts";
import { MENU_KEY, type MenuCommand, menuCommandOf, QUIT_KEY } from "./menu.ts";

const CTRL_C = 0x03;
const ENTER = 0x0d;
const ESCAPE = 0x1b;

/** A request of the operator. */
export type KeyAction =
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  | { readonly kind: "command"; readonly command: MenuCommand }
  | { readonly kind: "unknown" }
  | { readonly kind: "cancel" };

/**
 * Destination of the keys. During a file transfer it is `busy`: keys are dropped, except those that
 * cancel the transfer or end the monitor.
 */
export type KeyMode = "device" | "busy";

/** Splits typed bytes into actions; remembers that the menu key was pressed. */
export class Keyboard {
  readonly #eol: Buffer;
  #isMenuOpen = false;

  /** @param eol Bytes that the Enter key sends. */
  constructor(eol: Eol) {
    this.#eol = eolBytes(eol);
  }

  /**
   * Takes typed bytes.
   *
   * @param bytes Bytes from the terminal: one key, or pasted text.
   * @param mode Who gets the keys.
   * @returns Actions in order; neighbouring bytes for the device are one action.
   */
  push(bytes: Uint8Array, mode: KeyMode): KeyAction[] {
    const actions: KeyAction[] = [];
    let plain: number[] = [];
    const endPlain = (): void => {
      if (plain.length > 0) actions.push({ kind: "send", bytes: Uint8Array.from(plain) });
      plain = [];
    };
    for (const byte of bytes) {
      const action = this.#read(byte, mode);
      if (action === "plain") plain.push(...(byte === ENTER ? this.#eol : [byte]));
      else if (action !== undefined) {
        endPlain();
        actions.push(action);
        // The rest of an arrow key or the like must not reach the device.
        if (action.kind === "unknown" && byte === ESCAPE) return actions;
      }
    }
    endPlain();
    return actions;
  }

  #read(byte: number, mode: KeyMode): KeyAction | "plain" | undefined {
    if (this.#isMenuOpen) {
      this.#isMenuOpen = false;
      const command = menuCommandOf(byte);
      return command === undefined ? { kind: "unknown" } : { kind: "command", command };
    }
    if (byte === QUIT_KEY) return { kind: "command", command: "quit" };
    if (byte === MENU_KEY) {
      this.#isMenuOpen = true;
      return undefined;
    }
    if (mode === "device") return "plain";
    return byte === CTRL_C || byte === ESCAPE ? { kind: "cancel" } : undefined;
  }
}
