// The only file that imports koffi. Types are translated once, when a function is bound; a call
// then allocates nothing.

import koffi from "koffi";
import type { CType, Ffi, NativeFunction, NativeLibrary, Pointer } from "./ffi.ts";
import { koffiSignature, koffiType } from "./koffi-signature.ts";
import { passAddress } from "./pass-address.ts";

type KoffiLibrary = ReturnType<typeof koffi.load>;

const prototypes = new Map<string, ReturnType<typeof koffi.proto>>();

/** The foreign-function interface of this process. */
export const ffi: Ffi = {
  program: () => new KoffiNativeLibrary(koffi.load(null)),
  load: (path, convention) => new KoffiNativeLibrary(koffi.load(path), convention),
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

class KoffiNativeLibrary implements NativeLibrary {
  readonly #library: KoffiLibrary;
  readonly #convention: string;

  constructor(library: KoffiLibrary, convention: "cdecl" | "stdcall" = "cdecl") {
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
      const call = parameters.includes("memory") ? passAddress(bound, koffi.address) : bound;
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
