// The public names of `anyserial/web-serial`: Web Serial outside the browser.

/// <reference types="node" preserve="true" />

export type { Choosing, PortChoice, PortChooser } from "./web-serial/choose.ts";
export {
  createSerial,
  installWebSerial,
  type NamedPort,
  type SerialInit,
} from "./web-serial/create-serial.ts";
export type {
  SerialInputSignals,
  SerialOptions,
  SerialOutputSignals,
  SerialPortFilter,
  SerialPortInfo,
  SerialPortRequestOptions,
} from "./web-serial/dictionaries.ts";
export type { EventCallback, ListenerOptions } from "./web-serial/listeners.ts";
export { Serial } from "./web-serial/serial.ts";
export { SerialPort } from "./web-serial/serial-port.ts";
export type { LineEvents, SerialService } from "./web-serial/service.ts";
