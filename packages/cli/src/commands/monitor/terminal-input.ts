// A terminal as the monitor's input: keys for the device, the menu, and the prompt for a file name.

import { enterRawMode } from "../../terminal/raw-terminal.ts";
import type { InputStream } from "../../terminal/streams.ts";
import type { Eol } from "../../text/eol.ts";
import type { Actions } from "./actions.ts";
import type { Display } from "./display.ts";
import { type KeyAction, Keyboard } from "./keyboard.ts";
import { LineEditor, type LineResult } from "./line-editor.ts";
import type { Link } from "./link.ts";
import { QUIT_KEY } from "./menu.ts";

const PROMPT = "file to send: ";
const CANCELED: LineResult = { kind: "canceled" };

/** Objects that typed keys act on. */
export interface TerminalInputOptions {
  readonly actions: Actions;
  readonly display: Display;
  readonly link: Link;
  /** Bytes that the Enter key sends. */
  readonly eol: Eol;
  /** Called when the terminal is gone. */
  readonly onGone: () => void;
}

export class TerminalInput {
  readonly #options: TerminalInputOptions;
  readonly #keyboard: Keyboard;
  #prompt: LineEditor | undefined;
  #isDropping = false;

  /** @param options Objects that keys act on. */
  constructor(options: TerminalInputOptions) {
    this.#options = options;
    this.#keyboard = new Keyboard(options.eol);
  }

  /**
   * Starts to read, in raw mode.
   *
   * @param stdin The terminal.
   * @returns Ends it and puts the terminal back.
   */
  start(stdin: InputStream): () => void {
    const restore = enterRawMode(stdin);
    const onData = (bytes: Uint8Array): void => this.#typed(bytes);
    const { onGone } = this.#options;
    stdin.on("data", onData).on("end", onGone).on("error", onGone);
    return () => {
      stdin.off("data", onData).off("end", onGone).off("error", onGone);
      stdin.pause();
      restore();
    };
  }

  #typed(bytes: Uint8Array): void {
    if (this.#prompt !== undefined) this.#edit(this.#prompt, bytes);
    else {
      const mode = this.#options.actions.isTransferring ? "busy" : "device";
      for (const action of this.#keyboard.push(bytes, mode)) this.#act(action);
    }
  }

  #act(action: KeyAction): void {
    const { actions, display } = this.#options;
    switch (action.kind) {
      case "send":
        this.#send(action.bytes);
        break;
      case "cancel":
        actions.cancelTransfer();
        break;
      case "unknown":
        display.status({ event: "note", message: "no such key: Ctrl-T ? lists them" });
        break;
      default:
        if (action.command === "sendFile") this.#ask();
        else void actions.run(action.command);
    }
  }

  #ask(): void {
    this.#prompt = new LineEditor();
    this.#options.display.hold();
    this.#options.display.rewrite(PROMPT);
  }

  #send(bytes: Uint8Array): void {
    const { actions, display, link } = this.#options;
    const isTaken = link.type(bytes, (error) => actions.printFailure(error));
    if (isTaken && actions.isEchoing) display.echo(bytes);
    if (!isTaken && !this.#isDropping) {
      const why = link.port === undefined ? "no device" : "the device takes nothing";
      display.status({ event: "note", message: `${why}: typed keys are dropped` });
    }
    this.#isDropping = !isTaken;
  }

  #edit(prompt: LineEditor, bytes: Uint8Array): void {
    const { actions, display } = this.#options;
    const result = bytes.includes(QUIT_KEY) ? CANCELED : prompt.push(bytes);
    if (result.kind !== "canceled") display.rewrite(`${PROMPT}${result.text}`);
    if (result.kind === "editing") return;
    this.#prompt = undefined;
    void display.release();
    if (bytes.includes(QUIT_KEY)) void actions.run("quit");
    else if (result.kind === "accepted" && result.text !== "") void actions.transfer(result.text);
  }
}
