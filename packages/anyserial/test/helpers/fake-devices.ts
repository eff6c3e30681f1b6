// A Windows machine's devices and registry behind the FFI seam: answers the calls of SetupAPI, the
// configuration manager and advapi32 byte for byte, checks every struct size that it is given, and
// counts the handles that are open.

import assert from "node:assert/strict";
import type { Ffi, NativeFunction, NativeLibrary } from "../../dist/ffi/ffi.js";
import { deviceAbi, guidBytes } from "../../dist/windows/discovery/device-abi.js";
import type { DeviceSystem } from "../../dist/windows/discovery/device-set.js";
import { bindRegistry, Registry } from "../../dist/windows/discovery/registry.js";
import { bindConfigurationManager, bindSetupApi } from "../../dist/windows/discovery/setupapi.js";

/** `<setupapi.h>`, `<winreg.h>`, `<winerror.h>` */
export const SPDRP = {
  desc: 0,
  hardwareId: 1,
  service: 4,
  mfg: 11,
  name: 12,
  locations: 35,
} as const;
const PORTS = "{4D36E978-E325-11CE-BFC1-08002BE10318}";
const MODEMS = "{4D36E96D-E325-11CE-BFC1-08002BE10318}";
const COMPORT = "{86E0D1E0-8089-11D0-9CE4-08003E301F73}";
const REG_SZ = 1;
const REG_DWORD = 4;

/** A device of the machine, or a node above one. */
export interface FakeDevice {
  readonly id: string;
  readonly class?: "ports" | "modem" | undefined;
  /** Path of its COM port interface. */
  readonly interface?: string;
  readonly portName?: string;
  readonly latencyTimer?: number;
  /** By `SPDRP_…`. */
  readonly properties?: Readonly<Record<number, string | readonly string[]>>;
  /** Instance id of the device above. */
  readonly parent?: string;
  readonly bus?: string;
  /** `FILETIME` of its arrival. */
  readonly arrival?: bigint;
  readonly isGone?: boolean;
  readonly problem?: number;
}

type Call = (...args: never[]) => unknown;

/** The sizes that the headers of each CPU give. */
const SIZES = {
  x64: {
    info: 32,
    data: 32,
    detail: 8,
    invalid: 0xffff_ffff_ffff_ffffn,
    machine: 0xffff_ffff_8000_0002n,
  },
  arm64: {
    info: 32,
    data: 32,
    detail: 8,
    invalid: 0xffff_ffff_ffff_ffffn,
    machine: 0xffff_ffff_8000_0002n,
  },
  ia32: { info: 28, data: 28, detail: 6, invalid: 0xffff_ffffn, machine: 0x8000_0002n },
} as const;

/** The machine. */
export class FakeDevices {
  devices: readonly FakeDevice[];
  /** Values of the registry's list; `undefined` where there is no such key. */
  serialComm: readonly string[] | undefined = [];
  /** Calls that fail, whatever they are asked. */
  readonly refused = new Set<string>();
  /** Code of the registry's refusal. */
  registryError = 5;
  /** Keys that are not there. */
  readonly missingKeys = new Set<string>();
  /** Keys that may not be opened: ERROR_ACCESS_DENIED. */
  readonly deniedKeys = new Set<string>();
  /** Handles that are open. */
  readonly held = new Map<bigint, string>();
  /** Key that the next `RegNotifyChangeKeyValue` watches, by event. */
  readonly notified = new Map<bigint, string>();
  readonly calls: string[] = [];
  readonly #sizes: (typeof SIZES)[keyof typeof SIZES];
  readonly #arch: keyof typeof SIZES;
  readonly #sets = new Map<bigint, readonly FakeDevice[]>();
  #next = 0x100n;

  constructor(devices: readonly FakeDevice[], arch: keyof typeof SIZES = "x64") {
    this.devices = devices;
    this.#arch = arch;
    this.#sizes = SIZES[arch];
  }

  /** Binds the project's own calls to this machine. */
  get system(): DeviceSystem {
    const abi = deviceAbi(this.#arch);
    assert.ok(abi !== undefined);
    return {
      setupApi: bindSetupApi(this.ffi),
      manager: bindConfigurationManager(this.ffi),
      registry: new Registry(bindRegistry(this.ffi), abi),
      abi,
    };
  }

  get ffi(): Ffi {
    const library = (calls: Record<string, Call>): NativeLibrary =>
      ({
        bind: <F extends NativeFunction>(symbol: string): F => {
          const call = calls[symbol] ?? assert.fail(`unexpected ${symbol}`);
          return this.#watched(symbol, call) as unknown as F;
        },
      }) as unknown as NativeLibrary; // nothing else is called
    const libraries: Record<string, () => NativeLibrary> = {
      "setupapi.dll": () => library(this.#setupApi()),
      "cfgmgr32.dll": () => library(this.#manager()),
      "advapi32.dll": () => library(this.#registry()),
    };
    return {
      load: (name: string) => (libraries[name] ?? assert.fail(`unexpected ${name}`))(),
    } as unknown as Ffi; // nothing else is called
  }

  #watched(symbol: string, call: Call): Call {
    return (...args: never[]) => {
      this.calls.push(symbol);
      if (this.refused.has(symbol)) return this.#refusal(symbol);
      return call(...args);
    };
  }

  #refusal(symbol: string): unknown {
    if (symbol.startsWith("Reg")) return this.registryError;
    if (symbol.startsWith("CM_")) return 0x13;
    const isHandle = /ClassDevs|OpenDevRegKey/.test(symbol);
    return isHandle ? this.#sizes.invalid : 0;
  }

  #open(what: string): bigint {
    const handle = this.#next++;
    this.held.set(handle, what);
    return handle;
  }

  #setupApi(): Record<string, Call> {
    const setOf = (set: bigint) => this.#sets.get(set) ?? assert.fail(`no set ${set}`);
    const deviceOf = (info: Uint8Array) =>
      this.#byNumber(this.#checked(info, "info").getUint32(20, true));
    return {
      SetupDiGetClassDevsW: (...[guid, , , flags]: [Uint8Array | null, null, null, number]) => {
        const set = this.#open("set");
        this.#sets.set(set, this.#select(guid, flags));
        return set;
      },
      SetupDiDestroyDeviceInfoList: (set: bigint) => {
        this.#sets.delete(set);
        return this.held.delete(set) ? 1 : 0;
      },
      SetupDiEnumDeviceInfo: (set: bigint, index: number, info: Uint8Array) =>
        this.#fill(setOf(set)[index], this.#checked(info, "info")),
      SetupDiEnumDeviceInterfaces: (
        ...[set, info, guid, index, data]: [bigint, null, Uint8Array, number, Uint8Array]
      ) => {
        assert.equal(info, null);
        assert.deepEqual(Buffer.from(guid), Buffer.from(guidBytes(COMPORT)));
        return this.#fill(setOf(set)[index], this.#checked(data, "data"));
      },
      SetupDiGetDeviceInterfaceDetailW: (
        ...[, data, detail, size, required, info]: [
          bigint,
          Uint8Array,
          Uint8Array,
          number,
          Uint8Array,
          Uint8Array,
        ]
      ) => {
        const device = this.#byNumber(this.#checked(data, "data").getUint32(20, true));
        assert.equal(viewOf(detail).getUint32(0, true), this.#sizes.detail, "cbSize of the detail");
        assert.equal(size, detail.length);
        this.#fill(device, this.#checked(info, "info"));
        const path = wide(device.interface ?? "");
        viewOf(required).setUint32(0, 4 + path.length, true);
        if (4 + path.length > size) return 0;
        detail.set(path, 4);
        return 1;
      },
      SetupDiGetDeviceInstanceIdW: (
        ...[, info, id, most]: [bigint, Uint8Array, Uint8Array, number]
      ) => {
        assert.equal(id.length, most * 2);
        if (viewOf(info).getUint32(20, true) === 0) return 0;
        id.set(wide(deviceOf(info).id));
        return 1;
      },
      SetupDiGetDeviceRegistryPropertyW: (
        ...[, info, property, , value, size, required]: [
          bigint,
          Uint8Array,
          number,
          Uint8Array,
          Uint8Array,
          number,
          Uint8Array,
        ]
      ) => {
        const found = deviceOf(info).properties?.[property];
        if (found === undefined) return 0;
        const bytes =
          typeof found === "string" ? wide(found) : wide(found.map((t) => `${t}\0`).join(""));
        viewOf(required).setUint32(0, bytes.length, true);
        if (bytes.length > size) return 0;
        value.set(bytes);
        return 1;
      },
      SetupDiOpenDevRegKey: (_set: bigint, info: Uint8Array, ...access: number[]) => {
        assert.deepEqual(access, [1, 0, 1, 0x2_0019]);
        return this.#open(`key ${deviceOf(info).id}`);
      },
      SetupDiGetDevicePropertyW: () => 0,
    };
  }

  #manager(): Record<string, Call> {
    const CR_NO_SUCH_DEVNODE = 0x0d;
    const text = (found: string | undefined, value: Uint8Array, size: Uint8Array): number => {
      if (found === undefined) return 0x25; // CR_NO_SUCH_VALUE
      const bytes = wide(found);
      assert.equal(viewOf(size).getUint32(0, true), value.length);
      viewOf(size).setUint32(0, bytes.length, true);
      value.set(bytes);
      return 0;
    };
    return {
      CM_Get_Parent: (parent: Uint8Array, device: number, flags: number) => {
        assert.equal(flags, 0);
        const above = this.devices.findIndex(({ id }) => id === this.#byNumber(device).parent);
        if (above === -1) return CR_NO_SUCH_DEVNODE;
        viewOf(parent).setUint32(0, above + 1, true);
        return 0;
      },
      CM_Get_Device_IDW: (device: number, id: Uint8Array, most: number) => {
        assert.equal(id.length, most * 2);
        id.set(wide(this.#byNumber(device).id));
        return 0;
      },
      CM_Get_DevNode_Status: (status: Uint8Array, problem: Uint8Array, device: number) => {
        const found = this.#byNumber(device);
        if (found.isGone) return CR_NO_SUCH_DEVNODE;
        viewOf(status).setUint32(0, found.problem === undefined ? 0x0180_200a : 0x0180_2400, true);
        viewOf(problem).setUint32(0, found.problem ?? 0, true);
        return 0;
      },
      CM_Get_DevNode_Registry_PropertyW: (
        ...[device, property, , value, size]: [number, number, Uint8Array, Uint8Array, Uint8Array]
      ) => {
        const found = this.#byNumber(device).properties?.[property - 1];
        return text(typeof found === "object" ? `${found.join("\0")}\0` : found, value, size);
      },
      CM_Get_DevNode_PropertyW: (
        ...[device, key, , value, size]: [number, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
      ) => {
        assert.equal(key.length, 20);
        const found = this.#byNumber(device);
        if (viewOf(key).getUint32(16, true) === 4) return text(found.bus, value, size);
        if (found.arrival === undefined) return 0x25;
        viewOf(value).setBigUint64(0, found.arrival, true);
        viewOf(size).setUint32(0, 8, true);
        return 0;
      },
    };
  }

  #registry(): Record<string, Call> {
    return {
      RegOpenKeyExW: (
        ...[root, path, options, access, key]: [bigint, Uint8Array, number, number, Uint8Array]
      ) => {
        assert.deepEqual([root, options, access], [this.#sizes.machine, 0, 0x2_0019]);
        const name = text(path);
        const isList = name === "HARDWARE\\DEVICEMAP\\SERIALCOMM";
        if (this.missingKeys.has(name) || (isList && this.serialComm === undefined)) return 2;
        if (this.deniedKeys.has(name)) return 5;
        viewOf(key).setBigUint64(0, this.#open(`key ${name}`), true);
        return 0;
      },
      RegCloseKey: (key: bigint) => {
        assert.match(this.held.get(key) ?? "", /^key /);
        this.held.delete(key);
        return 0;
      },
      RegQueryValueExW: (
        ...[key, name, , type, data, size]: [
          bigint,
          Uint8Array,
          null,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ]
      ) => {
        const id = (this.held.get(key) ?? assert.fail("a closed key")).slice("key ".length);
        const device = this.devices.find((one) => one.id === id);
        const value = text(name) === "PortName" ? device?.portName : device?.latencyTimer;
        if (value === undefined) return 2;
        const bytes =
          typeof value === "string" ? wide(value) : Buffer.from(Uint32Array.of(value).buffer);
        viewOf(type).setUint32(0, typeof value === "string" ? REG_SZ : REG_DWORD, true);
        assert.ok(viewOf(size).getUint32(0, true) >= bytes.length);
        viewOf(size).setUint32(0, bytes.length, true);
        data.set(bytes);
        return 0;
      },
      RegEnumValueW: (
        ...[key, index, name, nameLength, , type, data, size]: [
          bigint,
          number,
          Uint8Array,
          Uint8Array,
          null,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ]
      ) => {
        assert.equal(this.held.get(key), "key HARDWARE\\DEVICEMAP\\SERIALCOMM");
        const port = this.serialComm?.[index];
        if (port === undefined) return 259; // ERROR_NO_MORE_ITEMS
        assert.equal(viewOf(nameLength).getUint32(0, true) * 2, name.length);
        name.set(wide(`\\Device\\Serial${index}`));
        data.set(wide(port));
        viewOf(type).setUint32(0, REG_SZ, true);
        viewOf(size).setUint32(0, wide(port).length, true);
        return 0;
      },
      RegNotifyChangeKeyValue: (
        ...[key, subtree, filter, event, asynchronous]: [bigint, number, number, bigint, number]
      ) => {
        assert.deepEqual([subtree, filter, asynchronous], [1, 0x1000_0005, 1]);
        const name = (this.held.get(key) ?? assert.fail("a closed key")).slice("key ".length);
        if (this.missingKeys.has(name)) return 1018; // ERROR_KEY_DELETED
        this.notified.set(event, name);
        return 0;
      },
    };
  }

  #select(guid: Uint8Array | null, flags: number): readonly FakeDevice[] {
    const same = (text: string): boolean =>
      guid !== null && Buffer.from(guid).equals(Buffer.from(guidBytes(text)));
    const isPresent = (device: FakeDevice): boolean => (flags & 2) === 0 || device.isGone !== true;
    return this.devices.filter(
      (device) =>
        isPresent(device) &&
        ((flags & 4) !== 0 ||
          ((flags & 16) !== 0
            ? same(COMPORT) && device.interface !== undefined
            : (same(PORTS) && device.class === "ports") ||
              (same(MODEMS) && device.class === "modem"))),
    );
  }

  /** Fills in the number of a device; 0 where there is none left. */
  #fill(device: FakeDevice | undefined, struct: DataView): number {
    if (device === undefined) return 0;
    struct.setUint32(20, this.devices.indexOf(device) + 1, true);
    return 1;
  }

  #byNumber(number: number): FakeDevice {
    return this.devices[number - 1] ?? assert.fail(`no device ${number}`);
  }

  #checked(struct: Uint8Array, kind: "info" | "data"): DataView {
    assert.equal(struct.length, this.#sizes[kind]);
    assert.equal(viewOf(struct).getUint32(0, true), this.#sizes[kind], `cbSize of ${kind}`);
    return viewOf(struct);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf16le");
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf16le").split("\0")[0] ?? "";
}
