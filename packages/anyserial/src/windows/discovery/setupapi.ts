// The calls of SetupAPI and of the configuration manager, typed; nothing else. Handles are addresses,
// structs and texts are memory of the caller's.

import type { Ffi, NativeFunction, NativeLibrary, Pointer } from "../../ffi/ffi.ts";

/** A handle as it comes back: NULL is `null`. */
export type Handle = Pointer | null;

/** SetupAPI: BOOL results, the reason is in `GetLastError`. */
export interface SetupApi {
  SetupDiGetClassDevsW(
    guid: Uint8Array | null,
    enumerator: null,
    window: null,
    flags: number,
  ): Handle;
  SetupDiDestroyDeviceInfoList(set: Handle): number;
  SetupDiEnumDeviceInfo(set: Handle, index: number, info: Uint8Array): number;
  SetupDiEnumDeviceInterfaces(
    set: Handle,
    info: null,
    guid: Uint8Array,
    index: number,
    data: Uint8Array,
  ): number;
  SetupDiGetDeviceInterfaceDetailW(
    set: Handle,
    data: Uint8Array,
    detail: Uint8Array | null,
    size: number,
    required: Uint8Array,
    info: Uint8Array | null,
  ): number;
  SetupDiGetDeviceInstanceIdW(
    set: Handle,
    info: Uint8Array,
    id: Uint8Array,
    characters: number,
    required: null,
  ): number;
  SetupDiGetDeviceRegistryPropertyW(
    set: Handle,
    info: Uint8Array,
    property: number,
    type: Uint8Array,
    value: Uint8Array,
    size: number,
    required: Uint8Array,
  ): number;
  SetupDiGetDevicePropertyW(
    set: Handle,
    info: Uint8Array,
    key: Uint8Array,
    type: Uint8Array,
    value: Uint8Array,
    size: number,
    required: Uint8Array,
    flags: number,
  ): number;
  SetupDiOpenDevRegKey(
    set: Handle,
    info: Uint8Array,
    scope: number,
    profile: number,
    type: number,
    access: number,
  ): Handle;
}

/** The configuration manager: results are `CR_…`. */
export interface ConfigurationManager {
  CM_Get_Parent(parent: Uint8Array, device: number, flags: number): number;
  CM_Get_Device_IDW(device: number, id: Uint8Array, characters: number, flags: number): number;
  CM_Get_DevNode_Status(
    status: Uint8Array,
    problem: Uint8Array,
    device: number,
    flags: number,
  ): number;
  CM_Get_DevNode_Registry_PropertyW(
    device: number,
    property: number,
    type: Uint8Array,
    value: Uint8Array,
    size: Uint8Array,
    flags: number,
  ): number;
  CM_Get_DevNode_PropertyW(
    device: number,
    key: Uint8Array,
    type: Uint8Array,
    value: Uint8Array,
    size: Uint8Array,
    flags: number,
  ): number;
}

/** Loads setupapi.dll and binds its calls. */
export function bindSetupApi(ffi: Ffi): SetupApi {
  const bind = binder(ffi.load("setupapi.dll", "stdcall"));
  return {
    SetupDiGetClassDevsW: bind("SetupDiGetClassDevsW", "pointer bytes pointer pointer uint"),
    SetupDiDestroyDeviceInfoList: bind("SetupDiDestroyDeviceInfoList", "int pointer"),
    SetupDiEnumDeviceInfo: bind("SetupDiEnumDeviceInfo", "int pointer uint bytes"),
    SetupDiEnumDeviceInterfaces: bind(
      "SetupDiEnumDeviceInterfaces",
      "int pointer bytes bytes uint bytes",
    ),
    SetupDiGetDeviceInterfaceDetailW: bind(
      "SetupDiGetDeviceInterfaceDetailW",
      "int pointer bytes bytes uint bytes bytes",
    ),
    SetupDiGetDeviceInstanceIdW: bind(
      "SetupDiGetDeviceInstanceIdW",
      "int pointer bytes bytes uint bytes",
    ),
    SetupDiGetDeviceRegistryPropertyW: bind(
      "SetupDiGetDeviceRegistryPropertyW",
      "int pointer bytes uint bytes bytes uint bytes",
    ),
    SetupDiGetDevicePropertyW: bind(
      "SetupDiGetDevicePropertyW",
      "int pointer bytes bytes bytes bytes uint bytes uint",
    ),
    SetupDiOpenDevRegKey: bind("SetupDiOpenDevRegKey", "pointer pointer bytes uint uint uint uint"),
  };
}

/** Loads cfgmgr32.dll and binds its calls. */
export function bindConfigurationManager(ffi: Ffi): ConfigurationManager {
  const bind = binder(ffi.load("cfgmgr32.dll", "stdcall"));
  return {
    CM_Get_Parent: bind("CM_Get_Parent", "uint bytes uint uint"),
    CM_Get_Device_IDW: bind("CM_Get_Device_IDW", "uint uint bytes uint uint"),
    CM_Get_DevNode_Status: bind("CM_Get_DevNode_Status", "uint bytes bytes uint uint"),
    CM_Get_DevNode_Registry_PropertyW: bind(
      "CM_Get_DevNode_Registry_PropertyW",
      "uint uint uint bytes bytes bytes uint",
    ),
    CM_Get_DevNode_PropertyW: bind(
      "CM_Get_DevNode_PropertyW",
      "uint uint bytes bytes bytes bytes uint",
    ),
  };
}

type Plain = "int" | "uint" | "pointer" | "bytes";

/** Binds by a list of C types, the result first. */
export function binder(
  library: NativeLibrary,
): <F extends NativeFunction>(symbol: string, signature: string) => F {
  return (symbol, signature) => {
    const [returns = "int", ...parameters] = signature.split(" ") as Plain[]; // written above
    return library.bind(symbol, returns, parameters);
  };
}
