// Subpath `anyserial/adapter`: emulated USB serial adapters, which the kernel takes for hardware.

export type { AdapterOptions } from "./adapter/adapter-options.ts";
export {
  createVirtualAdapter,
  type VirtualAdapterOptions,
} from "./adapter/create-virtual-adapter.ts";
export {
  type ServeAdaptersOptions,
  type ServedAdapterOptions,
  type ServedAdapters,
  serveAdapters,
} from "./adapter/serve-adapters.ts";
export { VirtualAdapter } from "./adapter/virtual-adapter.ts";
export type { EmulatedLines, InjectedError, LineChange } from "./backend/emulated-line.ts";
export { CHIP_NAMES, type ChipName } from "./chips/create-chip.ts";
export type { UsbSpeed } from "./usb/device-model.ts";
export type { EmulatedPort } from "./virtual/emulated-port.ts";
