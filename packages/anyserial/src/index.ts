// The public names of `anyserial`.

export type { WaitOptions } from "./abort.ts";
export type { LineErrorCounts } from "./backend/backend.ts";
export {
  BufferedReader,
  type ByteSource,
  type ReceiveUntilOptions,
} from "./buffered-reader.ts";
export type { Capability, Feature, SerialCapabilities } from "./capabilities.ts";
export {
  createSerialConfig,
  type DataBits,
  type EffectiveConfig,
  type FlowControl,
  type Parity,
  type SerialConfig,
  type SerialConfigInput,
  type StopBits,
  type UnsupportedPolicy,
  withChanges,
} from "./config.ts";
export {
  type DiscoveryBackend,
  findSerialPort,
  type ListOptions,
  listSerialDevices,
  listSerialPorts,
  watchSerialPorts,
} from "./discovery.ts";
export {
  ConfigurationError,
  isSerialError,
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SerialBusyError,
  SerialClosedError,
  SerialDisconnectedError,
  SerialError,
  type SerialErrorDetails,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
  UnsupportedPlatformError,
} from "./errors.ts";
export { hintFor } from "./hints.ts";
export { inspectSerialPort } from "./inspect.ts";
export type { LineEvent } from "./io/marked-input.ts";
export type { ControlLines, ModemLine, ModemLineChange, ModemLines } from "./modem-lines.ts";
export { openSerialPort, platformCapabilities } from "./open.ts";
export type { PortEvent, WatchOptions } from "./port-events.ts";
export type { PortFilter } from "./port-filter.ts";
export type { PortInfo } from "./port-info.ts";
export type { PortInspection, TerminalState } from "./port-inspection.ts";
export type { Rs485Config } from "./rs485.ts";
export type { SerialDevice } from "./serial-device.ts";
export {
  type BreakOptions,
  type ReceiveAvailableOptions,
  type ReceiveOptions,
  SerialPort,
  type SerialStats,
} from "./serial-port.ts";
export { serialSessions } from "./sessions.ts";
