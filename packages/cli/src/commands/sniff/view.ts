// The traffic between an application and its device as lines: time, direction, bytes or messages. Pure, but for the
// timer of a framing by silence.

import type { FrameDecoder, FramingError, LineSettings } from "anyserial/framing";
import type { CommandFraming } from "../../options/framing.ts";
import { messageReport } from "../../terminal/message-sink.ts";
import { formatMoment, formatStamp } from "../../text/line-stamper.ts";
import { messageText } from "../../text/message-text.ts";
import { oneLine } from "../../text/printable.ts";

/** The end that sent. */
export type SniffSource = "application" | "device";

const ARROWS: Readonly<Record<SniffSource, string>> = { application: ">", device: "<" };

/** Options of {@link SniffView}. */
export interface SniffViewOptions {
  /** Shows messages; without it, bytes as they arrive. */
  readonly framing: CommandFraming | undefined;
  /** Settings of the line, for a silence in characters. */
  readonly line: LineSettings;
  readonly hex: boolean;
  readonly timestamps: boolean;
  readonly json: boolean;
  /** Prints a line with its line end. */
  readonly print: (line: string) => void;
  /** Reports bytes that are not a valid message. */
  readonly onInvalid: (error: FramingError) => void;
}

/** Prints the traffic of both directions. */
export class SniffView {
  readonly #options: SniffViewOptions;
  readonly #decoders: Readonly<Record<SniffSource, Decoder | undefined>>;
  #at = new Date();

  /** @param options How it is shown, and where to. */
  constructor(options: SniffViewOptions) {
    this.#options = options;
    this.#decoders = {
      application: this.#decoderOf("application"),
      device: this.#decoderOf("device"),
    };
  }

  /** Takes bytes of one end. */
  take(from: SniffSource, bytes: Uint8Array, at: Date): void {
    this.#at = at;
    const decoder = this.#decoders[from];
    if (decoder === undefined) this.#show(from, bytes);
    else decoder.push(bytes);
  }

  /** Nothing more comes: a message that has no end is reported. */
  end(): void {
    for (const decoder of Object.values(this.#decoders)) decoder?.end();
  }

  #decoderOf(from: SniffSource): Decoder | undefined {
    const { framing, line, onInvalid } = this.#options;
    if (framing === undefined) return undefined;
    const onMessage = (message: string | Uint8Array): void => this.#show(from, message);
    const options = { onMessage, onError: onInvalid, line };
    return framing.isText ? framing.framing.decoder(options) : framing.framing.decoder(options);
  }

  #show(from: SniffSource, message: string | Uint8Array): void {
    const { json, hex, timestamps, framing, print } = this.#options;
    if (json) {
      const report = { time: formatMoment(this.#at), from, ...messageReport(message) };
      print(`${JSON.stringify(report)}\n`);
      return;
    }
    const isText = framing === undefined && !hex;
    const text = isText ? Buffer.from(message).toString() : messageText(message, hex);
    print(`${timestamps ? formatStamp(this.#at) : ""}${ARROWS[from]} ${oneLine(text)}\n`);
  }
}

type Decoder = Pick<FrameDecoder<string> | FrameDecoder<Uint8Array>, "push" | "end">;
