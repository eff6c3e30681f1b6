// The public names of `anyserial`.

/// <reference types="node" preserve="true" />

export type { WaitOptions } from "./abort/abort.ts";
export type { TlsOptions } from "./backend/backend.ts";
export type { PortInspection, TerminalState } from "./backend/port-inspection.ts";
export type {
  DataBits,
  EffectiveConfig,
  FlowControl,
  Parity,
  SerialConfig,
  SerialConfigInput,
  StopBits,
  UnsupportedPolicy,
} from "./config/config.ts";
export type { Rs485Config } from "./config/rs485.ts";
export {
  type DiscoveryBackend,
  findSerialPort,
  type ListOptions,
  listSerialPorts,
  watchSerialPorts,
} from "./discovery/discovery.ts";
export type { PortEvent, WatchOptions } from "./discovery/port-events.ts";
export type { PortFilter } from "./discovery/port-filter.ts";
export {
  ConfigurationError,
  FramingError,
  isSerialError,
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SendAbortedError,
  SerialClosedError,
  SerialConcurrencyError,
  SerialDisconnectedError,
  SerialError,
  type SerialErrorDetails,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
  UnsupportedPlatformError,
} from "./errors/errors.ts";
export {
  BufferedReader,
  type ByteSource,
  type ReceiveUntilOptions,
} from "./io/buffered-reader.ts";
export type { LineEvent } from "./io/parmrk.ts";
export type { Bytes } from "./model/bytes.ts";
export type { Capability, Feature, SerialCapabilities } from "./model/capabilities.ts";
export type { LineErrorCounts } from "./model/line-error-counts.ts";
export type { ControlLines, ModemLine, ModemLineChange, ModemLines } from "./model/modem-lines.ts";
export type { PortInfo } from "./model/port-info.ts";
export { inspectSerialPort } from "./port/inspect.ts";
export { openSerialPort, platformCapabilities } from "./port/open.ts";
export type { OpenOptions } from "./port/open-options.ts";
export {
  type BreakOptions,
  type ReceiveOptions,
  SerialPort,
  type SerialStats,
} from "./port/serial-port.ts";
export { serialSessions } from "./port/sessions.ts";
export type { PortReadable, PortWritable } from "./port/web-streams.ts";
