// Source of the messages of `anyserial send --framing`: each as the bytes to send.

import { lines } from "anyserial/framing";
import type { CommandFraming } from "../options/framing.ts";

/**
 * Wraps data in messages: each line of it where the framing is of text, else all of it in one.
 *
 * @param data Chunks.
 * @param framing How messages are wrapped.
 * @returns The bytes of one message after the other.
 * @throws As `Framing.encode()`.
 */
export async function* encodeMessages(
  data: AsyncIterable<Uint8Array>,
  framing: CommandFraming,
): AsyncGenerator<Uint8Array, undefined> {
  if (framing.isText) {
    for await (const line of linesOf(data)) yield framing.framing.encode(line);
    return;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  yield framing.framing.encode(Buffer.concat(chunks));
}

/** The lines of data; the last one may have no end. */
async function* linesOf(data: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  let found: string[] = [];
  let last: Uint8Array = new Uint8Array(0);
  const decoder = lines({ maxLength: 2 ** 30 }).decoder({
    onMessage: (line) => found.push(line),
    onError: ({ bytes }) => {
      last = bytes;
    },
  });
  for await (const chunk of data) {
    decoder.push(chunk);
    yield* found;
    found = [];
  }
  decoder.end();
  if (last.length > 0) yield Buffer.from(last).toString().replace(/^\n/, "");
}
