// The foreign-function interface over koffi, however that was loaded. Types are translated once, when a
// function is bound; a call then allocates nothing.

import type koffiModule from "koffi";
import type { CType, Ffi, NativeFunction, NativeLibrary, Pointer } from "./ffi.ts";
import { koffiSignature, koffiType } from "./koffi-signature.ts";
import { passAddress } from "./pass-address.ts";

export type Koffi = typeof koffiModule;

type KoffiLibrary = ReturnType<Koffi["load"]>;

/**
 * Builds the interface.
 *
 * @param loaded The driver, or a module that has it as its default.
 */
export function createFfi(loaded: Koffi | { readonly default: Koffi }): Ffi {
  const koffi = "default" in loaded ? loaded.default : loaded;
  const prototypes = new Map<string, ReturnType<Koffi["proto"]>>();
  let program: NativeLibrary | undefined;
  return {
    program: (): NativeLibrary => {
      program ??= new KoffiNativeLibrary(koffi, koffi.load(null));
      return program;
    },
    load: (path, convention) => new KoffiNativeLibrary(koffi, koffi.load(path), convention),
    errno: () => koffi.errno(),
    callback: (listener, returns, parameters): Pointer => {
      const shape = `${returns}(${parameters.join()})`;
      let prototype = prototypes.get(shape);
      if (prototype === undefined) {
        prototype = koffi.proto(koffiType(returns), parameters.map(koffiType));
        prototypes.set(shape, prototype);
      }
      return koffi.register(listener, koffi.pointer(prototype));
    },
  };
}

class KoffiNativeLibrary implements NativeLibrary {
  readonly #koffi: Koffi;
  readonly #library: KoffiLibrary;
  readonly #convention: string;

  constructor(koffi: Koffi, library: KoffiLibrary, convention: "cdecl" | "stdcall" = "cdecl") {
    this.#koffi = koffi;
    this.#library = library;
    this.#convention = `__${convention}`;
  }

  has(symbol: string): boolean {
    try {
      this.#library.symbol(symbol);
      return true;
    } catch {
      return false;
    }
  }

  address(symbol: string): Pointer {
    return this.#library.symbol(symbol) as Pointer; // koffi types it any; it is a bigint
  }

  bind<F extends NativeFunction>(symbol: string, returns: CType, parameters: readonly CType[]): F {
    const { fixed, variable } = koffiSignature(parameters);
    if (variable === undefined) {
      const bound = this.#library.func(this.#convention, symbol, koffiType(returns), [...fixed]);
      const call = parameters.includes("memory") ? passAddress(bound, this.#koffi.address) : bound;
      return call as unknown as F; // the caller states the signature that it just declared
    }
    const bound = this.#library.func(symbol, koffiType(returns), [...fixed]);
    const named = fixed.length - 1; // the last one is the mark
    const call = (...args: unknown[]): unknown => {
      const extra = args.slice(named).flatMap((value, i) => [variable[i], value]);
      return bound(...args.slice(0, named), ...extra);
    };
    return call as unknown as F; // as above
  }
}
