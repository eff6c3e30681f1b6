// SerialPort: the stream of node-serialport over the binding of anyserial.

import {
  type AutoDetectTypes,
  autoDetect,
  type OpenOptionsFromBinding,
  type PortInfo,
} from "@anyserial/bindings-cpp";
import { type ErrorCallback, SerialPortStream, type StreamOptions } from "@serialport/stream";

/** Options of a {@link SerialPort}. */
export type SerialPortOpenOptions<T extends AutoDetectTypes> = Omit<StreamOptions<T>, "binding"> &
  OpenOptionsFromBinding<T>;

const binding = autoDetect();

/** A serial port as a stream of Node.js. */
export class SerialPort<T extends AutoDetectTypes = AutoDetectTypes> extends SerialPortStream<T> {
  /** Lists the serial ports; needs no `this`. */
  static list: () => Promise<PortInfo[]> = binding.list;
  /** The binding of this system. */
  static readonly binding: AutoDetectTypes = binding;

  /**
   * @param options Path, rate and other settings; unknown ones are ignored.
   * @param openCallback Called once the port is open, or with the error; else the event `error` has it.
   */
  constructor(options: SerialPortOpenOptions<T>, openCallback?: ErrorCallback) {
    // A binding in the options takes the place of this one, though the type does not offer it.
    super(
      { binding: binding as T, ...options } as ConstructorParameters<typeof SerialPortStream<T>>[0],
      openCallback,
    );
    this.on("open", () => void followEnd(this));
  }
}

/** A device that goes away closes the port, whether anybody reads or not. No method: a private one is in the type. */
async function followEnd<T extends AutoDetectTypes>(stream: SerialPort<T>): Promise<void> {
  const port = stream.port as { readonly closed?: Promise<Error | undefined> } | undefined;
  const cause = await port?.closed;
  if (cause !== undefined && stream.port === port) stream._disconnected(cause);
}
