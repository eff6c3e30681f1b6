// Subpath `anyserial/internal`: parts that the hub, the command and the hardware tests of this project use. Not for others: it
// may change in any version.

/// <reference types="node" preserve="true" />

export { type ChipName, createChip } from "./chips/create-chip.ts";
export type { LineEnd, Uart } from "./chips/uart.ts";
export type { CharacterError, UartOutputs, UartSettings } from "./chips/uart-state.ts";
export type { LineTuning } from "./config/line-tuning.ts";
export type { Refusal } from "./config/refusals.ts";
export { listSerialDevices } from "./discovery/devices.ts";
export { hintFor } from "./errors/hints.ts";
export { listOpenFiles, type ProcessFiles, processName } from "./linux/open-files.ts";
export { randomNumbers } from "./memory/random.ts";
export type { SerialDevice } from "./model/serial-device.ts";
export { isLowLatency } from "./port/line-details.ts";
export { openTuned } from "./port/open.ts";
export { type Transfers, transfersOf } from "./port/transfers.ts";
export { Mutex } from "./process/mutex.ts";
export { findRow, readTable, reversed, tableKey, tableOf } from "./remote/tcp-table.ts";
export { KEEPALIVE_PROBES_MS, TcpWatch } from "./remote/tcp-watch.ts";
export type { DeviceIdentity, DeviceModel, Endpoint } from "./usb/device-model.ts";
export { decodeSetup, type Setup } from "./usb/setup.ts";
