// Source of the bytes of `anyserial send`: arguments, a file or standard input, as a stream of
// chunks.

import { open } from "node:fs/promises";
import { UsageError } from "../options/usage-error.ts";
import { type InputStream, readChunks } from "../terminal/streams.ts";
import { type Eol, eolBytes } from "../text/eol.ts";
import { parseEscapes, parseHex } from "../text/escapes.ts";

/** Where the bytes come from. */
export interface DataOptions {
  /** Command that sends, for messages. */
  readonly command?: string | undefined;
  /** DATA of the command line. */
  readonly words: readonly string[];
  readonly file: string | undefined;
  /** DATA is hexadecimal. */
  readonly hex: boolean;
  /** DATA has backslash escapes. */
  readonly escapes: boolean;
  /** End of line to add. */
  readonly eol: Eol | undefined;
  readonly stdin: InputStream;
  readonly signal: AbortSignal;
}

/**
 * Finds the bytes to send; a file is open, and the arguments are understood, when this resolves.
 *
 * @param options Where they come from.
 * @returns Chunks, to be read once.
 * @throws {@link UsageError} `ERR_USAGE` — there is nothing to send, or DATA is not what it should be.
 * @throws The system's error — the file cannot be opened.
 */
export async function openData(options: DataOptions): Promise<AsyncIterable<Uint8Array>> {
  const { words, file, eol, stdin, signal } = options;
  if (file !== undefined && words.length > 0) {
    throw new UsageError("send: both DATA and --file are given", "leave one of them out");
  }
  if (words.length > 0) return withEol([parseWords(words, options)], eol);
  if (file !== undefined) {
    const handle = await open(file);
    return withEol(handle.createReadStream({ signal }), eol);
  }
  if (stdin.isTTY === true) {
    throw new UsageError("send: nothing to send", "give DATA or --file, or pipe something in");
  }
  return withEol(readChunks(stdin, signal), eol);
}

/** How DATA of the command line is written. */
export type WordOptions = Pick<DataOptions, "command" | "hex" | "escapes">;

/**
 * Reads DATA of the command line.
 *
 * @param words The words, which are joined by a blank.
 * @param options How they are written.
 * @returns Bytes.
 * @throws {@link UsageError} `ERR_USAGE` — DATA is not hexadecimal, or has an unknown escape.
 */
export function parseWords(words: readonly string[], options: WordOptions): Uint8Array {
  const { command = "send", hex, escapes } = options;
  const text = words.join(" ");
  const bytes = hex ? parseHex(text) : escapes ? parseEscapes(text) : Buffer.from(text);
  if (bytes !== undefined) return bytes;
  throw hex
    ? new UsageError(`${command}: "${text}" is not hexadecimal`, "write pairs of digits: 01 03 ff")
    : new UsageError(`${command}: unknown escape in "${text}"`, "write a backslash as \\\\");
}

async function* withEol(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  eol: Eol | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  yield* chunks;
  yield eolBytes(eol);
}
