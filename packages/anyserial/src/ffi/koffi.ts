// The only file that imports koffi. Types are translated once, when a function is bound; a call
// then allocates nothing.

import koffi from "koffi";
import type { CType, Ffi, NativeFunction, NativeLibrary, Pointer } from "./ffi.ts";

type KoffiLibrary = ReturnType<typeof koffi.load>;

const TYPES: Readonly<Record<Exclude<CType, "...">, string>> = {
  void: "void",
  uchar: "unsigned char",
  int: "int",
  uint: "unsigned int",
  ulong: "unsigned long",
  size: "size_t",
  ssize: "intptr_t",
  pointer: "void *",
  bytes: "void *",
  string: "const char *",
  string16: "const char16_t *",
};

const prototypes = new Map<string, ReturnType<typeof koffi.proto>>();

/** The foreign-function interface of this process. */
export const ffi: Ffi = {
  program: () => new KoffiNativeLibrary(koffi.load(null)),
  load: (path) => new KoffiNativeLibrary(koffi.load(path)),
  loadStdcall: (path) => new KoffiNativeLibrary(koffi.load(path), "__stdcall"),
  errno: () => koffi.errno(),
  callback: (listener, returns, parameters): Pointer => {
    const shape = `${returns}(${parameters.join()})`;
    let prototype = prototypes.get(shape);
    if (prototype === undefined) {
      prototype = koffi.proto(typeName(returns), parameters.map(typeName));
      prototypes.set(shape, prototype);
    }
    return koffi.register(listener, koffi.pointer(prototype));
  },
};

class KoffiNativeLibrary implements NativeLibrary {
  readonly #library: KoffiLibrary;
  readonly #convention: string;

  constructor(library: KoffiLibrary, convention: string = "__cdecl") {
    this.#library = library;
    this.#convention = convention;
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
    const variadicAt = parameters.indexOf("...");
    if (variadicAt === -1) {
      const types = parameters.map(typeName);
      const bound = this.#library.func(this.#convention, symbol, typeName(returns), types);
      return bound as unknown as F; // the caller states the signature that it just declared
    }
    const fixed = parameters.slice(0, variadicAt).map(typeName);
    const variable = parameters.slice(variadicAt + 1).map(typeName);
    const bound = this.#library.func(symbol, typeName(returns), [...fixed, "..."]);
    const call = (...args: unknown[]): unknown => {
      const extra = args.slice(fixed.length).flatMap((value, i) => [variable[i], value]);
      return bound(...args.slice(0, fixed.length), ...extra);
    };
    return call as unknown as F; // as above
  }
}

function typeName(type: CType): string {
  if (type === "...") throw new TypeError("a callback cannot be variadic");
  return TYPES[type];
}
