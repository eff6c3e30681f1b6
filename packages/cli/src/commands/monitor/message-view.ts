// Received bytes of the monitor as messages, one on a line.

import type { FrameDecoder, FramingError, LineSettings } from "anyserial/framing";
import type { CommandFraming } from "../../options/framing.ts";
import { messageLine } from "../../text/message-text.ts";

/** Options of {@link MessageView}. */
export interface MessageViewOptions {
  readonly framing: CommandFraming;
  /** How messages are shown at the moment. */
  readonly mode: () => { readonly hex: boolean; readonly timestamps: boolean };
  /** Escapes characters that could control a terminal. */
  readonly safe: boolean;
  /** Shows a message that silence has ended. */
  readonly onText: (text: string) => void;
  /** Reports bytes that are not a valid message. */
  readonly onError: (error: FramingError) => void;
}

/** Finds the messages of one port after the other. */
export class MessageView {
  readonly #options: MessageViewOptions;
  #decoder: FrameDecoder<string> | FrameDecoder<Uint8Array> | undefined;
  /** Text of the chunk that is being decoded. */
  #found: string | undefined;
  #at = new Date();

  /** @param options How messages are found and shown. */
  constructor(options: MessageViewOptions) {
    this.#options = options;
  }

  /** A port is open. @param line Its settings, for a silence in characters. */
  begin(line: LineSettings): void {
    const { framing, onError } = this.#options;
    const onMessage = (message: string | Uint8Array): void => this.#show(message);
    const options = { onMessage, onError, line };
    this.#decoder = framing.isText
      ? framing.framing.decoder(options)
      : framing.framing.decoder(options);
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @param at When it arrived.
   * @returns The messages that end in it, as lines.
   */
  push(bytes: Uint8Array, at: Date): string {
    this.#at = at;
    this.#found = "";
    this.#decoder?.push(bytes);
    const found = this.#found;
    this.#found = undefined;
    return found;
  }

  /** The port is closed: a message that has no end is reported. */
  end(): void {
    this.#decoder?.end();
    this.#decoder = undefined;
  }

  #show(message: string | Uint8Array): void {
    const { mode, safe, onText } = this.#options;
    const text = messageLine(message, this.#at, { ...mode(), safe });
    if (this.#found === undefined) onText(text);
    else this.#found += text;
  }
}
