// Devices by SetupAPI, and the ones above them by the configuration manager: from handles and structs to
// plain values. Each set and key is closed when its walk ends, however it ends.

import type { Pointer } from "../../ffi/ffi.ts";
import { Struct } from "../../ffi/struct.ts";
import { decodeText, decodeTexts } from "../wide-text.ts";
import {
  BUS_REPORTED_DESCRIPTION,
  CR_NO_SUCH_DEVNODE,
  CR_SUCCESS,
  DEVICE_ID_SIZE,
  type DeviceAbi,
  DICS_FLAG_GLOBAL,
  DIGCF_DEVICEINTERFACE,
  DIREG_DEV,
  DN_HAS_PROBLEM,
  guidBytes,
  INTERFACE_DETAIL_PATH,
  KEY_READ,
  SPDRP_LOCATION_PATHS,
} from "./device-abi.ts";
import type { Registry } from "./registry.ts";
import type { ConfigurationManager, Handle, SetupApi } from "./setupapi.ts";

/** Calls for reading devices. */
export interface DeviceSystem {
  readonly setupApi: SetupApi;
  readonly manager: ConfigurationManager;
  readonly registry: Registry;
  readonly abi: DeviceAbi;
}

/** Which devices: all of a class or an interface, or of every class. */
export interface DeviceQuery {
  readonly guid: string | undefined;
  /** `DIGCF_…` */
  readonly flags: number;
}

/** How a device is doing. */
export interface DeviceState {
  /** It is plugged in. */
  readonly present: boolean;
  /** Number of its problem, as the Device Manager shows it (`CM_PROB_…`); 0 for none. */
  readonly problem: number;
}

/** Properties come in buffers of this size at first; few are longer. */
const BUFFER_SIZE = 1024;
const MOST_DEVICES = 65_536;

/** A device of the tree, by its number; the number is good while the device is there. */
export class DeviceNode {
  protected readonly system: DeviceSystem;
  readonly #number: number;

  constructor(system: DeviceSystem, number: number) {
    this.system = system;
    this.#number = number;
  }

  /** Instance id; empty for one that went meanwhile. */
  get instanceId(): string {
    const id = new Uint8Array(DEVICE_ID_SIZE);
    const result = this.system.manager.CM_Get_Device_IDW(this.#number, id, DEVICE_ID_SIZE / 2, 0);
    return result === CR_SUCCESS ? decodeText(id) : "";
  }

  /** The device above; `undefined` at the root, and where the system does not report it. */
  get parent(): DeviceNode | undefined {
    const number = new Uint32Array(1);
    const bytes = new Uint8Array(number.buffer);
    const result = this.system.manager.CM_Get_Parent(bytes, this.#number, 0);
    return result === CR_SUCCESS ? new DeviceNode(this.system, number[0] ?? 0) : undefined;
  }

  /** The first location path. */
  get locationPath(): string | undefined {
    const { manager } = this.system;
    return this.#read((type, value, size) =>
      // CM_DRP_… are SPDRP_… plus one.
      manager.CM_Get_DevNode_Registry_PropertyW(
        this.#number,
        SPDRP_LOCATION_PATHS + 1,
        type,
        value,
        size,
        0,
      ),
    );
  }

  /** The bus's name for it: a USB device's product, an interface's name. */
  get busDescription(): string | undefined {
    return this.#property(BUS_REPORTED_DESCRIPTION);
  }

  /** Whether it is there, and its problem. */
  get state(): DeviceState {
    const [status, problem] = [new Uint32Array(1), new Uint32Array(1)];
    const result = this.system.manager.CM_Get_DevNode_Status(
      new Uint8Array(status.buffer),
      new Uint8Array(problem.buffer),
      this.#number,
      0,
    );
    const hasProblem = result === CR_SUCCESS && ((status[0] ?? 0) & DN_HAS_PROBLEM) !== 0;
    return {
      present: result !== CR_NO_SUCH_DEVNODE,
      problem: hasProblem ? (problem[0] ?? 0) : 0,
    };
  }

  /** Bytes of a property, as hexadecimal digits. */
  propertyDigits(key: Uint8Array): string | undefined {
    const value = this.#bytes((type, bytes, size) =>
      this.system.manager.CM_Get_DevNode_PropertyW(this.#number, key, type, bytes, size, 0),
    );
    return value === undefined ? undefined : Buffer.from(value).toString("hex");
  }

  #property(key: Uint8Array): string | undefined {
    const { manager } = this.system;
    return this.#read((type, value, size) =>
      manager.CM_Get_DevNode_PropertyW(this.#number, key, type, value, size, 0),
    );
  }

  #read(call: PropertyCall): string | undefined {
    const value = this.#bytes(call);
    return value === undefined ? undefined : decodeText(value) || undefined;
  }

  #bytes(call: PropertyCall): Uint8Array | undefined {
    const [type, size] = [new Uint8Array(4), new Uint32Array([BUFFER_SIZE])];
    const value = new Uint8Array(BUFFER_SIZE);
    const result = call(type, value, new Uint8Array(size.buffer));
    return result === CR_SUCCESS ? value.subarray(0, size[0]) : undefined;
  }
}

type PropertyCall = (type: Uint8Array, value: Uint8Array, size: Uint8Array) => number;

/** A device of a set; valid until the next one is read. */
export class Device extends DeviceNode {
  readonly #set: Handle;
  readonly #info: Uint8Array;
  /** Path of the interface that was asked for, to be opened like a port. */
  readonly interfacePath: string | undefined;

  constructor(
    system: DeviceSystem,
    set: Handle,
    found: { readonly info: Struct<"cbSize" | "DevInst">; readonly path: string | undefined },
  ) {
    super(system, found.info.get("DevInst"));
    this.#set = set;
    this.#info = found.info.bytes;
    this.interfacePath = found.path;
  }

  override get instanceId(): string {
    const id = new Uint8Array(DEVICE_ID_SIZE);
    const { setupApi } = this.system;
    const length = DEVICE_ID_SIZE / 2;
    const isRead = setupApi.SetupDiGetDeviceInstanceIdW(this.#set, this.#info, id, length, null);
    return isRead === 0 ? "" : decodeText(id);
  }

  override get locationPath(): string | undefined {
    return this.text(SPDRP_LOCATION_PATHS);
  }

  /** Reads a text property; of a list, the first. */
  text(property: number): string | undefined {
    return this.texts(property)[0];
  }

  /** Reads a list of texts. */
  texts(property: number): string[] {
    const [type, size] = [new Uint8Array(4), new Uint32Array(1)];
    const read = (value: Uint8Array): boolean =>
      this.system.setupApi.SetupDiGetDeviceRegistryPropertyW(
        this.#set,
        this.#info,
        property,
        type,
        value,
        value.length,
        new Uint8Array(size.buffer),
      ) !== 0;
    let value = new Uint8Array(BUFFER_SIZE);
    let isRead = read(value);
    if (!isRead && (size[0] ?? 0) > BUFFER_SIZE) {
      value = new Uint8Array(size[0] ?? 0);
      isRead = read(value);
    }
    return isRead ? decodeTexts(value.subarray(0, size[0])) : [];
  }

  /** Reads of the device's own registry key. */
  withKey<T>(read: (registry: Registry, key: Handle) => T): T {
    const { setupApi, registry, abi } = this.system;
    const access = [DICS_FLAG_GLOBAL, 0, DIREG_DEV, KEY_READ] as const;
    const opened = setupApi.SetupDiOpenDevRegKey(this.#set, this.#info, ...access);
    const key = validHandle(opened, abi);
    if (key === undefined) return read(registry, null);
    try {
      return read(registry, key);
    } finally {
      registry.close(key);
    }
  }
}

/**
 * Walks over devices.
 *
 * @param system Calls.
 * @param query Which ones.
 * @returns Each in turn; none where the system refuses.
 */
export function* walkDevices(
  system: DeviceSystem,
  query: DeviceQuery,
): Generator<Device, undefined> {
  const { setupApi, abi } = system;
  const guid = query.guid === undefined ? null : guidBytes(query.guid);
  const set = validHandle(setupApi.SetupDiGetClassDevsW(guid, null, null, query.flags), abi);
  if (set === undefined) return;
  try {
    const isByInterface = (query.flags & DIGCF_DEVICEINTERFACE) !== 0;
    for (let index = 0; index < MOST_DEVICES; index++) {
      const found =
        isByInterface && guid !== null
          ? interfaceAt(system, set, { guid, index })
          : deviceAt(system, set, index);
      if (found === undefined) break;
      yield new Device(system, set, found);
    }
  } finally {
    setupApi.SetupDiDestroyDeviceInfoList(set);
  }
}

interface Found {
  readonly info: Struct<"cbSize" | "DevInst">;
  readonly path: string | undefined;
}

function deviceAt({ setupApi, abi }: DeviceSystem, set: Handle, index: number): Found | undefined {
  const info = sized(new Struct(abi.deviceInfo));
  const isFound = setupApi.SetupDiEnumDeviceInfo(set, index, info.bytes) !== 0;
  return isFound ? { info, path: undefined } : undefined;
}

function interfaceAt(
  { setupApi, abi }: DeviceSystem,
  set: Handle,
  { guid, index }: { readonly guid: Uint8Array; readonly index: number },
): Found | undefined {
  const data = sized(new Struct(abi.interfaceData));
  const isFound = setupApi.SetupDiEnumDeviceInterfaces(set, null, guid, index, data.bytes) !== 0;
  if (!isFound) return undefined;
  const info = sized(new Struct(abi.deviceInfo));
  const size = new Uint32Array([BUFFER_SIZE]);
  const read = (detail: Uint8Array): string | undefined => {
    new DataView(detail.buffer).setUint32(0, abi.interfaceDetailSize, true);
    const isRead = setupApi.SetupDiGetDeviceInterfaceDetailW(
      set,
      data.bytes,
      detail,
      detail.length,
      new Uint8Array(size.buffer),
      info.bytes,
    );
    return isRead === 0 ? undefined : decodeText(detail.subarray(INTERFACE_DETAIL_PATH));
  };
  const path = read(new Uint8Array(BUFFER_SIZE));
  const isLonger = path === undefined && (size[0] ?? 0) > BUFFER_SIZE;
  return { info, path: isLonger ? read(new Uint8Array(size[0] ?? 0)) : path };
}

function sized<Name extends string>(struct: Struct<"cbSize" | Name>): Struct<"cbSize" | Name> {
  struct.set("cbSize", struct.bytes.length);
  return struct;
}

/** Failure is `INVALID_HANDLE_VALUE`, which is -1, or NULL. */
function validHandle(handle: Handle, { pointerSize }: DeviceAbi): Pointer | undefined {
  if (handle === null || handle === 0n) return undefined;
  return BigInt.asIntN(pointerSize * 8, handle) === -1n ? undefined : handle;
}
