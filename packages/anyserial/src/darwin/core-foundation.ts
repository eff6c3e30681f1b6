// The few functions of Core Foundation that are needed to read a property. Each function here
// releases the objects that it creates; a reference passed to it stays the caller's.

import type { Ffi, NativeLibrary, Pointer } from "../ffi/ffi.ts";

/** Since macOS 11 the file is in the dynamic loader's cache only: loading it by this path works. */
const FRAMEWORK = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";

/** `<CoreFoundation/CFString.h>` */
const kCFStringEncodingUTF8 = 0x0800_0100;
/** `<CoreFoundation/CFNumber.h>` */
const kCFNumberSInt64Type = 4;
/** kCFAllocatorDefault may be given as NULL: `<CoreFoundation/CFBase.h>`. */
const DEFAULT_ALLOCATOR: Pointer = 0n;
/** A UTF-16 unit takes at most three bytes in UTF-8. */
const BYTES_PER_UNIT = 3;
/** No text that is read here is longer; a longer one counts as unknown. */
const MOST_UNITS = 4096;

/** NULL comes back as `null`. */
export type Reference = Pointer | null;

/** The functions that are needed to read a property. */
export interface CoreFoundation {
  /** Uses a CFString for the length of a call. */
  withString<T>(text: string, use: (string: Reference) => T): T;
  /** Reads a CFString or CFNumber; `undefined` for any other object, and for a broken one. */
  read(object: Pointer): string | number | undefined;
  release(object: Pointer): void;
}

/** Loads Core Foundation; only macOS has it. */
export function bindCoreFoundation(ffi: Ffi): CoreFoundation {
  const library = ffi.load(FRAMEWORK);
  type Create = (allocator: Pointer, text: string, encoding: number) => Reference;
  const create = library.bind<Create>("CFStringCreateWithCString", "pointer", [
    "pointer",
    "string",
    "uint",
  ]);
  const release = library.bind<(object: Pointer) => void>("CFRelease", "void", ["pointer"]);
  const typeOf = library.bind<(object: Pointer) => number>("CFGetTypeID", "ulong", ["pointer"]);
  const stringType = library.bind<() => number>("CFStringGetTypeID", "ulong", [])();
  const numberType = library.bind<() => number>("CFNumberGetTypeID", "ulong", [])();
  const readText = bindReadText(library);
  const readInteger = bindReadInteger(library);
  return {
    withString: (text, use) => {
      const string = create(DEFAULT_ALLOCATOR, text, kCFStringEncodingUTF8);
      try {
        return use(string);
      } finally {
        if (string !== null) release(string);
      }
    },
    read: (object) => {
      const type = typeOf(object);
      if (type === stringType) return readText(object);
      return type === numberType ? readInteger(object) : undefined;
    },
    release,
  };
}

function bindReadText(library: NativeLibrary): (string: Pointer) => string | undefined {
  type Read = (string: Pointer, into: Uint8Array, ...rest: [size: number, code: number]) => number;
  const lengthOf = library.bind<(string: Pointer) => number>("CFStringGetLength", "ssize", [
    "pointer",
  ]);
  const read = library.bind<Read>("CFStringGetCString", "uchar", [
    "pointer",
    "bytes",
    "ssize",
    "uint",
  ]);
  return (string) => {
    const units = lengthOf(string);
    if (units > MOST_UNITS) return undefined;
    const bytes = new Uint8Array(units * BYTES_PER_UNIT + 1);
    if (read(string, bytes, bytes.length, kCFStringEncodingUTF8) === 0) return undefined;
    return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString("utf8");
  };
}

function bindReadInteger(library: NativeLibrary): (number: Pointer) => number | undefined {
  type Read = (number: Pointer, type: number, into: Uint8Array) => number;
  const read = library.bind<Read>("CFNumberGetValue", "uchar", ["pointer", "ssize", "bytes"]);
  return (number) => {
    const value = new BigInt64Array(1);
    const isExact = read(number, kCFNumberSInt64Type, new Uint8Array(value.buffer)) !== 0;
    return isExact ? Number(value[0]) : undefined;
  };
}
