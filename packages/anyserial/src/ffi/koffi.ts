// koffi, imported; only this file imports it. Synchronous callers use require-koffi.ts.

import koffi from "koffi";
import type { Ffi } from "./ffi.ts";
import { createFfi } from "./koffi-ffi.ts";

/** The foreign-function interface of this process. */
export const ffi: Ffi = createFfi(koffi);
