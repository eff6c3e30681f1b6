// A foreign-function interface that records what is declared, and calls functions of the test.

import type { CType, Ffi, NativeLibrary } from "../../dist/ffi/ffi.js";

/** Stands in for a C function. */
export type Implementation = (...args: never[]) => unknown;

/** The interface, and the declarations made with it. */
export interface FakeFfi {
  readonly ffi: Ffi;
  /** Signatures in the order in which they were bound: `kevent: int int bytes`. */
  readonly bound: string[];
}

/** Builds the interface over functions by symbol; `errno` answers 25, ENOTTY. */
export function fakeFfi(functions: Readonly<Record<string, Implementation>> = {}): FakeFfi {
  const bound: string[] = [];
  const library: NativeLibrary = {
    has: (symbol) => Object.hasOwn(functions, symbol),
    address: () => 0n,
    bind: <F>(symbol: string, returns: CType, ...[parameters]: [readonly CType[]]) => {
      bound.push(`${symbol}: ${[returns, ...parameters].join(" ")}`);
      return (functions[symbol] ?? (() => 0)) as F; // the test states what the binder declares
    },
  };
  const ffi: Ffi = {
    program: () => library,
    load: () => library,
    errno: () => 25,
    callback: () => 0n,
  };
  return { ffi, bound };
}
