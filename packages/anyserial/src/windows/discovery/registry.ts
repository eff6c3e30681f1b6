// The parts of the registry that are read: values by name, names in a key, and a notification of
// changes. The caller that opens a handle closes it.

import type { Ffi, Pointer } from "../../ffi/ffi.ts";
import { decodeText, encodeText } from "../wide-text.ts";
import {
  type DeviceAbi,
  HKEY_LOCAL_MACHINE,
  KEY_READ,
  REG_DWORD,
  REG_NOTIFY_CHANGE_LAST_SET,
  REG_NOTIFY_CHANGE_NAME,
  REG_NOTIFY_THREAD_AGNOSTIC,
  REG_SZ,
} from "./device-abi.ts";
import { binder, type Handle } from "./setupapi.ts";

/** The calls; results are Win32 codes, 0 for success. */
export interface RegistryCalls {
  RegOpenKeyExW(
    root: Pointer,
    path: Uint8Array,
    options: number,
    access: number,
    key: Uint8Array,
  ): number;
  RegCloseKey(key: Pointer): number;
  RegQueryValueExW(
    key: Pointer,
    name: Uint8Array,
    reserved: null,
    type: Uint8Array,
    data: Uint8Array,
    size: Uint8Array,
  ): number;
  RegEnumValueW(
    key: Pointer,
    index: number,
    name: Uint8Array,
    nameLength: Uint8Array,
    reserved: null,
    type: Uint8Array,
    data: Uint8Array,
    size: Uint8Array,
  ): number;
  RegNotifyChangeKeyValue(
    key: Pointer,
    subtree: number,
    filter: number,
    event: Pointer,
    asynchronous: number,
  ): number;
}

/** Loads advapi32.dll and binds its calls. */
export function bindRegistry(ffi: Ffi): RegistryCalls {
  const bind = binder(ffi.load("advapi32.dll", "stdcall"));
  return {
    RegOpenKeyExW: bind("RegOpenKeyExW", "int pointer bytes uint uint bytes"),
    RegCloseKey: bind("RegCloseKey", "int pointer"),
    RegQueryValueExW: bind("RegQueryValueExW", "int pointer bytes bytes bytes bytes bytes"),
    RegEnumValueW: bind("RegEnumValueW", "int pointer uint bytes bytes bytes bytes bytes bytes"),
    RegNotifyChangeKeyValue: bind("RegNotifyChangeKeyValue", "int pointer int uint pointer int"),
  };
}

/** Most bytes of a value that is read: a port name has a handful. */
const VALUE_SIZE = 1024;
/** Most values of a key: there are 256 COM ports. */
const MOST_VALUES = 4096;
const ERROR_MORE_DATA = 234;

export class Registry {
  readonly #calls: RegistryCalls;
  readonly #abi: DeviceAbi;

  constructor(calls: RegistryCalls, abi: DeviceAbi) {
    this.#calls = calls;
    this.#abi = abi;
  }

  /**
   * Opens a key of the local machine.
   *
   * @param path Below `HKEY_LOCAL_MACHINE`.
   * @returns A handle for {@link Registry.close}, or the positive Win32 code as `error`.
   */
  open(path: string): { readonly key: Pointer } | { readonly error: number } {
    const out = new Uint8Array(8);
    const machine = BigInt.asUintN(
      this.#abi.pointerSize * 8,
      BigInt.asIntN(32, BigInt(HKEY_LOCAL_MACHINE)), // a LONG that is widened with its sign
    );
    const error = this.#calls.RegOpenKeyExW(machine, encodeText(path), 0, KEY_READ, out);
    if (error !== 0) return { error };
    return { key: new DataView(out.buffer).getBigUint64(0, true) };
  }

  close(key: Pointer): void {
    this.#calls.RegCloseKey(key);
  }

  text(key: Handle, name: string): string | undefined {
    const value = this.#value(key, name, REG_SZ);
    return value === undefined ? undefined : decodeText(value);
  }

  number(key: Handle, name: string): number | undefined {
    const value = this.#value(key, name, REG_DWORD);
    return value?.length === 4 ? Buffer.from(value).readUInt32LE() : undefined;
  }

  /** Reads every text of a key; values that go meanwhile are left out. */
  texts(key: Pointer): string[] {
    const found: string[] = [];
    const [name, data] = [new Uint8Array(VALUE_SIZE), new Uint8Array(VALUE_SIZE)];
    const [nameLength, type, size] = [new Uint32Array(1), new Uint32Array(1), new Uint32Array(1)];
    for (let index = 0; index < MOST_VALUES; index++) {
      nameLength[0] = VALUE_SIZE / 2;
      size[0] = VALUE_SIZE;
      const error = this.#calls.RegEnumValueW(
        key,
        index,
        name,
        bytesOf(nameLength),
        null,
        bytesOf(type),
        data,
        bytesOf(size),
      );
      if (error === ERROR_MORE_DATA) continue;
      if (error !== 0) break;
      if (type[0] === REG_SZ) found.push(decodeText(data.subarray(0, size[0])));
    }
    return found;
  }

  /**
   * Asks for an event to be set at the next change of a key, or of one below it.
   *
   * @returns The Win32 code.
   */
  notify(key: Pointer, event: Pointer): number {
    const filter = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_THREAD_AGNOSTIC;
    return this.#calls.RegNotifyChangeKeyValue(key, 1, filter, event, 1);
  }

  #value(key: Handle, name: string, wanted: number): Uint8Array | undefined {
    if (key === null) return undefined;
    const data = new Uint8Array(VALUE_SIZE);
    const [type, size] = [new Uint32Array(1), new Uint32Array([VALUE_SIZE])];
    const error = this.#calls.RegQueryValueExW(
      key,
      encodeText(name),
      null,
      bytesOf(type),
      data,
      bytesOf(size),
    );
    return error === 0 && type[0] === wanted ? data.subarray(0, size[0]) : undefined;
  }
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer);
}
