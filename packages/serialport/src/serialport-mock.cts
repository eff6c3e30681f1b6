// SerialPortMock: the stream of node-serialport over its ports in memory.

import type { PortInfo } from "@anyserial/bindings-cpp";
import { MockBinding, type MockBindingInterface } from "@serialport/binding-mock";
import { type ErrorCallback, type OpenOptions, SerialPortStream } from "@serialport/stream";

/** Options of a {@link SerialPortMock}. */
export type SerialPortMockOpenOptions = Omit<OpenOptions<MockBindingInterface>, "binding">;

/** A port in memory, made by `MockBinding.createPort()`. */
export class SerialPortMock extends SerialPortStream<MockBindingInterface> {
  /** Lists the ports in memory. */
  static list: () => Promise<PortInfo[]> = MockBinding.list;
  /** The ports in memory. */
  static readonly binding: MockBindingInterface = MockBinding;

  /**
   * @param options Path, rate and other settings.
   * @param openCallback Called once the port is open, or with the error; else the event `error` has it.
   */
  constructor(options: SerialPortMockOpenOptions, openCallback?: ErrorCallback) {
    super({ binding: MockBinding, ...options }, openCallback);
  }
}
