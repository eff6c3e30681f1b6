// Reads a known number of characters from a port of any kind.

/** The part of a port that is needed. */
interface Source {
  receive(): Promise<Uint8Array>;
}

/** Receives until there are `length` characters, one byte each; returns all that came. */
export async function receiveText(port: Source, length: number): Promise<string> {
  let text = "";
  while (text.length < length) text += Buffer.from(await port.receive()).toString("latin1");
  return text;
}
