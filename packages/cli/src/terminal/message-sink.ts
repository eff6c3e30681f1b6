// Received messages on their way to standard output: one on a line, or as one JSON object each.

import type { FramingError } from "anyserial/framing";
import { formatMoment } from "../text/line-stamper.ts";
import { messageLine } from "../text/message-text.ts";
import type { Output } from "./output.ts";
import { type ReceivedReport, reportOf } from "./received-sink.ts";
import type { OutputStream } from "./streams.ts";

/** Options of {@link MessageSink}. */
export interface MessageSinkOptions {
  readonly output: Output;
  readonly stdout: OutputStream;
  /** Prints text in hexadecimal. */
  readonly hex: boolean;
  /** Puts the time in front of each message. */
  readonly timestamps: boolean;
  /** Lets control characters through to a terminal. */
  readonly raw: boolean;
}

/** Consumes the messages that a command receives. */
export class MessageSink {
  readonly #options: MessageSinkOptions;
  /** Messages printed so far. */
  messages = 0;
  /** How often bytes came that are not a valid message. */
  invalid = 0;

  /** @param options Where to, and how. */
  constructor(options: MessageSinkOptions) {
    this.#options = options;
  }

  /** Prints a message; resolves when the next may come. */
  async take(message: string | Uint8Array): Promise<void> {
    const { output, stdout, raw, hex, timestamps } = this.#options;
    const at = new Date();
    this.messages++;
    if (output.isJson) await output.json({ time: formatMoment(at), ...messageReport(message) });
    else {
      const safe = stdout.isTTY === true && !raw;
      await output.text(messageLine(message, at, { hex, timestamps, safe }));
    }
  }

  /** Reports bytes that are not a valid message. */
  reject(error: FramingError): void {
    this.invalid++;
    this.#options.output.status(invalidStatus(error));
  }
}

/** A message as a program reads it. */
export function messageReport(message: string | Uint8Array): ReceivedReport {
  return reportOf(Buffer.from(message));
}

/** The event for bytes that are not a valid message. */
export function invalidStatus(error: FramingError): {
  event: string;
  message: string;
  code: string;
  base64: string;
} {
  const { message, code, bytes } = error;
  const base64 = Buffer.from(bytes).toString("base64");
  return { event: "invalid", message, code, base64 };
}
