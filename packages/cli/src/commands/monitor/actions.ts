// Effects of the menu's keys on the port and the display. Failures are printed, never thrown.

import type { SerialPort } from "anyserial";
import { describeError } from "../../terminal/output.ts";
import type { Display } from "./display.ts";
import { formatProgress, type Progress, sendFile } from "./file-transfer.ts";
import type { Link } from "./link.ts";
import { MENU_KEY, type MenuCommand, menuLines, QUIT_KEY } from "./menu.ts";

/** Objects that the actions operate on. */
export interface ActionContext {
  readonly link: Link;
  readonly display: Display;
  /** Ends the monitor. */
  readonly quit: () => void;
  /** Ends with the monitor. */
  readonly signal: AbortSignal;
}

/** Performs the actions of the menu, and remembers the settings made by them. */
export class Actions {
  readonly #context: ActionContext;
  #levels: { dtr: boolean; rts: boolean } = { dtr: true, rts: true };
  #transfer: AbortController | undefined;
  /** Typed characters are shown. */
  isEchoing: boolean;

  /**
   * @param context What to work with.
   * @param isEchoing Typed characters are shown from the start.
   */
  constructor(context: ActionContext, isEchoing: boolean) {
    this.#context = context;
    this.isEchoing = isEchoing;
  }

  /** A file is being sent. */
  get isTransferring(): boolean {
    return this.#transfer !== undefined;
  }

  /**
   * A port was opened. Most drivers assert both lines then, unless the configuration says
   * otherwise.
   */
  portOpened({ config }: SerialPort): void {
    const { dtr = true, rts = true } = config.controlLines;
    this.#levels = { dtr, rts };
  }

  /** Stops sending a file. */
  cancelTransfer(): void {
    this.#transfer?.abort();
  }

  /** Performs a command of the menu; `sendFile` is {@link Actions.transfer}. */
  async run(command: Exclude<MenuCommand, "sendFile">): Promise<void> {
    const { display, link, quit } = this.#context;
    const byCommand: Record<typeof command, () => unknown> = {
      help: () => this.#print(menuLines()),
      quit,
      toggleDtr: () => this.#withPort("DTR", (port) => this.#toggle(port, "dtr")),
      toggleRts: () => this.#withPort("RTS", (port) => this.#toggle(port, "rts")),
      sendBreak: () => this.#withPort("break", (port) => this.#sendBreak(port)),
      lines: () => this.#withPort("lines", (port) => this.#showLines(port)),
      info: () => this.#withPort("settings", async (port) => this.#print(await infoLines(port))),
      toggleEcho: () => {
        this.isEchoing = !this.isEchoing;
        this.#print([`local echo ${onOff(this.isEchoing)}`]);
      },
      toggleHex: () => {
        display.setMode({ hex: !display.mode.hex });
        this.#print([`hex dump ${onOff(display.mode.hex)}`]);
      },
      toggleTimestamps: () => {
        display.setMode({ timestamps: !display.mode.timestamps });
        this.#print([`timestamps ${onOff(display.mode.timestamps)}`]);
      },
      sendMenuKey: () => link.type(Uint8Array.of(MENU_KEY), (error) => this.printFailure(error)),
      sendQuitKey: () => link.type(Uint8Array.of(QUIT_KEY), (error) => this.printFailure(error)),
    };
    await byCommand[command]();
  }

  /** Sends a file; the keyboard is free to cancel it. */
  async transfer(path: string): Promise<void> {
    const { link, display, signal } = this.#context;
    const transfer = new AbortController();
    this.#transfer = transfer;
    let last: Progress | undefined;
    const onProgress = (progress: Progress): void => {
      last = progress;
      display.rewrite(`sending "${path}": ${formatProgress(progress)}`);
    };
    try {
      const options = { signal: AbortSignal.any([signal, transfer.signal]), onProgress };
      const done = await link.exclusively((port) => sendFile(port, path, options));
      if (done === undefined) this.#print(["no device: nothing was sent"]);
      else this.#print([`sent "${path}": ${formatProgress(done)}`]);
    } catch (error) {
      if (signal.aborted) return;
      const sent = last === undefined ? "nothing was sent" : formatProgress(last);
      if (transfer.signal.aborted) this.#print([`canceled "${path}": ${sent}`]);
      else this.printFailure(error, `; ${sent}`);
    } finally {
      this.#transfer = undefined;
    }
  }

  printFailure(error: unknown, more = ""): void {
    this.#print([`${describeError(error).message}${more}`]);
  }

  async #withPort(what: string, work: (port: SerialPort) => Promise<void>): Promise<void> {
    const { port } = this.#context.link;
    if (port === undefined) return this.#print([`${what}: no device`]);
    await work(port).catch((error: unknown) => {
      if (!this.#context.signal.aborted) this.printFailure(error);
    });
  }

  async #toggle(port: SerialPort, line: "dtr" | "rts"): Promise<void> {
    const level = !this.#levels[line];
    await port.setControlLines({ [line]: level });
    this.#levels[line] = level;
    this.#print([`${line.toUpperCase()} ${onOff(level)}`]);
  }

  async #sendBreak(port: SerialPort): Promise<void> {
    await port.sendBreak({ signal: this.#context.signal });
    this.#print(["break sent"]);
  }

  async #showLines(port: SerialPort): Promise<void> {
    const { dtr, rts } = this.#levels;
    const set = `DTR ${onOff(dtr)}, RTS ${onOff(rts)} (as last set)`;
    const { cts, dsr, dcd, ri } = await port.modemLines();
    const read = `CTS ${onOff(cts)}, DSR ${onOff(dsr)}, DCD ${onOff(dcd)}, RI ${onOff(ri)}`;
    this.#print([`${read}; ${set}`]);
  }

  #print(lines: readonly string[]): void {
    for (const message of lines) this.#context.display.status({ event: "note", message });
  }
}

async function infoLines(port: SerialPort): Promise<string[]> {
  const { bytesIn, bytesOut } = port.stats();
  const flow = Object.entries(port.config.flowControl).filter(([, on]) => on);
  return [
    `${port.path}: ${await settingsText(port)}`,
    `flow control ${flow.map(([name]) => name).join(", ") || "none"}`,
    `${bytesIn} bytes received, ${bytesOut} bytes sent since the port was opened`,
  ];
}

/**
 * Formats the settings of a port in the usual short form, such as 9600 8N1.
 *
 * @param port An open port.
 * @returns `115200 8N1`: the rate as the driver has it, the framing as configured.
 */
export async function settingsText(port: SerialPort): Promise<string> {
  const { dataBits, parity, stopBits } = port.config;
  const { baudRate } = await port.effectiveConfig();
  return `${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
}

function onOff(state: boolean): string {
  return state ? "on" : "off";
}
