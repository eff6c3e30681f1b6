// A pipe or a file as the monitor's input: all of it is sent, then the answers are waited for.

import { type InputStream, readChunks } from "../../terminal/streams.ts";
import { type Eol, EolTranslation } from "../../text/eol.ts";
import type { Link } from "./link.ts";

/** Options of {@link sendPipe}. */
export interface PipeInputOptions {
  readonly link: Link;
  /** Replacement of line ends; `undefined` leaves every byte unchanged. */
  readonly eol: Eol | undefined;
  /** Shows what was sent. */
  readonly onSent: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends everything that a pipe brings.
 *
 * @param stdin The pipe.
 * @param options Where to.
 * @returns Bytes sent, once they are out.
 * @throws As `Link.send()`.
 */
export async function sendPipe(stdin: InputStream, options: PipeInputOptions): Promise<number> {
  const { link, eol, onSent, signal } = options;
  const translation = eol === undefined ? undefined : new EolTranslation(eol);
  let sentBytes = 0;
  for await (const chunk of readChunks(stdin, signal)) {
    const bytes = translation?.push(chunk) ?? chunk;
    await link.send(bytes);
    sentBytes += bytes.length;
    onSent(bytes);
  }
  await link.drain();
  return sentBytes;
}
