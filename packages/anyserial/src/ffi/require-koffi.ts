// koffi loaded by require(), for synchronous callers, and its path, for a thread that loads it.

import type { Ffi } from "./ffi.ts";
import { fromOwn } from "./from-own.ts";
import { createFfi, type Koffi } from "./koffi-ffi.ts";

/**
 * Loads koffi at once.
 *
 * @returns The foreign-function interface.
 * @throws The error of koffi or require(): it is missing, or not for this system.
 */
export function requireFfi(): Ffi {
  return createFfi(fromOwn((own) => own("koffi") as Koffi));
}

/**
 * Finds koffi.
 *
 * @returns Path of its file.
 * @throws The error of require(): it is missing.
 */
export function koffiPath(): string {
  return fromOwn((own) => own.resolve("koffi"));
}
