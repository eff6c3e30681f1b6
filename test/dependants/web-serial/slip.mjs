// Packets of SLIP, as a device writes and reads them: https://www.rfc-editor.org/rfc/rfc1055.
const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** Wraps a packet. */
export function writeSlip(packet) {
  const bytes = [END];
  for (const byte of packet) {
    if (byte === END) bytes.push(ESCAPE, ESCAPED_END);
    else if (byte === ESCAPE) bytes.push(ESCAPE, ESCAPED_ESCAPE);
    else bytes.push(byte);
  }
  return Buffer.from([...bytes, END]);
}

/** Unwraps packets; `receive` gets the next bytes. */
export async function* readSlip(receive) {
  let packet = [];
  let isEscaped = false;
  for (;;) {
    for (const byte of await receive()) {
      if (byte === END) {
        if (packet.length > 0) yield Buffer.from(packet);
        packet = [];
      } else if (byte === ESCAPE) isEscaped = true;
      else {
        const isEnd = isEscaped && byte === ESCAPED_END;
        packet.push(isEnd ? END : isEscaped && byte === ESCAPED_ESCAPE ? ESCAPE : byte);
        isEscaped = false;
      }
    }
  }
}
