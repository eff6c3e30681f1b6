// Logs the sentences of a GNSS receiver with the time of their arrival, also after the receiver was
// unplugged and plugged in again:
//   node examples/nmea-logger.ts /dev/ttyUSB0 >> track.log
import { SerialDisconnectedError, serialSessions } from "anyserial";
import { lines, xor8 } from "anyserial/framing";

const [path = "/dev/ttyUSB0"] = process.argv.slice(2);

/** $GPGGA,…*47: two hexadecimal digits behind the asterisk, of all characters in front of it. */
function isWhole(sentence: string): boolean {
  const [, body = "", sum = ""] = /^[$!](.*)\*([0-9A-F]{2})$/i.exec(sentence) ?? [];
  return xor8(Buffer.from(body, "latin1"))[0] === Number.parseInt(sum, 16);
}

const nmea = lines({ encoding: "latin1", maxLength: 1024 });
for await (const port of serialSessions(path, { baudRate: 4800 })) {
  console.error(`${path}: receiving`);
  try {
    const onError = (error: Error) => console.error(error.message); // a wrong rate, for instance
    for await (const sentence of port.framed(nmea).messages({ onError })) {
      if (isWhole(sentence)) console.log(`${new Date().toISOString()} ${sentence}`);
      else if (sentence !== "") console.error(`damaged: ${sentence}`);
    }
  } catch (error) {
    if (!(error instanceof SerialDisconnectedError)) throw error;
    console.error(`${path}: unplugged, waiting for it`);
  }
}
