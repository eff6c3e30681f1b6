// koffi in a thread of the library's own, whose program is a text: loaded from where the one who started the
// thread has found it.

import { createRequire } from "node:module";
import type { Ffi } from "./ffi.ts";
import { createFfi, type Koffi } from "./koffi-ffi.ts";

/**
 * Loads koffi.
 *
 * @param path Path of its file.
 */
export function threadFfi(path: string): Ffi {
  return createFfi(createRequire(path)(path) as Koffi);
}
