// A port of the demo's network as an application uses it: lines out, lines in.

import { type BufferedReader, openSerialPort, type SerialPort } from "anyserial";
import { sendBytes } from "../../transfer/send-bytes.ts";

/** How long a line may take, in milliseconds. */
const LINE_TIMEOUT_MS = 2000;

/** An open port that speaks in lines. */
export class LinePort implements AsyncDisposable {
  readonly #port: SerialPort;
  readonly #reader: BufferedReader;

  private constructor(port: SerialPort) {
    this.#port = port;
    this.#reader = port.reader;
  }

  /** Opens a port by its path. */
  static async open(path: string, signal: AbortSignal): Promise<LinePort> {
    return new LinePort(await openSerialPort(path, {}, { signal }));
  }

  async send(text: string, signal: AbortSignal): Promise<void> {
    await sendBytes(this.#port, Buffer.from(`${text}\n`), withTimeout(signal));
  }

  /**
   * Receives the next line.
   *
   * @param signal Stops waiting.
   * @returns The line without its end.
   * @throws A `TimeoutError` when there is none within two seconds; `signal.reason`; as the port.
   */
  async receive(signal: AbortSignal): Promise<string> {
    const bytes = await this.#reader.receiveUntil("\n", { signal: withTimeout(signal) });
    return Buffer.from(bytes).toString("utf8").trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port.close();
  }
}

function withTimeout(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(LINE_TIMEOUT_MS)]);
}
