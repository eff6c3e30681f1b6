// Entry `@anyserial/bindings-cpp`: the exports of `@serialport/bindings-cpp`. CommonJS, as that is; `import` reads the
// names out of it.

export type {
  BindingInterface,
  BindingPortInterface,
  BindingsErrorInterface,
  OpenOptions,
  OpenOptionsFromBinding,
  PortInfo,
  PortInfoFromBinding,
  PortInterfaceFromBinding,
  PortStatus,
  SetOptions,
  UpdateOptions,
} from "@serialport/bindings-interface";
export {
  type AutoDetectTypes,
  autoDetect,
  DarwinBinding,
  type DarwinBindingInterface,
  LinuxBinding,
  type LinuxBindingInterface,
  WindowsBinding,
  type WindowsBindingInterface,
} from "./binding.cts";
export { BindingsError } from "./errors.cts";
export { DarwinPortBinding, LinuxPortBinding, WindowsPortBinding } from "./port-binding.cts";
export type {
  DarwinOpenOptions,
  LinuxOpenOptions,
  LinuxPortStatus,
  LinuxSetOptions,
  WindowsOpenOptions,
} from "./types.cts";
