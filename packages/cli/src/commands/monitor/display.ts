// Output for the operator: received bytes on standard output; the monitor's own lines, set apart,
// on the terminal, or on standard error when standard output is none.

import type { LineSettings } from "anyserial/framing";
import type { CommandFraming } from "../../options/framing.ts";
import { invalidStatus } from "../../terminal/message-sink.ts";
import type { Output, StatusEvent } from "../../terminal/output.ts";
import { type OutputStream, writeAll } from "../../terminal/streams.ts";
import { oneLine } from "../../text/printable.ts";
import { ReceivedView } from "../../text/received-view.ts";
import { TerminalText } from "../../text/terminal-text.ts";
import { MessageView } from "./message-view.ts";

/** A hex line that got no more bytes for this long is shown unfinished, in milliseconds. */
const HEX_PAUSE_MS = 50;
/** Received bytes that are held while the operator types at a prompt, at most. */
const HELD_BYTES_MAX = 1024 * 1024;

const DELETE = "\x7f";
const FAINT = "\x1b[2m";
const NOT_FAINT = "\x1b[22m";
const CYAN = "\x1b[36m";
const DEFAULT_COLOR = "\x1b[39m";
const ERASE_TO_END = "\x1b[K";

/** Display options that may change while the monitor runs. */
export interface DisplayMode {
  readonly hex: boolean;
  readonly timestamps: boolean;
}

/** Options of {@link Display}. */
export interface DisplayOptions extends DisplayMode {
  readonly stdout: OutputStream;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Lets control characters of the device through to the terminal. */
  readonly raw: boolean;
  /** Colors; off where NO_COLOR is set. */
  readonly color: boolean;
  /** Shows messages in place of bytes. */
  readonly framing?: CommandFraming | undefined;
}

export class Display {
  readonly #options: DisplayOptions;
  readonly #isTerminal: boolean;
  readonly #style: (code: string) => string;
  #mode: DisplayMode;
  #view: ReceivedView;
  readonly #messages: MessageView | undefined;
  readonly #echo: TerminalText;
  #pause: NodeJS.Timeout | undefined;
  #isLineStart = true;
  /** The last thing on the screen is a line that is still being rewritten. */
  #isRewriting = false;
  #held: Uint8Array[] | undefined;
  #heldBytes = 0;

  /** @param options Where and how to show. */
  constructor(options: DisplayOptions) {
    this.#options = options;
    this.#isTerminal = options.stdout.isTTY === true;
    const faint = (code: string): string => `${FAINT}${code}${NOT_FAINT}`;
    this.#style = options.color && this.#isTerminal ? faint : (code) => code;
    this.#mode = { hex: options.hex, timestamps: options.timestamps };
    this.#view = this.#createView();
    this.#messages = options.framing && this.#createMessages(options.framing);
    this.#echo = new TerminalText({ style: this.#style });
  }

  /** How received bytes are shown. */
  get mode(): DisplayMode {
    return this.#mode;
  }

  /** Changes how received bytes are shown from here on. */
  setMode(mode: Partial<DisplayMode>): void {
    this.#write(this.#view.flush());
    this.#mode = { ...this.#mode, ...mode };
    this.#view = this.#createView();
  }

  /** A port is open. @param line Its settings. */
  begin(line: LineSettings): void {
    this.#messages?.begin(line);
  }

  /** The port is closed. */
  gone(): void {
    this.#messages?.end();
  }

  /** Shows received bytes; resolves when the next may come. */
  async received(bytes: Uint8Array): Promise<void> {
    if (this.#held !== undefined) {
      this.#held.push(bytes.slice());
      this.#heldBytes += bytes.length;
      if (this.#heldBytes > HELD_BYTES_MAX) await this.release();
      return;
    }
    const shown = (this.#messages ?? this.#view).push(bytes, new Date());
    this.#endRewriting();
    this.#note(shown);
    this.#flushAtPause();
    await writeAll(this.#options.stdout, shown, this.#options.signal);
  }

  /** Shows what the operator sent. */
  echo(bytes: Uint8Array): void {
    if (this.#isTerminal) this.#write(this.#echoed(bytes));
    else this.#write(bytes);
  }

  #echoed(bytes: Uint8Array): string {
    const text = Buffer.from(bytes).toString("latin1").replace(/\r\n?/g, "\n");
    const shown = text.split(DELETE).map((part) => this.#echo.push(Buffer.from(part, "latin1")));
    return shown.join("\b \b");
  }

  /** Shows a line of the monitor's own. */
  status(status: StatusEvent): void {
    const { output } = this.#options;
    if (!this.#isTerminal || output.isJson) output.status(status);
    else {
      this.#write(this.#view.flush());
      this.#endRewriting();
      const text = this.#colored(`--- ${oneLine(status.message)}`);
      this.#write(`${this.#isLineStart ? "" : "\n"}${text}\n`);
    }
  }

  /** Shows a line that the next call rewrites; nowhere but at a terminal. */
  rewrite(text: string): void {
    if (!this.#isTerminal || this.#options.output.isJson) return;
    const start = this.#isRewriting || this.#isLineStart ? "\r" : "\n";
    this.#write(`${start}${this.#colored(`--- ${oneLine(text)}`)}${ERASE_TO_END}`);
    this.#isRewriting = true;
  }

  /** Holds received bytes back while the operator types at a prompt. */
  hold(): void {
    this.#held = [];
  }

  /** Shows what was held back. */
  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    this.#endRewriting();
    if (held.length > 0) await this.received(Buffer.concat(held));
  }

  /** Shows what is left of an unfinished line; at a terminal the prompt gets a line of its own. */
  end(): void {
    clearTimeout(this.#pause);
    this.#write(this.#view.flush());
    this.#endRewriting();
    if (this.#isTerminal && !this.#isLineStart) this.#write("\n");
  }

  #createView(): ReceivedView {
    const safe = this.#isTerminal && !this.#options.raw;
    return new ReceivedView({ ...this.#mode, safe, style: this.#style });
  }

  #createMessages(framing: CommandFraming): MessageView {
    return new MessageView({
      framing,
      mode: () => this.#mode,
      safe: this.#isTerminal && !this.#options.raw,
      onText: (text) => this.#write(text),
      onError: (error) => this.status(invalidStatus(error)),
    });
  }

  #flushAtPause(): void {
    clearTimeout(this.#pause);
    if (!this.#view.isHolding) return;
    this.#pause = setTimeout(() => this.#write(this.#view.flush()), HEX_PAUSE_MS);
  }

  #endRewriting(): void {
    if (!this.#isRewriting) return;
    this.#isRewriting = false;
    this.#write("\n");
  }

  #colored(text: string): string {
    return this.#options.color ? `${CYAN}${text}${DEFAULT_COLOR}` : text;
  }

  #write(shown: string | Uint8Array): void {
    if (shown.length === 0) return;
    this.#note(shown);
    this.#options.stdout.write(shown);
  }

  #note(shown: string | Uint8Array): void {
    if (shown.length === 0) return;
    const last = shown.at(-1);
    this.#isLineStart = last === "\n" || last === 0x0a;
  }
}
