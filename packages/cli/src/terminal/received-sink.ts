// Received bytes on their way to standard output: shown as asked for, or kept for one JSON object.

import { ReceivedView } from "../text/received-view.ts";
import { type OutputStream, writeAll } from "./streams.ts";

/** Options of {@link ReceivedSink}. */
export interface ReceivedSinkOptions {
  readonly stdout: OutputStream;
  readonly signal: AbortSignal;
  /** Keeps the bytes instead of printing them. */
  readonly json: boolean;
  /** Prints a hex dump. */
  readonly hex: boolean;
  /** Lets control characters through to a terminal. */
  readonly raw: boolean;
}

/** Received bytes as a program reads them. */
export interface ReceivedReport {
  /** How many. */
  readonly bytes: number;
  /** The bytes in base64. */
  readonly base64: string;
  /** The bytes as text; `null` when they are not UTF-8. */
  readonly text: string | null;
}

/** Consumes the bytes that a command receives. */
export class ReceivedSink {
  readonly #options: ReceivedSinkOptions;
  readonly #view: ReceivedView;
  readonly #kept: Uint8Array[] = [];
  /** Bytes taken so far. */
  bytes = 0;

  /** @param options Where to, and how. */
  constructor(options: ReceivedSinkOptions) {
    this.#options = options;
    const { hex, raw, stdout } = options;
    const safe = stdout.isTTY === true && !raw;
    this.#view = new ReceivedView({ hex, safe, timestamps: false });
  }

  /** Takes bytes; resolves when the next may come. */
  async take(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    if (this.#options.json) this.#kept.push(bytes.slice());
    else await this.#print(this.#view.push(bytes, new Date()));
  }

  /** Prints what is held back. */
  async end(): Promise<void> {
    await this.#print(this.#view.flush());
  }

  /** Everything taken, for JSON. */
  report(): ReceivedReport {
    return { ...reportOf(Buffer.concat(this.#kept)), bytes: this.bytes };
  }

  async #print(text: string | Uint8Array): Promise<void> {
    await writeAll(this.#options.stdout, text, this.#options.signal);
  }
}

/** Bytes as a program reads them. */
export function reportOf(bytes: Buffer): ReceivedReport {
  return { bytes: bytes.length, base64: bytes.toString("base64"), text: textOf(bytes) };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
