// The list of ports that a script is offered, as lines of a terminal, and the keys that choose from it. Pure.

import type { PortInfo } from "anyserial";
import { oneLine } from "../../text/printable.ts";
import { usbId } from "../list/format.ts";

const KEYS = "Arrow keys and Enter choose, or a number. Esc chooses none.";
const EMPTY = "  There is no such port yet. Plug one in.";
/** Lines beside those of the ports. */
const OTHER_LINES = 3;
const ESCAPE = "\x1b";
/** A key with an escape sequence, or a character. */
const KEY = new RegExp(`${ESCAPE}[[O][\\d;]*[A-Za-z~]|.`, "gs");
const CTRL_C = "\x03";
const CTRL_D = "\x04";

/** The answer of the operator. */
export type MenuAnswer =
  | { readonly kind: "chosen"; readonly port: PortInfo }
  | { readonly kind: "none" }
  | { readonly kind: "interrupt" };

/** Room on the terminal. */
export interface MenuRoom {
  readonly rows: number;
  readonly columns: number;
}

/** The list. */
export class PortMenu {
  readonly #title: string;
  readonly #isGranted: (port: PortInfo) => boolean;
  #ports: readonly PortInfo[] = [];
  #at = 0;
  /** The number that is being typed. */
  #typed = "";

  /**
   * @param script The script that asks.
   * @param isGranted Says of a port whether the script may use it already.
   */
  constructor(script: string, isGranted: (port: PortInfo) => boolean) {
    this.#title = `${oneLine(script)} asks for a serial port:`;
    this.#isGranted = isGranted;
  }

  /** Takes a new list; the marked port stays marked. */
  set(ports: readonly PortInfo[]): void {
    const marked = this.#ports[this.#at]?.path;
    const at = ports.findIndex(({ path }) => path === marked);
    this.#ports = ports;
    this.#at = at === -1 ? Math.max(Math.min(this.#at, ports.length - 1), 0) : at;
    this.#typed = "";
  }

  /**
   * Takes typed text.
   *
   * @returns The answer; nothing while there is none.
   */
  push(typed: string): MenuAnswer | undefined {
    const keys = typed.match(KEY) ?? [];
    for (const key of keys) {
      const answer = this.#press(key);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** The lines to show, each as wide as the terminal at most. */
  lines({ rows, columns }: MenuRoom): string[] {
    const most = Math.max(rows - OTHER_LINES, 1);
    const from = Math.max(Math.min(this.#at - most + 1, this.#ports.length - most), 0);
    const width = String(this.#ports.length).length;
    const shown = this.#ports.slice(from, from + most).map((port, index) => {
      const number = from + index;
      const mark = number === this.#at ? ">" : " ";
      return `${mark} ${String(number + 1).padStart(width)}  ${this.#describe(port)}`;
    });
    const lines = [this.#title, ...(shown.length === 0 ? [EMPTY] : shown), KEYS];
    return lines.map((line) => [...line].slice(0, columns - 1).join(""));
  }

  #press(key: string): MenuAnswer | undefined {
    if (/^\d$/.test(key)) return this.#digit(key);
    this.#typed = "";
    switch (key) {
      case `${ESCAPE}[A`:
      case `${ESCAPE}OA`:
        this.#move(-1);
        return undefined;
      case `${ESCAPE}[B`:
      case `${ESCAPE}OB`:
        this.#move(1);
        return undefined;
      case "\r":
      case "\n":
        return this.#choose();
      case ESCAPE:
      case "q":
      case CTRL_D:
        return { kind: "none" };
      case CTRL_C:
        return { kind: "interrupt" };
      default:
        return undefined;
    }
  }

  #move(by: number): void {
    const { length } = this.#ports;
    if (length > 0) this.#at = (this.#at + by + length) % length;
  }

  /** A number chooses at once, unless more digits could follow. */
  #digit(digit: string): MenuAnswer | undefined {
    const number = [this.#typed + digit, digit]
      .map(Number)
      .find((one) => one >= 1 && one <= this.#ports.length);
    this.#typed = number === undefined ? "" : String(number);
    if (number === undefined) return undefined;
    this.#at = number - 1;
    return number * 10 > this.#ports.length ? this.#choose() : undefined;
  }

  #choose(): MenuAnswer | undefined {
    const port = this.#ports[this.#at];
    return port === undefined ? undefined : { kind: "chosen", port };
  }

  #describe(port: PortInfo): string {
    return describePort(port) + (this.#isGranted(port) ? "  granted before" : "");
  }
}

/** A port on one line. */
export function describePort(port: PortInfo): string {
  const id = usbId(port);
  const known = [oneLine(port.path), oneLine(port.description ?? ""), id && `(${id})`];
  return known.filter((part) => part !== "").join("  ");
}
