// Subpath `anyserial/pty`: emulated ports for applications that expect the path of a serial port.

export type { EmulatedLines, InjectedError, LineChange } from "./backend/emulated-line.ts";
export { createVirtualPort, type VirtualPortOptions } from "./virtual/create-virtual-port.ts";
export type { DeviceAccess } from "./virtual/device-access.ts";
export type { EmulatedPort } from "./virtual/emulated-port.ts";
export type { VirtualPortChange } from "./virtual/settings-changes.ts";
export type { VirtualPortListener, VirtualPortSubscription } from "./virtual/subscription.ts";
export { VirtualPort } from "./virtual/virtual-port.ts";
export type { VirtualPortPreset, VirtualPortSettings } from "./virtual/virtual-port-settings.ts";
