// The functions of a foreign-function interface that the library needs. Implemented by koffi.ts; a
// driver for node:ffi can sit beside it.

/** Address in native memory. */
export type Pointer = bigint;

/**
 * C types that cross the border. `bytes` is a `Uint8Array` passed by address; `pointer` is a
 * {@link Pointer}, 0n for NULL; `size` and `ssize` are word-sized integers, exact up to 2^53;
 * `string16` is UTF-16, as Windows has it; `...` marks where a variadic function's variable part begins.
 */
export type CType =
  | "void"
  | "uchar"
  | "int"
  | "uint"
  | "ulong"
  | "size"
  | "ssize"
  | "pointer"
  | "bytes"
  | "memory"
  | "string"
  | "string16"
  | "...";

/** A function of a native library; the binder states the real signature. */
export type NativeFunction = (...args: never[]) => unknown;

export interface NativeLibrary {
  /** Returns whether the library exports a symbol. */
  has(symbol: string): boolean;
  /** Address of a symbol; the symbol must exist. */
  address(symbol: string): Pointer;
  /**
   * Binds a function.
   *
   * @param symbol Exported name.
   * @param returns C type of the result.
   * @param parameters C types of the parameters; those after `"..."` are passed as variadic.
   */
  bind<F extends NativeFunction>(symbol: string, returns: CType, parameters: readonly CType[]): F;
}

/** The foreign-function interface. */
export interface Ffi {
  /** The running program and everything it has loaded: libc, and libuv where it is exported. */
  program(): NativeLibrary;
  /**
   * Loads a library by name or path.
   *
   * @param path What to load.
   * @param convention `stdcall`: its functions clean up the stack themselves, as those of Win32 do on a
   *   32-bit CPU.
   */
  load(path: string, convention?: "stdcall"): NativeLibrary;
  /** `errno` of this thread; valid until anything else runs. */
  errno(): number;
  /** Makes a C function pointer of a JavaScript function; lives as long as the process. */
  callback(listener: NativeFunction, returns: CType, parameters: readonly CType[]): Pointer;
}
