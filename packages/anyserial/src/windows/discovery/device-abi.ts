// ABI of SetupAPI, the configuration manager and the registry: struct tables by CPU, ids and
// numbers. From <setupapi.h>, <cfgmgr32.h>, <cfg.h>, <winreg.h>, <devpkey.h> and <ntddser.h>, as
// mingw-w64, Wine and winapi-rs have them; sizes are the same on x64 and arm64. No behaviour but
// packing.

import type { StructLayout } from "../../ffi/struct.ts";

/** `SP_DEVINFO_DATA`: a device of a set. */
type DeviceInfoField = "cbSize" | "DevInst";
/** `SP_DEVICE_INTERFACE_DATA`: an interface of a set. */
type InterfaceField = "cbSize" | "Flags";

/** Layouts that depend on the size of a pointer. */
export interface DeviceAbi {
  /** Bytes of a handle. */
  readonly pointerSize: 4 | 8;
  readonly deviceInfo: StructLayout<DeviceInfoField>;
  readonly interfaceData: StructLayout<InterfaceField>;
  /**
   * `cbSize` of `SP_DEVICE_INTERFACE_DETAIL_DATA_W`, which is the size of its fixed part with padding:
   * 8 with 64-bit headers, 6 with 32-bit ones, which pack it by 1.
   */
  readonly interfaceDetailSize: number;
}

const WORD = { size: 4 } as const;

const BITS_64: DeviceAbi = {
  pointerSize: 8,
  deviceInfo: {
    size: 32,
    fields: { cbSize: { offset: 0, ...WORD }, DevInst: { offset: 20, ...WORD } },
  },
  interfaceData: {
    size: 32,
    fields: { cbSize: { offset: 0, ...WORD }, Flags: { offset: 20, ...WORD } },
  },
  interfaceDetailSize: 8,
};

const BITS_32: DeviceAbi = {
  pointerSize: 4,
  deviceInfo: { ...BITS_64.deviceInfo, size: 28 },
  interfaceData: { ...BITS_64.interfaceData, size: 28 },
  interfaceDetailSize: 6,
};

/** The path begins behind `cbSize` on every CPU. */
export const INTERFACE_DETAIL_PATH: number = 4;

/**
 * Finds the layouts of a CPU.
 *
 * @param arch CPU as Node names it.
 * @returns `undefined` for one that Windows does not run on.
 */
export function deviceAbi(arch: string): DeviceAbi | undefined {
  if (arch === "x64" || arch === "arm64") return BITS_64;
  return arch === "ia32" ? BITS_32 : undefined;
}

/** Interface of every COM port, the class of ports, and that of modems. */
export const GUID_DEVINTERFACE_COMPORT = "{86E0D1E0-8089-11D0-9CE4-08003E301F73}";
export const GUID_DEVCLASS_PORTS = "{4D36E978-E325-11CE-BFC1-08002BE10318}";
export const GUID_DEVCLASS_MODEM = "{4D36E96D-E325-11CE-BFC1-08002BE10318}";

/** Flags of `SetupDiGetClassDevsW`. */
export const DIGCF_PRESENT = 0x02;
export const DIGCF_ALLCLASSES = 0x04;
export const DIGCF_DEVICEINTERFACE = 0x10;

/** Properties of `SetupDiGetDeviceRegistryPropertyW`; `CM_DRP_…` are the same numbers plus one. */
export const SPDRP_DEVICEDESC = 0x00;
export const SPDRP_HARDWAREID = 0x01;
export const SPDRP_COMPATIBLEIDS = 0x02;
export const SPDRP_SERVICE = 0x04;
export const SPDRP_MFG = 0x0b;
export const SPDRP_FRIENDLYNAME = 0x0c;
export const SPDRP_LOCATION_PATHS = 0x23;

/** `SetupDiOpenDevRegKey`: the hardware key of a device. */
export const DICS_FLAG_GLOBAL = 1;
export const DIREG_DEV = 1;

/** Status and result of the configuration manager. */
export const CR_SUCCESS = 0;
export const CR_NO_SUCH_DEVNODE = 0x0d;
export const DN_HAS_PROBLEM = 0x400;
/** `MAX_DEVICE_ID_LEN` and its end, in bytes. */
export const DEVICE_ID_SIZE = 402;

/** The registry. */
export const HKEY_LOCAL_MACHINE = 0x8000_0002;
export const KEY_READ = 0x2_0019;
export const REG_SZ = 1;
export const REG_DWORD = 4;
export const REG_NOTIFY_CHANGE_NAME = 0x01;
export const REG_NOTIFY_CHANGE_LAST_SET = 0x04;
/** Without it, a notification ends with the thread that asked for it. */
export const REG_NOTIFY_THREAD_AGNOSTIC = 0x1000_0000;

/** `DEVPKEY_Device_BusReportedDeviceDesc`: the product or interface string of a USB device. */
export const BUS_REPORTED_DESCRIPTION: Uint8Array = propertyKey(
  "{540B947E-8B40-45BC-A8A2-6A0B894CBDA2}",
  4,
);
/** `DEVPKEY_Device_LastArrivalDate`: when the device came, as a `FILETIME`. */
export const LAST_ARRIVAL: Uint8Array = propertyKey("{83DA6326-97A6-4088-9453-A1923F573B29}", 102);

/**
 * Packs a GUID: its first three numbers are little-endian, the rest are bytes.
 *
 * @param text With braces.
 * @returns 16 bytes.
 */
export function guidBytes(text: string): Uint8Array {
  const digits = Buffer.from(text.replaceAll(/[{}-]/g, ""), "hex");
  const [a, b, c] = [digits.subarray(0, 4), digits.subarray(4, 6), digits.subarray(6, 8)];
  return Buffer.concat([a.reverse(), b.reverse(), c.reverse(), digits.subarray(8)]);
}

/** `DEVPROPKEY`: a GUID and a number, 20 bytes. */
function propertyKey(guid: string, pid: number): Uint8Array {
  const bytes = Buffer.alloc(20);
  bytes.set(guidBytes(guid));
  bytes.writeUInt32LE(pid, 16);
  return bytes;
}
