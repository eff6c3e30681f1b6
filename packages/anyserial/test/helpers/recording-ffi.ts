// The FFI seam without a system behind it: writes down how each function is declared.

import type { CType, Ffi, NativeLibrary } from "../../dist/ffi/ffi.js";

/** One declaration. */
export interface Declaration {
  readonly symbol: string;
  readonly returns: CType;
  readonly parameters: readonly CType[];
}

/** Declares everything and calls nothing: each call gives 0. */
export class RecordingFfi implements Ffi {
  readonly declared: Declaration[] = [];
  /** Libraries that were loaded, by path. */
  readonly loaded: string[] = [];

  program(): NativeLibrary {
    const bind = <F>(symbol: string, returns: CType, ...[parameters]: [readonly CType[]]): F => {
      this.declared.push({ symbol, returns, parameters });
      return (() => 0) as F;
    };
    return { has: () => false, address: () => 0n, bind };
  }

  load(path: string): NativeLibrary {
    this.loaded.push(path);
    return this.program();
  }

  errno(): number {
    return 0;
  }

  callback(): bigint {
    return 0n;
  }

  /** Declarations of a function. */
  of(symbol: string): Declaration[] {
    return this.declared.filter((one) => one.symbol === symbol);
  }
}
